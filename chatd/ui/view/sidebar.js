// The list: rooms and conversations with what is unread, and who one is.

import { append, bdi, fill, h, hidden, iconButton } from './dom.js';
import { count, plural } from './format.js';
import { avatar, logo, sign } from './parts.js';

/** `wish`: go(room), rooms(), person(), invite(), settings(): what the buttons ask for. */
export class Sidebar {
  node;
  #store;
  #wish;
  #rooms = h('div', { class: 'lists' });
  #me = h('div', { class: 'me' });
  #items = new Map();

  constructor(store, wish) {
    this.#store = store;
    this.#wish = wish;
    this.node = append(h('nav', { class: 'sidebar', 'aria-label': 'Rooms and people' }), [
      h('div', { class: 'place' }, logo(26), bdi(location.hostname)),
      this.#rooms,
      this.#me,
    ]);
    this.#rooms.addEventListener('keydown', (event) => this.#step(event));
  }

  drawMe() {
    const { me } = this.#store;
    fill(
      this.#me,
      avatar(me.user, me.name),
      bdi(me.name, 'who'),
      me.admin && iconButton('invite', 'Invite people', { onclick: this.#wish.invite }),
      iconButton('gear', 'Settings', { onclick: this.#wish.settings }),
    );
  }

  draw() {
    const all = [...this.#store.rooms.values()];
    const byName = (a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
    const rooms = all.filter((room) => room.kind !== 'direct').sort(byName);
    const people = all.filter((room) => room.kind === 'direct').sort(byName);
    const focused = document.activeElement?.dataset?.room;
    fill(
      this.#rooms,
      this.#section('Rooms', rooms, 'Join or make a room', this.#wish.rooms),
      this.#section('People', people, 'Write to somebody', this.#wish.person),
    );
    if (focused) this.#items.get(focused)?.focus();
    const unread = all.reduce((sum, room) => sum + room.unread, 0);
    document.title = unread ? `(${count(unread)}) chatd` : 'chatd';
  }

  #section(title, rooms, label, onclick) {
    const list = this.#store.listed
      ? h('button', { type: 'button', class: 'first', onclick }, label)
      : h('p', { class: 'nothing' }, 'Loading…');
    return h(
      'section',
      { 'aria-label': title },
      h('header', {}, h('h2', {}, title), iconButton('plus', label, { onclick })),
      rooms.length ? h('ul', {}, rooms.map((room) => h('li', {}, this.#item(room)))) : list,
    );
  }

  #item(room) {
    const active = room.id === this.#store.active;
    const unread = room.unread > 0;
    const draft = room.draft && !active;
    const item = h(
      'a',
      {
        class: `item${active ? ' active' : ''}${unread ? ' unread' : ''}`,
        href: `#/room/${encodeURIComponent(room.id)}`,
        'data-room': room.id,
        'aria-current': active ? 'page' : null,
        onclick: (event) => {
          event.preventDefault();
          this.#wish.go(room.id);
        },
      },
      sign(room, this.#store.presence(room.other)),
      bdi(room.name, 'name'),
      draft && h('span', { class: 'draft' }, 'Draft'),
      unread && h('span', { class: 'count', 'aria-hidden': 'true' }, count(room.unread)),
      unread && hidden(`, ${plural(room.unread, 'unread message', 'unread messages')}`),
    );
    this.#items.set(room.id, item);
    return item;
  }

  /** Arrow keys go through the list. */
  #step(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...this.#rooms.querySelectorAll('.item')];
    const at = items.indexOf(document.activeElement);
    if (!by || at < 0) return;
    event.preventDefault();
    items[at + by]?.focus();
  }
}
