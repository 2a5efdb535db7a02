// Where one is signed in, and an end to what should not be.

import { parts, t } from '../../words/words.js';
import { bdi, fill, h, icon } from '../dom.js';
import { ago, exactly } from '../format.js';
import { problem } from './dialog.js';
import { sure } from './sure.js';

const kinds = () => ({ session: t('Browser'), token: t('Program'), site: t('Page of a site') });
/** Browsers as chatd/auth/agents.py calls them. */
const BROWSER = /^([A-Z][A-Za-z ]*) on (\w+)$/u;
const DRAWN = { session: 'screen', token: 'keys', site: 'link' };

/** Fills `place` with all of one's sessions; this one stands first and is not ended here. */
export async function sessions(api, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, t('Loading…')), wrong);
  const found = await attempt(() => api.sessions());
  if (!found) return;
  const again = () => sessions(api, place);
  const others = found.filter((one) => !one.current);
  const end = async (one, button) => {
    button.disabled = true;
    const done = await attempt(() => api.endSession(one.session));
    button.disabled = false;
    if (done) again();
  };
  const endAll = async () => {
    const text = t('Every other browser and program is signed out at once, and has to sign in again.');
    if (!(await sure(t('Sign out everywhere else?'), text, t('Sign out everywhere else')))) return;
    if (await attempt(() => api.endOthers())) again();
  };
  const ordered = [...found.filter((one) => one.current), ...others];
  fill(
    place,
    h('p', { class: 'lead' }, t('If there is one that is not yours, end it and change your password.')),
    h('ul', { class: 'lines sessions-of' }, ordered.map((one) => line(one, end))),
    others.length === 0 && h('p', { class: 'nothing' }, t('You are signed in nowhere else.')),
    wrong,
    others.length > 0 && h('div', { class: 'actions' }, h('button', { type: 'button', class: 'danger', onclick: endAll }, t('Sign out everywhere else'))),
  );
}

/** "Firefox on Linux" is the server's word for a browser; a program's is its owner's. */
function called({ kind, label }) {
  const [, browser, system] = (kind === 'session' && BROWSER.exec(label)) || [];
  return browser ? t('{browser} on {system}', { browser, system }) : label || kinds()[kind];
}

function line(one, end) {
  const name = called(one);
  const facts = [
    one.kind !== 'session' && one.label && kinds()[one.kind],
    one.address && parts('from {address}', { address: bdi(one.address) }),
    h('span', { title: exactly(one.created) }, t('signed in {ago}', { ago: ago(one.created) })),
    !one.current && h('span', { title: exactly(one.seen) }, t('last seen {ago}', { ago: ago(one.seen) })),
  ];
  const words = facts.filter(Boolean).map((fact, at) => [at > 0 && ' · ', fact]);
  return h(
    'li',
    { 'data-session': one.session },
    h('span', { class: 'sign' }, icon(DRAWN[one.kind])),
    h('span', { class: 'about' }, h('span', { class: 'name' }, bdi(name)), h('small', {}, words)),
    one.current
      ? h('span', { class: 'badge' }, t('This one'))
      : h('button', { type: 'button', 'aria-label': t('End {session}', { session: name }), onclick: (event) => end(one, event.currentTarget) }, t('End')),
  );
}
