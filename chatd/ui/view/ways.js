// Other ways in than a password: a passkey, a new account where anybody may make one, a look as a guest.

import { show as showPasskey, supported } from '../net/passkeys.js';
import { t } from '../words/words.js';
import { fill, h } from './dom.js';

/**
 * Below the form: `to(which)` shows another form, `done(session)` is called once signed in; `offer` is what
 * has the browser offer passkeys by itself.
 */
export function ways(api, to, done, wrong, offer) {
  const place = h('div', { class: 'ways' });
  const hint = h('p', { class: 'hint' }, t('New here? Ask somebody on this server for an invitation link.'));
  const withPasskey = async ({ currentTarget: button }) => {
    wrong.textContent = '';
    button.disabled = true;
    offer.stop();
    try {
      done(await api.signInByPasskey(await showPasskey(await api.askPasskey(''))));
    } catch (error) {
      wrong.textContent = error.message;
      offer.start();
    } finally {
      button.disabled = false;
    }
  };
  const passkey = supported() && h('button', { class: 'wide', type: 'button', onclick: withPasskey }, t('Sign in with a passkey'));
  fill(place, passkey, hint);
  api.ways().then(
    ({ registration, guests }) => {
      const go = (which, label) => h('button', { class: 'wide', type: 'button', onclick: () => to(which) }, label);
      if (registration === 'closed') hint.textContent = t('New here? The administrators of this server make accounts.');
      fill(
        place,
        passkey,
        registration === 'open' && go('open', t('Make an account')),
        guests && go('guest', t('Look in as a guest')),
        registration !== 'open' && hint,
      );
    },
    () => {}, // what stands there is true of most servers
  );
  return place;
}

/** A name to be seen by, and one is in. */
export function asGuest(api, done, back) {
  const name = h('input', { id: 'display', required: true, autofocus: true, maxlength: '80', autocomplete: 'nickname' });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const button = h('button', { class: 'main wide', type: 'submit' }, t('Look in'));
  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wrong.textContent = '';
    button.disabled = true;
    try {
      done(await api.arriveAsGuest(name.value.trim()));
    } catch (error) {
      wrong.textContent = error.message;
      name.focus();
    } finally {
      button.disabled = false;
    }
  };
  return h(
    'form',
    { onsubmit: submit },
    h('h1', {}, t('Look in as a guest')),
    h('p', { class: 'lead' }, t('You can talk in the rooms for guests. Nothing else is asked of you; when you have been away for some days, you are forgotten.')),
    h('label', { for: 'display' }, t('Name that people see')),
    name,
    wrong,
    button,
    h('button', { class: 'wide', type: 'button', onclick: back }, t('Back to signing in')),
  );
}
