// One's account: the mail address, the password, and deleting it all.

import { at } from '../../net/base.js';
import { parts, t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
import { input, problem, staying, toggle } from './dialog.js';
import { sure } from './sure.js';

const present = () =>
  input(t('Your password'), { type: 'password', autocomplete: 'current-password', required: true });

/** Fills `place`: the address by which one gets back in without the password. */
export async function email(api, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, t('Loading…')), wrong);
  const found = await attempt(() => api.email());
  if (!found) return;
  const address = input(t('Mail address'), { type: 'email', autocomplete: 'email', maxlength: '254', value: found.email ?? '' });
  const secret = present();
  const act = () => api.setEmail(address.node.value.trim(), secret.node.value);
  const done = ({ sent }, say) => {
    secret.node.value = '';
    say(sent ? t('A link to confirm it is on its way there.') : t('No address is kept any more.'));
  };
  const now = found.email ? parts('Your address is {email}.', { email: h('strong', {}, bdi(found.email)) }) : t('You have given no address.');
  fill(
    place,
    h('p', { class: 'lead' }, now, ' ', t('It is for a new password when you have forgotten yours, and nobody sees it.')),
    found.mail
      ? staying(act, done, t('Save'), address.parts, secret.parts)
      : h('p', { class: 'why' }, t('This server sends no mail, so that there is nothing to set here.')),
  );
}

export function password(api, store) {
  const old = present();
  const next = input(
    t('New password'),
    { type: 'password', autocomplete: 'new-password', required: true },
    t('At least 8 characters; a few words do well. You are signed out everywhere else.'),
  );
  const act = () => api.changePassword(old.node.value, next.node.value);
  const done = (_, say) => {
    old.node.value = next.node.value = '';
    say(t('Your password is changed'));
  };
  // For the browser's memory of passwords, which goes by the name.
  const name = h('input', { autocomplete: 'username', value: store.me.name, hidden: true });
  return [staying(act, done, t('Change password'), name, old.parts, next.parts)];
}

/** Deleting asks twice: by the password, and by a question. */
export function account(store, api) {
  const secret = present();
  const erase = toggle(t('Erase my messages, too'), t('Otherwise they stay, under the name “Deleted account”.'));
  const proof = h('div', {}, secret.parts);
  api.identities().then((found) => {
    if (found.password) return;
    secret.node.required = false;
    fill(proof, h('p', { class: 'hint' }, found.proven ? t('You have just said who you are.') : t('You have no password here: first confirm who you are, under Security.')));
  }, () => {});
  const { node: wrong, attempt } = problem();
  const go = async (event) => {
    event.preventDefault();
    const what = erase.node.checked
      ? t('Your account and all your messages are gone for good.')
      : t('Your account is gone for good. Your messages stay.');
    if (!(await sure(t('Delete your account?'), what, t('Delete my account')))) return;
    const gone = await attempt(() => api.deleteAccount(secret.node.value, erase.node.checked));
    if (gone) location.replace(at('/'));
  };
  return [
    h('p', { class: 'lead' }, parts('Signed in as {name}. Deleting an account cannot be taken back.', { name: h('strong', {}, bdi(store.me.name)) })),
    h(
      'form',
      { onsubmit: go },
      proof,
      erase.parts,
      wrong,
      h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'danger' }, t('Delete my account'))),
    ),
  ];
}
