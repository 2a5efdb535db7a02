// What stands where a conversation would, before one is chosen.

import { isQuiet, isUnread } from '../state/keeping.js';
import { bdi, h, icon } from './dom.js';
import { plural } from './format.js';

/** `wish`: go(room), rooms(), person(), invite(): where one can begin; offline(). */
export function nothing(store, wish) {
  if (!store.listed) return waiting(wish.offline(), 'Your rooms');
  const any = store.rooms.size > 0;
  const now = Date.now();
  const unread = [...store.rooms.values()].filter((room) => isUnread(room) && !isQuiet(room, now));
  if (any) return chosen(store, unread, wish);
  const { me } = store;
  return h(
    'div',
    { class: 'empty' },
    h('span', { class: 'emblem' }, icon('chat')),
    h('h1', {}, 'Welcome, ', bdi(me.name)),
    h('p', {}, 'A room is where people talk about one thing. Make the first, or join one.'),
    h(
      'div',
      { class: 'choices' },
      h('button', { type: 'button', class: 'main', onclick: wish.rooms }, 'Join or make a room'),
      h('button', { type: 'button', onclick: wish.person }, 'Write to somebody'),
      me.mayInvite && h('button', { type: 'button', onclick: wish.invite }, 'Invite people'),
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
    h('h1', {}, first ? 'Choose a room' : 'You have read everything'),
    h(
      'p',
      {},
      first
        ? `${plural(unread.length, 'room has', 'rooms have')} something new for you.`
        : 'Choose a room or a person in the list, or begin something new.',
    ),
    h(
      'div',
      { class: 'choices' },
      first && h('button', { type: 'button', class: 'main', onclick: () => wish.go(first.id) }, 'Go to ', bdi(store.titleOf(first))),
      h('button', { type: 'button', onclick: wish.rooms }, 'Join or make a room'),
      h('button', { type: 'button', onclick: wish.person }, 'Write to somebody'),
    ),
  );
}

/** What is on its way, or cannot come just now: `what` in words that begin a sentence. */
export function waiting(offline, what) {
  if (!offline) return h('div', { class: 'empty waits' }, h('p', {}, 'Loading…'));
  return h(
    'div',
    { class: 'empty waits' },
    h('span', { class: 'emblem' }, icon('alert')),
    h('h1', {}, 'No connection'),
    h('p', {}, `${what} will be here once the server can be reached. It is tried again and again; there is nothing that you have to do.`),
  );
}
