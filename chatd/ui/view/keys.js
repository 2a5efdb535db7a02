// The keys that mean the same wherever one is: to another room, and what keys there are.

import { isQuiet, isUnread } from '../state/keeping.js';
import { shortcuts } from './dialogs/shortcuts.js';
import { switcher } from './dialogs/switcher.js';

/** Rooms that were gone to, the latest first: so many are remembered. */
const RECENT = 20;

export class Keys {
  #store;
  #chat;
  #go;
  #order;
  #recent = [];

  /** `go(room)`; `order()`: ids of the rooms as the list shows them. */
  constructor(store, chat, go, order) {
    this.#store = store;
    this.#chat = chat;
    this.#go = go;
    this.#order = order;
    addEventListener('keydown', (event) => this.#pressed(event));
  }

  /** One is in a room. */
  been(room) {
    this.#recent = [room, ...this.#recent.filter((one) => one !== room)].slice(0, RECENT);
  }

  switch() {
    // First where one was before this, so that Ctrl K, Enter goes back and forth.
    const [here, ...before] = this.#recent;
    const recent = here === this.#store.active ? [...before, here] : this.#recent;
    switcher({ store: this.#store, chat: this.#chat }, recent, this.#go);
  }

  #pressed(event) {
    const command = event.ctrlKey || event.metaKey;
    if (event.isComposing || document.querySelector('dialog[open]')) return;
    const key = event.key.toLowerCase();
    if (command && !event.altKey && !event.shiftKey && key === 'k') this.switch();
    else if (command && !event.altKey && key === '/') shortcuts();
    else if (event.altKey && !command && (key === 'arrowup' || key === 'arrowdown')) {
      this.#neighbour(key === 'arrowup' ? -1 : 1, event.shiftKey);
    } else return;
    event.preventDefault();
  }

  #neighbour(by, unreadOnly) {
    const order = this.#order();
    const { active, rooms } = this.#store;
    const now = Date.now();
    const fits = (id) => {
      const room = rooms.get(id);
      return room && (!unreadOnly || (isUnread(room) && !isQuiet(room, now)));
    };
    const from = order.indexOf(active);
    const behind = by > 0 ? [...order.slice(from + 1), ...order.slice(0, Math.max(from, 0))] : [];
    const before = by < 0 ? [...order.slice(0, Math.max(from, 0)).reverse(), ...order.slice(from + 1).reverse()] : [];
    const next = [...behind, ...before].find(fits);
    if (next) this.#go(next);
  }
}
