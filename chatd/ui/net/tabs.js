// All tabs in which one person is signed in are one connection to the server: the tab that holds a
// lock (Web Locks) is their hub. Each tab asks here for its socket, and may become the hub any time.

import { Air } from './air.js';
import { own } from './base.js';
import { Hub } from './hub.js';
import { TAB } from './outbox.js';
import { TabSocket } from './tab_socket.js';

/** The lock of the hub; the person's id follows. */
const HUB = own('chatd hub ');
/** Seconds between two questions to a hub that did not answer. */
const AGAIN = 30;

export class Tabs {
  /**
   * `onUp()`: the connection stands; `onHub()`: another tab is the hub, or this one; `onWord(message)`:
   * what a tab said, or "gone" where it is no more.
   */
  onUp = () => {};
  onHub = () => {};
  /** @type {(message: any) => void} */
  onWord = () => {};
  tab;
  #ports;
  #air = null;
  #user = null;
  #hub = null;
  #socket = null;
  #count = 0;
  /** The hub does not answer: one's own socket it is, until it does. */
  #alone = false;
  #cancelAsking = null;

  /**
   * `ports`: `real()` a WebSocket, `locks` navigator.locks and `channel(name)` a BroadcastChannel, null
   * where the browser has none, `later(seconds, call)`, `now()`. `tab`: the name of this one.
   */
  constructor(ports, tab) {
    this.#ports = ports;
    this.tab = tab;
  }

  /**
   * From now on a tab of `user` among others, which are told. Without locks or channels every tab is
   * for itself.
   */
  join(user) {
    const { locks, channel } = this.#ports;
    if (!locks || !channel) return;
    if (this.#user === null) {
      this.#user = user;
      this.#air = new Air(channel);
      this.#air.listen((message) => this.#heard(message));
      locks.request(HUB + user, () => this.#lead()).catch(() => {});
    }
    this.word('here');
  }

  /** Whether what is for one tab alone is for this one. */
  get leads() {
    return this.#hub !== null || this.#air === null;
  }

  /** A socket for a connection: see `TabSocket`. */
  socket() {
    if (this.#user === null) return this.#ports.real();
    this.#count += 1;
    const name = `${this.tab}/${this.#count}`;
    const say = (kind, more) => this.#toHub({ kind, socket: name, ...more });
    const { real, later } = this.#ports;
    const silent = () => this.#goAlone();
    this.#socket = new TabSocket(name, { say, real, later, silent }, this.#alone);
    return this.#socket;
  }

  /** The browser says that there is no network: is the connection of all tabs still there? */
  doubt() {
    this.#hub?.hear({ kind: 'doubt' });
  }

  /** Says a word to all other tabs of this browser, whoever is signed in there. */
  word(word, more = {}) {
    this.#air?.say({ to: 'tabs', word, user: this.#user, tab: this.tab, ...more }, { near: false });
  }

  // ---- inside -----------------------------------------------------------------------------------

  #heard(message) {
    if (message.to === 'tabs') {
      if (message.word !== undefined) this.onWord(message);
      else if (message.user === this.#user) this.#told(message);
    } else if (message.user !== this.#user) {
      // Of somebody else, in this browser too.
    } else if (message.to === 'hub') {
      this.#hub?.hear(message);
    } else if (this.#socket && message.to.includes(this.#socket.name)) {
      if (message.alone) this.#alone = true;
      this.#socket.heard(message);
    }
  }

  /** What the hub says to all. */
  #told({ kind }) {
    if (kind === 'up') this.onUp();
    else if (kind === 'hub') this.#follow(), this.onHub();
    else if (kind === 'here' && this.#alone) this.#follow();
  }

  /** There is a new hub, or one that answers again. */
  #follow() {
    this.#alone = false;
    this.#cancelAsking?.();
    if (!this.#socket) return;
    if (this.#socket.asks) this.#socket.attach();
    else this.#socket.move();
  }

  #lead() {
    const { real, later, now } = this.#ports;
    const say = (to, message) => {
      const near = to.some((name) => this.#isOwn(name));
      const far = to.some((name) => !this.#isOwn(name));
      this.#air.say({ to, user: this.#user, ...message }, { near, far });
    };
    const all = (kind) => this.#air.say({ to: 'tabs', user: this.#user, kind });
    this.#hub = new Hub({ real, later, now, say, all, gone: (tab, call) => this.#gone(tab, call) }, this.#user);
    all('hub');
    return new Promise(() => {});
  }

  /** Calls once the tab is gone; what it gives ends that. */
  #gone(tab, call) {
    if (tab === this.tab) return () => {};
    const { locks } = this.#ports;
    const ending = new AbortController();
    const ended = () => {
      this.onWord({ word: 'gone', user: this.#user, tab });
      call();
    };
    const watch = async () => {
      const { held } = await locks.query();
      // A tab that could not take its lock would be taken for gone.
      if (held.some(({ name }) => name === TAB + tab)) await locks.request(TAB + tab, { signal: ending.signal }, ended);
    };
    watch().catch(() => {});
    return () => ending.abort();
  }

  #goAlone() {
    this.#alone = true;
    this.#cancelAsking?.();
    this.#cancelAsking = this.#ports.later(AGAIN, () => {
      this.#toHub({ kind: 'there' });
      this.#goAlone();
    });
  }

  #toHub(message) {
    const near = this.#hub !== null;
    this.#air.say({ to: 'hub', user: this.#user, tab: this.tab, ...message }, { near, far: !near });
  }

  #isOwn(name) {
    return name.startsWith(`${this.tab}/`);
  }
}
