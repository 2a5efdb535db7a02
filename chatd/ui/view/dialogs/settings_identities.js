// How one signs in: by a password, and at linked providers.

import { parts, t } from '../../words/words.js';
import { append, bdi, fill, h } from '../dom.js';
import { ago, exactly } from '../format.js';
import { why } from '../providers.js';
import { input, problem } from './dialog.js';
import { password } from './settings_account.js';
import { sure } from './sure.js';

/** Fills `place`. `returned`: what a provider brought one back with, or null. */
export async function signingIn(api, store, place, returned = null) {
  const own = h('div', {}, password(api, store));
  const ways = h('div');
  append(place, [own, ways]);
  let found;
  let offered;
  try {
    [found, offered] = await Promise.all([api.identities(), api.providers()]);
  } catch {
    // The password can be changed without knowing about providers.
    return;
  }
  if (!found.password) fill(own, h('p', { class: 'lead' }, t('You have no password here.')));
  if (found.identities.length || offered.length) linked(api, ways, found, offered, returned);
}

function linked(api, place, found, offered, returned) {
  const { node: wrong, attempt } = problem();
  const said = h('p', { class: 'said', role: 'status' }, returned?.how === 'linked' && t('It is linked now.'));
  if (returned?.how === 'failed') wrong.textContent = why(returned.reason);
  const secret = found.password
    ? input(t('Your password, once more'), { type: 'password', autocomplete: 'current-password' }, t('It is asked for when you link or unlink.'))
    : null;
  const back = () => location.hash.slice(1);
  const start = (name, purpose) =>
    attempt(async () => location.assign(await api.startProvider(name, { purpose, back: back(), password: secret?.node.value ?? '' })));
  const unlink = async (one) => {
    const text = t('You cannot sign in by it any more, and are signed out wherever you did.');
    if (!(await sure(t('Unlink {label}?', { label: one.label }), text, t('Unlink')))) return;
    const done = await attempt(() => api.endIdentity(one.issuer, one.subject, secret?.node.value ?? ''));
    if (!done) return;
    const [now, all] = await Promise.all([api.identities(), api.providers()]);
    linked(api, place, now, all, null);
  };
  const line = (one) =>
    h(
      'li',
      {},
      h('span', { class: 'about' }, h('span', { class: 'name' }, bdi(one.label)), h('small', { title: exactly(one.at) }, t('linked {ago}', { ago: ago(one.at) }))),
      h('button', { type: 'button', 'aria-label': t('Unlink {label}', { label: one.label }), onclick: () => unlink(one) }, t('Unlink')),
    );
  const known = new Set(found.identities.map((one) => one.provider));
  const others = offered.filter((one) => !known.has(one.name));
  const label = (one) => ({ label: bdi(one.label, 'name') });
  const link = (one) => h('button', { type: 'button', onclick: () => start(one.name, 'link') }, parts('Link {label}', label(one)));
  const confirm = (one) => h('button', { type: 'button', onclick: () => start(one.provider, 'prove') }, parts('Confirm with {label}', label(one)));
  const mine = found.identities.filter((one) => one.provider);
  fill(
    place,
    h('h4', {}, t('Other ways to sign in')),
    found.identities.length > 0 && h('ul', { class: 'lines' }, found.identities.map(line)),
    secret?.parts,
    !secret && found.proven && h('p', { class: 'hint' }, t('For five minutes you may link and unlink.')),
    !secret && !found.proven && [h('p', { class: 'hint' }, t('To link or unlink, say once more who you are.')), h('div', { class: 'actions' }, mine.map(confirm))],
    wrong,
    said,
    others.length > 0 && h('div', { class: 'actions' }, others.map(link)),
  );
}
