// What stands where a conversation would, before one is chosen.

import { isQuiet, isUnread } from '../state/keeping.js';
import { many, parts, t } from '../words/words.js';
import { bdi, h, icon } from './dom.js';

/** `wish`: go(room), rooms(), person(), invite(): where one can begin; offline(). */
export function nothing(store, wish) {
  if (!store.listed) return waiting(wish.offline(), t('Your rooms will be here once the server can be reached.'));
  const any = store.rooms.size > 0;
  const now = Date.now();
  const unread = [...store.rooms.values()].filter((room) => isUnread(room) && !isQuiet(room, now));
  if (any) return chosen(store, unread, wish);
  const { me } = store;
  const about = me.mayJoin
    ? t('A room is where people talk about one thing. Create the first, or join one.')
    : t('Rooms that somebody lets you into appear in the list.');
  return h(
    'div',
    { class: 'empty' },
    h('span', { class: 'emblem' }, icon('chat')),
    h('h1', {}, parts('Welcome, {name}', { name: bdi(store.people.display(me.user, me.name)) })),
    h('p', {}, about),
    h(
      'div',
      { class: 'choices' },
      me.mayJoin && h('button', { type: 'button', class: 'main', onclick: wish.rooms }, t('Join or create a room')),
      h('button', { type: 'button', onclick: wish.person }, t('Write to somebody')),
      me.mayInvite && h('button', { type: 'button', onclick: wish.invite }, t('Invite people')),
    ),
  );
}

/** There are rooms, and none is chosen: what is unread comes first. */
function chosen(store, unread, wish) {
  const [first] = unread.toSorted((a, b) => b.mentions - a.mentions || b.unread - a.unread);
  return h(
    'div',
    { class: 'empty' },
    h('span', { class: 'emblem' }, icon(first ? 'chat' : 'check')),
    h('h1', {}, first ? t('Choose a room') : t('You have read everything')),
    h(
      'p',
      {},
      first
        ? many(unread.length, 'You have {count} unread conversation.', 'You have {count} unread conversations.')
        : t('Choose a room or a person in the list, or begin something new.'),
    ),
    h(
      'div',
      { class: 'choices' },
      first && h('button', { type: 'button', class: 'main', onclick: () => wish.go(first.id) }, parts('Go to {room}', { room: bdi(store.titleOf(first)) })),
      store.me.mayJoin && h('button', { type: 'button', onclick: wish.rooms }, t('Join or create a room')),
      h('button', { type: 'button', onclick: wish.person }, t('Write to somebody')),
    ),
  );
}

/** What is on its way, or cannot come just now: `later` says what will be here once it can. */
export function waiting(offline, later) {
  if (!offline) return h('div', { class: 'empty waits' }, h('p', {}, t('Loading…')));
  return h(
    'div',
    { class: 'empty waits' },
    h('span', { class: 'emblem' }, icon('alert')),
    h('h1', {}, t('No connection')),
    h('p', {}, later, ' ', t('It is tried again and again; there is nothing that you have to do.')),
  );
}

/** Where messages will be in a moment. */
export function ghosts() {
  return h('div', { class: 'ghosts' }, h('p', { class: 'ears' }, t('Loading…')), Array.from({ length: 7 }, () => h('i', {})));
}
