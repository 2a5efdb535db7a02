// How one gets in: the password, an authenticator app, passkeys, recovery codes, and where one is signed in.

import { make, supported } from '../../net/passkeys.js';
import { many, t } from '../../words/words.js';
import { append, bdi, fill, h, icon } from '../dom.js';
import { ago, exactly } from '../format.js';
import { copying, input, openDialog, problem, staying } from './dialog.js';
import { signingIn } from './settings_identities.js';
import { sessions } from './settings_sessions.js';

/** Fills `place` with all of it. `returned`: what a provider brought one back with, or null. */
export function security(api, store, place, returned) {
  const [own, factors, listed] = [h('div', { class: 'ways-in' }), h('div'), h('div')];
  append(place, [
    h('h4', {}, t('Password')),
    own,
    factors,
    h('h4', {}, t('Sessions')),
    listed,
  ]);
  signingIn(api, store, own, returned);
  show(api, factors);
  sessions(api, listed);
}

async function show(api, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, t('Loading…')), wrong);
  const held = await attempt(() => api.factors());
  if (!held) return;
  const again = () => show(api, place);
  fill(place, app(api, held, again), passkeys(api, held, attempt, again), wrong, codes(api, held, again));
}

// ---- an authenticator app -----------------------------------------------------------------------------

function app(api, { totp }, again) {
  const text = totp
    ? t('Whoever signs in with your password is asked for a code of your app, or for a passkey.')
    : t('With an authenticator app on your phone, or a passkey, your password alone lets nobody in.');
  const remove = () => ask(t('Remove the authenticator app'), t('Remove it'), (word) => api.removeTotp(word), again);
  const add = () => ask(t('Set up an authenticator app'), t('Go on'), (word) => api.offerTotp(word), (made) => scan(api, made, again));
  return [
    h('h4', {}, t('Two-step sign-in')),
    h('p', { class: 'lead' }, text),
    h(
      'div',
      { class: 'actions' },
      totp
        ? h('button', { type: 'button', class: 'danger', onclick: remove }, t('Remove the authenticator app'))
        : h('button', { type: 'button', onclick: add }, t('Set up an authenticator app')),
    ),
  ];
}

/** The seed as a picture and in letters, and a first code that proves it has arrived. */
function scan(api, { secret, address, qr }, again) {
  const code = input(t('The code that your app shows'), {
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    maxlength: '12',
    required: true,
    dir: 'ltr',
  });
  const done = ({ recovery_codes: made }) => {
    dialog.close();
    again();
    if (made.length) kept(made);
  };
  const dialog = openDialog(
    t('Set up an authenticator app'),
    h('p', { class: 'lead' }, t('Scan this with the app, or type the letters into it.')),
    drawn(qr),
    h('p', {}, h('a', { href: address }, t('Open the app on this device'))),
    h('p', { class: 'seed', dir: 'ltr' }, secret.match(/.{1,4}/gu).join(' ')),
    staying(() => api.confirmTotp(code.node.value), done, t('Turn it on'), code.parts),
  );
}

const SVG = 'http://www.w3.org/2000/svg';
/** White around a QR code, in modules (ISO/IEC 18004 §9.1). */
const MARGIN = 4;

