// What stands where a conversation would, before one is chosen.

import { parts, t } from '../words/words.js';
import { bdi, h, icon } from './dom.js';

/** `wish`: rooms(), person(), invite(): where one can begin. */
export function nothing(store, wish) {
  if (!store.listed) return h('div', { class: 'empty' }, h('p', {}, t('Connecting…')));
  const any = store.rooms.size > 0;
  const { me } = store;
  return h(
    'div',
    { class: 'empty' },
    h('span', { class: 'emblem' }, icon('chat')),
    h('h1', {}, any ? t('Choose a room') : parts('Welcome, {name}', { name: bdi(me.name) })),
    h(
      'p',
      {},
      any
        ? t('Choose a room or a person from the list, or start something new.')
        : t('A room is where people talk about one thing. Make the first, or join one.'),
    ),
    h(
      'div',
      { class: 'choices' },
      h('button', { type: 'button', class: any ? '' : 'main', onclick: wish.rooms }, t('Join or make a room')),
      h('button', { type: 'button', onclick: wish.person }, t('Write to somebody')),
      me.mayInvite && h('button', { type: 'button', onclick: wish.invite }, t('Invite people')),
    ),
  );
}
