// Who is in the room in view: those here now first.

import { bdi, fill, h, hidden, iconButton } from './dom.js';
import { avatar, kindOf } from './parts.js';

const ROLES = { owner: 'owner', moderator: 'moderator', reader: 'reads only' };
const WORDS = { online: 'online', away: 'away', offline: 'offline' };

/** `wish`: back(), person(id), add(room), leave(room). */
export class Here {
  node = h('aside', { class: 'people', 'aria-label': 'People in this room' });
  #store;
  #wish;

  constructor(store, wish) {
    this.#store = store;
    this.#wish = wish;
  }

  draw() {
    const { room } = this.#store;
    if (!room) {
      fill(this.node);
      return;
    }
    const members = room.members ?? [];
    const state = (member) => room.here.get(member.user) ?? 'offline';
    const here = members.filter((member) => state(member) !== 'offline');
    const rest = members.filter((member) => state(member) === 'offline');
    const many = room.memberCount > members.length && room.members;
    const mayAdd =
      room.kind !== 'direct' && (room.role === 'owner' || room.role === 'moderator');
    fill(
      this.node,
      h(
        'header',
        {},
        iconButton('back', 'Back to the conversation', { class: 'to-talk', onclick: this.#wish.back }),
        h('h2', {}, 'People'),
        mayAdd && iconButton('invite', 'Add somebody to this room', { onclick: () => this.#wish.add(room) }),
      ),
      h(
        'div',
        { class: 'members' },
        here.length > 0 && this.#group(`Here now, ${here.length}`, here, state),
        rest.length > 0 && this.#group(`Not here, ${rest.length}`, rest, state),
        !room.members && h('p', { class: 'nothing' }, 'Loading…'),
        many && h('p', { class: 'nothing' }, `and ${room.memberCount - members.length} more`),
      ),
      h(
        'footer',
        {},
        room.topic && h('p', { class: 'topic' }, bdi(room.topic)),
        h('p', { class: 'nothing' }, kindOf(room)),
        room.kind !== 'direct' &&
          h('button', { type: 'button', class: 'quiet', onclick: () => this.#wish.leave(room) }, 'Leave this room'),
      ),
    );
  }

  #group(title, members, state) {
    return h(
      'section',
      { 'aria-label': title },
      h('h3', {}, title),
      h('ul', {}, members.map((member) => h('li', {}, this.#member(member, state(member))))),
    );
  }

  #member(member, state) {
    const self = member.user === this.#store.me.user;
    const inside = [
      avatar(member.user, member.name, state),
      bdi(member.name, 'name'),
      hidden(`, ${WORDS[state]}`),
      h('span', { class: 'role' }, [self && 'you', ROLES[member.role]].filter(Boolean).join(' · ')),
    ];
    if (self) return h('div', { class: `item ${state}` }, inside);
    return h(
      'button',
      {
        type: 'button',
        class: `item ${state}`,
        title: `Write to ${member.name}`,
        onclick: () => this.#wish.person(member.user),
      },
      inside,
    );
  }
}
