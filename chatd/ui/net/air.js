// Between the tabs of this browser: a BroadcastChannel, which does not bring a page its own words,
// and what a page says to itself.

import { own } from './base.js';

const NAME = own('chatd tabs');

export class Air {
  #channel;
  #listeners = new Set();

  /** `open(name)` a BroadcastChannel. */
  constructor(open) {
    this.#channel = open(NAME);
    this.#channel.onmessage = ({ data }) => this.#heard(data);
  }

  /** `call(message)` for each message, in the order in which each tab said its own. */
  listen(call) {
    this.#listeners.add(call);
  }

  /** To this page (`near`), to all others (`far`), or both; nobody hears it in this very turn. */
  say(message, { near = true, far = true } = {}) {
    if (near) queueMicrotask(() => this.#heard(message));
    if (far) this.#channel.postMessage(message);
  }

  #heard(message) {
    for (const call of this.#listeners) call(message);
  }
}
