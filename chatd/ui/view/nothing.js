// What stands where a conversation would, before one is chosen.

import { bdi, h, icon } from './dom.js';

/** `wish`: rooms(), person(), invite(): where one can begin. */
export function nothing(store, wish) {
  if (!store.listed) return h('div', { class: 'empty' }, h('p', {}, 'Connecting…'));
  const any = store.rooms.size > 0;
  const { me } = store;
  return h(
    'div',
    { class: 'empty' },
    h('span', { class: 'emblem' }, icon('chat')),
    h('h1', {}, any ? 'Choose a room' : ['Welcome, ', bdi(me.name)]),
    h(
      'p',
      {},
      any
        ? 'Choose a room or a person on the left, or start something new.'
        : 'A room is where people talk about one thing. Make the first, or join one.',
    ),
    h(
      'div',
      { class: 'choices' },
      h('button', { type: 'button', class: any ? '' : 'main', onclick: wish.rooms }, 'Join or make a room'),
      h('button', { type: 'button', onclick: wish.person }, 'Write to somebody'),
      me.mayInvite && h('button', { type: 'button', onclick: wish.invite }, 'Invite people'),
    ),
  );
}
