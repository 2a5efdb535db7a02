// What is told of somebody, and what one can do about them: on their card, and beside a conversation.

import { compare, t } from '../words/words.js';
import { bdi, h } from './dom.js';
import { sure } from './dialogs/sure.js';
import { ago, until as untilWords } from './format.js';
import { openMenu } from './menu.js';
import { avatar } from './parts.js';
import { words } from './words.js';

const kindWord = (kind) => ({ bot: t('Program'), guest: t('Guest') })[kind];
const stateWord = (state) => ({ online: t('Online'), away: t('Away') })[state];

/** Nodes of `kept` for somebody: who they are, what they are up to, what they say of themselves. */
export function portrait(store, kept, user) {
  const person = store.people.get(user);
  if (!person) return [kept.get('looking', null, () => h('p', { class: 'nothing' }, t('Looking…')))];
  const state = stateWord(store.presence(user)) ?? (person.lastSeen && t('Last seen {ago}', { ago: ago(person.lastSeen) }));
  const status = store.people.status(user, Date.now());
  const { name, display, kind, about, deleted, avatar: picture } = person;
  const who = () => h('div', { class: 'who' }, avatar(user, display), h('div', { class: 'about' }, names(person, state)));
  return [
    kept.get('who', [name, display, kind, deleted, picture, state], who),
    status && kept.get('status', status, () => mood(status)),
    about && kept.get('about', about, () => h('div', { class: 'about-them' }, words(about))),
  ].filter(Boolean);
}

function mood({ emoji, text, until }) {
  return h(
    'p',
    { class: 'status' },
    bdi([emoji, text].filter(Boolean).join(' ')),
    until && h('small', {}, ` ${untilWords(until)}`),
  );
}

function names(person, state) {
  return [
    h('h2', {}, bdi(person.display)),
    h('p', { class: 'hint' }, bdi(person.deleted ? t('This account was deleted') : `@${person.name}`), kindWord(person.kind) && ` · ${kindWord(person.kind)}`),
    state && h('p', { class: 'hint' }, state),
  ];
}

/** What the buttons below depend on. */
export function mayDo(store, { user, display, deleted }) {
  return [display, deleted, store.blocked?.has(user) ?? false, roomsOf(store).length > 0];
}

/** Blocks somebody, or unblocks them: `done()` follows. */
export function blockButton({ chat, store, attempt }, person, done) {
  const isBlocked = store.blocked.has(person.user);
  const block = async () => {
    const text = t('You and they cannot write to one another, bring one another into rooms, or see whether the other is there. They are not told.');
    if (!isBlocked && !(await sure(t('Block {name}?', { name: person.display }), text, t('Block')))) return;
    await attempt(() => chat.people.block(person.user, !isBlocked));
    done();
  };
  return h('button', { type: 'button', class: 'quiet', 'data-key': 'block', onclick: block }, isBlocked ? t('Unblock') : t('Block'));
}

/** Brings somebody into a room where one may; null where there is none, or one blocked them. */
export function addButton({ chat, store, attempt, say }, person) {
  const rooms = roomsOf(store);
  if (!rooms.length || store.blocked.has(person.user)) return null;
  const into = (room) => ({
    label: room.name,
    icon: room.kind === 'public' ? 'hash' : 'lock',
    act: () =>
      attempt(async () => {
        await chat.addMember(room.id, person.user);
        say(t('{name} is in {room} now.', { name: person.display, room: room.name }));
      }),
  });
  const open = ({ currentTarget }) => openMenu(t('Add to a room'), rooms.map(into), currentTarget);
  return h('button', { type: 'button', 'data-key': 'add', onclick: open }, t('Add to a room'));
}

/** Rooms that one may bring people into. */
function roomsOf(store) {
  return [...store.rooms.values()]
    .filter((room) => room.kind !== 'direct' && !room.archived && (room.role === 'owner' || room.role === 'moderator'))
    .sort((a, b) => compare(a.name, b.name));
}