/** `size` modules wide, the dark ones as `path`: black on white in any theme, as readers want it. */
function drawn({ size, path }) {
  const svg = document.createElementNS(SVG, 'svg');
  const width = size + 2 * MARGIN;
  svg.setAttribute('viewBox', `${-MARGIN} ${-MARGIN} ${width} ${width}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', t('A picture for your app to scan'));
  const dark = document.createElementNS(SVG, 'path');
  dark.setAttribute('d', path);
  svg.append(dark);
  return svg;
}

// ---- passkeys -------------------------------------------------------------------------------------

function passkeys(api, held, attempt, again) {
  const rename = (one) => {
    const name = input(t('Name'), { value: one.name, maxlength: '80', required: true });
    const act = () => api.renamePasskey(one.passkey, name.node.value.trim());
    const dialog = openDialog(t('Rename the passkey'), staying(act, () => { dialog.close(); again(); }, t('Save'), name.parts));
  };
  const remove = (one) => ask(t('Remove this passkey'), t('Remove it'), (word) => api.removePasskey(one.passkey, word), again);
  const add = () => {
    const name = input(t('What to call it'), { value: t('Passkey {number}', { number: held.passkeys.length + 1 }), maxlength: '80', required: true });
    const act = async (word) => api.addPasskey(name.node.value.trim(), await make(await api.offerPasskey(word)));
    const then = ({ recovery_codes: made }) => {
      again();
      if (made.length) kept(made);
    };
    ask(t('Add a passkey'), t('Go on'), act, then, name.parts);
  };
  return [
    h('h4', {}, t('Passkeys')),
    h('p', { class: 'lead' }, t('Sign in with your finger, your face, a PIN or a security key instead of a password.')),
    h('ul', { class: 'lines passkeys-of' }, held.passkeys.map((one) => line(one, rename, remove))),
    supported()
      ? h('div', { class: 'actions' }, h('button', { type: 'button', onclick: add }, t('Add a passkey')))
      : h('p', { class: 'hint' }, t('This browser has no passkeys at this address.')),
  ];
}

function line(one, rename, remove) {
  const facts = [
    h('span', { title: exactly(one.created) }, t('added {ago}', { ago: ago(one.created) })),
    ' · ',
    one.seen ? h('span', { title: exactly(one.seen) }, t('used {ago}', { ago: ago(one.seen) })) : t('not used yet'),
  ];
  return h(
    'li',
    {},
    h('span', { class: 'sign' }, icon('keys')),
    h('span', { class: 'about' }, h('span', { class: 'name' }, bdi(one.name)), h('small', {}, facts)),
    h('button', { type: 'button', 'aria-label': t('Rename {name}', { name: one.name }), onclick: () => rename(one) }, t('Rename')),
    h('button', { type: 'button', 'aria-label': t('Remove {name}', { name: one.name }), onclick: () => remove(one) }, t('Remove')),
  );
}

// ---- recovery codes -------------------------------------------------------------------------------

function codes(api, held, again) {
  if (!held.totp && held.passkeys.length === 0) return null;
  const act = (word) => api.newRecoveryCodes(word);
  const then = ({ recovery_codes: made }) => {
    again();
    kept(made);
  };
  const left = many(held.recovery_codes, 'You have one left.', 'You have {count} left.');
  return [
    h('h4', {}, t('Recovery codes')),
    h('p', { class: 'lead' }, t('Each lets you in once when you have neither app nor passkey.'), ' ', left),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', onclick: () => ask(t('New recovery codes'), t('Make new ones'), act, then) }, t('New recovery codes')),
    ),
  ];
}

/** They are shown once. */
function kept(made) {
  const list = made.join('\n');
  openDialog(
    t('Your recovery codes'),
    h('p', { class: 'lead' }, t('Keep them where you find them without your phone: on paper, or with your passwords. They are shown only now.')),
    h('pre', { class: 'seed', dir: 'ltr', tabindex: '0' }, list),
    h('div', { class: 'actions' }, copying(list, null, t('Copy them'))),
  );
}

/** Asks for the password once more. */
function ask(title, label, act, then, ...fields) {
  const word = input(t('Confirm with your password'), { type: 'password', autocomplete: 'current-password', required: true, autofocus: true });
  const done = (result) => {
    dialog.close();
    then(result);
  };
  const dialog = openDialog(title, staying(() => act(word.node.value), done, label, fields, word.parts));
}

/** A guest becomes an account and keeps everything. */
export function stay(api, place) {
  const name = input(t('User name'), { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', maxlength: '64', required: true });
  const secret = input(
    t('Password'),
    { type: 'password', autocomplete: 'new-password', required: true },
    t('At least 8 characters; a few words do well.'),
  );
  append(place, [
    h('p', { class: 'lead' }, t('You are here as a guest. With a name and a password you stay who you are, with all that you wrote.')),
    staying(() => api.keepGuest(name.node.value.trim(), secret.node.value), () => location.reload(), t('Make an account'), name.parts, secret.parts),
  ]);
}
