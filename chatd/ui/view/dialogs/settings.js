// What one sets for oneself: the sections, and those that have little in them.

import { parts, t } from '../../words/words.js';
import { append, bdi, fill, h } from '../dom.js';
import { avatar } from '../parts.js';
import { choosing } from '../picture.js';
import { look } from './settings_look.js';
import { account, email } from './settings_account.js';
import { closed } from './settings_push.js';
import { security, stay } from './settings_security.js';
import { status } from './settings_status.js';
import { telling } from './settings_telling.js';
import { input, problem, sectioned, segments, staying, toggle } from './dialog.js';

/**
 * `upload(blob)` brings a picture here; `signOut()` may fail in words; `bell`: null where nothing
 * tells; `first`: where to begin; `returned`: what a provider brought one back with.
 */
export function settings({ store, chat, api, upload, signOut, bell, first = null, returned = null }) {
  const { node: wrong, attempt } = problem();
  const out = h('button', { type: 'button', onclick: () => attempt(signOut) }, t('Sign out'));
  const shown = (make) => (place) => append(place, make());
  const all = [
    { label: t('Profile'), icon: 'person', show: shown(() => profile(store, chat, upload)) },
    { label: t('Status'), icon: 'smile', show: shown(() => status(store, chat)) },
    { label: t('Appearance'), icon: 'sun', show: shown(look) },
    { label: t('Notifications'), icon: 'bell', show: (place) => notifications(store, chat, bell, place) },
    { label: t('Privacy'), icon: 'eye', show: (place) => privacy(chat, place) },
    { label: t('Blocked people'), icon: 'block', show: (place) => blocked(chat, place) },
    { label: t('E-mail'), icon: 'mail', show: (place) => email(api, place) },
    { label: t('Security'), icon: 'lock', show: (place) => security(api, store, place, returned) },
    { label: t('Account'), icon: 'gear', show: shown(() => account(store, api)) },
  ];
  // A guest has nothing yet that these would change.
  const guests = [
    { label: t('Stay'), icon: 'invite', show: (place) => stay(api, place) },
    { label: t('Appearance'), icon: 'sun', show: shown(look) },
  ];
  return sectioned(t('Settings'), store.me.guest ? guests : all, { end: [wrong, out], first });
}

/** While the page is open, and while it is closed. */
function notifications(store, chat, bell, place) {
  const later = h('div');
  append(place, [bell && telling(bell.wants), h('h4', {}, t('While the page is closed')), later]);
  return closed(chat.push, store.me.user, later);
}

function profile(store, chat, upload) {
  const { user, name } = store.me;
  const known = store.people.get(user) ?? { display: name, about: '', avatar: null };
  const { node: wrong, attempt } = problem();
  const display = input(t('Name that people see'), { required: true, maxlength: '80', value: known.display });
  const about = input(t('About you'), { tag: 'textarea', rows: '4', maxlength: '500', value: known.about });
  const act = () => chat.people.setProfile({ display: display.node.value.trim(), about: about.node.value.trim() });
  return [
    h('p', { class: 'lead' }, parts('Signed in as {name}.', { name: h('strong', {}, bdi(name)) })),
    choosing({
      picture: known.avatar,
      under: () => avatar(user, known.display),
      label: t('Your picture'),
      upload,
      choose: (picture) => chat.people.setProfile({ avatar: picture }),
      attempt,
    }),
    wrong,
    staying(act, (_, say) => say(t('Saved')), t('Save'), display.parts, about.parts),
  ];
}

async function privacy(chat, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, t('Loading…')), wrong);
  const found = await attempt(() => chat.people.privacy());
  if (!found) return;
  const said = h('p', { class: 'said', role: 'status' });
  const set = async (fields) => {
    said.textContent = '';
    if (await attempt(() => chat.people.setPrivacy(fields))) said.textContent = t('Saved');
  };
  const switched = (field, label, hint) => {
    const one = toggle(label, hint, { checked: found[field], onchange: () => set({ [field]: one.node.checked }) });
    return one.parts;
  };
  fill(
    place,
    segments(t('Who sees when you were last here'), [['all', t('Everybody')], ['none', t('Nobody')]], found.seen_by, (value) => set({ seen_by: value })),
    h('p', { class: 'hint' }, t('If nobody sees it of you, you do not see it of others either.')),
    segments(
      t('Who may begin a conversation with you'),
      [['all', t('Everybody')], ['rooms', t('People of my rooms')], ['none', t('Nobody')]],
      found.direct_from,
      (value) => set({ direct_from: value }),
    ),
    h('p', { class: 'hint' }, t('Conversations that are there already go on.')),
    switched('receipts', t('Send read receipts'), t('Others see how far you have read. Without them, you are not among those who have seen a message.')),
    switched('typing', t('Show when I am typing'), t('Others see that you are writing something in a room.')),
    wrong,
    said,
  );
}

async function blocked(chat, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, t('Loading…')), wrong);
  const people = await attempt(() => chat.people.blocked());
  if (!people) return;
  const free = async (person) => {
    await attempt(() => chat.people.block(person.user, false));
    if (!wrong.textContent) blocked(chat, place);
  };
  const line = (person) =>
    h(
      'li',
      {},
      avatar(person.user, person.display),
      h('span', { class: 'about' }, bdi(person.display, 'name'), h('small', {}, bdi(`@${person.name}`))),
      h('button', { type: 'button', onclick: () => free(person) }, t('Unblock')),
    );
  fill(
    place,
    h('p', { class: 'lead' }, t('You and those you block cannot write to one another, bring one another into rooms, or see whether the other is there.')),
    people.length
      ? h('ul', { class: 'lines' }, people.map(line))
      : h('p', { class: 'nothing' }, t('You block nobody. You find “Block” on a person’s card.')),
    wrong,
  );
}
