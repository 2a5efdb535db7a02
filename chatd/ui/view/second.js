// The second step of signing in: a passkey, a code of an app, or a recovery code.

import { show as showPasskey, supported } from '../net/passkeys.js';
import { t } from '../words/words.js';
import { fill, h } from './dom.js';

const asked = () => ({
  code: {
    title: t('Enter the code'),
    lead: t('Your app shows six digits for this server.'),
    label: t('Code'),
    props: { inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: '12' },
  },
  recovery: {
    title: t('Enter a recovery code'),
    lead: t('One of those that you kept. It works once.'),
    label: t('Recovery code'),
    props: { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: '40' },
  },
});
const others = () => ({
  passkey: t('Use a passkey'),
  code: t('Use a code of your app'),
  recovery: t('Use a recovery code'),
});

/**
 * Fills `place`. `second`: {step, ways} as the server asked for it; `done(session)` once signed in,
 * `back()` to the first step.
 */
export function second(api, { step, ways }, place, done, back) {
  const can = ways.filter((way) => way !== 'passkey' || supported());
  const enter = (way) => {
    const rest = can.filter((one) => one !== way);
    fill(
      place,
      way === 'passkey' ? passkey(api, step, done) : typed(api, step, way, done),
      rest.map((one) => h('button', { class: 'wide', type: 'button', onclick: () => enter(one) }, others()[one])),
      h('button', { class: 'wide', type: 'button', onclick: back }, t('Back to signing in')),
    );
    place.querySelector('[autofocus]')?.focus();
  };
  enter(can[0] ?? 'recovery');
}

function passkey(api, step, done) {
  const act = async () => api.second(step, { credential: await showPasskey(await api.askPasskey(step)) });
  return form(t('Use your passkey'), t('Confirm on this device, or with your security key, that it is you.'), act, done, t('Use a passkey'), true);
}

function typed(api, step, way, done) {
  const { title, lead, label, props } = asked()[way];
  const input = h('input', { id: 'second', required: true, autofocus: true, dir: 'ltr', ...props });
  const act = async () => {
    try {
      return await api.second(step, { [way]: input.value.trim() });
    } finally {
      input.select();
    }
  };
  return form(title, lead, act, done, t('Go on'), false, h('label', { for: 'second' }, label), input);
}

function form(title, lead, act, done, label, focused, ...fields) {
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const button = h('button', { class: 'main wide', type: 'submit', autofocus: focused }, label);
  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wrong.textContent = '';
    button.disabled = true;
    button.classList.add('busy');
    try {
      done(await act());
    } catch (error) {
      wrong.textContent = error.message;
    } finally {
      button.disabled = false;
      button.classList.remove('busy');
    }
  };
  return h('form', { onsubmit: submit }, h('h1', {}, title), h('p', { class: 'lead' }, lead), fields, wrong, button);
}
