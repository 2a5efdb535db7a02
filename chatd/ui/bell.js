// Notifying people outside the page: desktop notifications, a sound, and the icon's badge; of all tabs, the
// one that has the connection does it.

import { ownStorage } from './net/base.js';
import { inWords } from './state/attached.js';
import { badgeOf } from './state/keeping.js';
import { AGAIN, Scenes } from './state/scenes.js';
import { Telling } from './state/telling.js';
import { Wants } from './state/wants.js';
import { Badge } from './view/badge.js';
import { t } from './words/words.js';
import { chime } from './view/chime.js';
import { notify, permission } from './view/desktop.js';

/** Milliseconds between a change and its drawing in the icon. */
const REST = 200;
/** Seconds between two looks at what ends by itself: muted rooms. */
const TICK = 20;

export class Bell {
  /** How one wants to be notified: `get()`, `set(fields)`. */
  wants;
  #store;
  #tabs;
  #scenes;
  #telling;
  #badge = new Badge();
  #drawing = null;

  /** `go(room, seq)` leads to a message; `ask(type, fields)` sends a command. */
  constructor(store, tabs, { ask, go, now, later }) {
    this.#store = store;
    this.#tabs = tabs;
    this.#scenes = new Scenes(now);
    this.wants = new Wants(ownStorage(localStorage), () => store.me?.user);
    this.#telling = new Telling(store, {
      may: () => tabs.leads && (this.#desktop || this.wants.get().sound),
      ask,
      now,
      later,
      looked: (room) => this.#scenes.has(room),
      show: (told) => this.#show(told, go),
    });
    store.watch((what) => this.#changed(what));
    setInterval(() => this.#say(), AGAIN * 1000);
    setInterval(() => this.#draw(), TICK * 1000);
    for (const event of ['visibilitychange', 'focus', 'blur']) addEventListener(event, () => this.#say(true));
    addEventListener('pagehide', () => tabs.word('looks', { room: null }));
  }

  event(frame) {
    this.#telling.event(frame);
  }

  signal(frame) {
    this.#telling.signal(frame);
  }

  /** The connection broke, or is back and everything is known again. */
  lost() {
    this.#telling.lost();
  }

  back() {
    this.#telling.back();
  }

  /** What another tab says. */
  word({ word, tab, room }) {
    if (word === 'looks') this.#scenes.looks(tab, room);
    else if (word === 'gone') this.#scenes.looks(tab, null);
  }

  /** Another tab notifies from now on: all say what is looked at there. */
  hub() {
    this.#scenes.clear();
    this.#say(true);
  }

  /** The person has gone, and so has what they wanted. */
  forget() {
    this.#telling.forget();
    this.#badge.clear();
    this.wants.forget();
  }

  get #desktop() {
    return this.wants.get().desktop && permission() === 'granted';
  }

  #changed(what) {
    if (what === 'active') {
      this.#say(true);
    } else if (what === 'rooms') {
      this.#telling.changed();
      this.#drawing ??= setTimeout(() => this.#draw(), REST);
    }
  }

  /** Tells the other tabs what is looked at here. */
  #say(changed = false) {
    const looks = document.visibilityState === 'visible' && document.hasFocus();
    const room = looks ? this.#store.active : null;
    this.#scenes.looks(this.#tabs.tab, room);
    if (room !== null || changed) this.#tabs.word('looks', { room });
  }

  #draw() {
    clearTimeout(this.#drawing);
    this.#drawing = null;
    if (this.#store.listed) this.#badge.show(badgeOf([...this.#store.rooms.values()], Date.now()), this.#tabs.leads);
  }

  #show({ room, message, count }, go) {
    if (this.wants.get().sound) chime().catch(() => {});
    if (!this.#desktop) return () => {};
    const author = this.#store.people.display(message.from, message.name);
    const title = room.kind === 'direct' ? author : t('{name} in {room}', { name: author, room: room.name });
    const { seq } = message;
    return notify({
      title,
      count,
      text: inWords(message),
      tag: `chatd ${room.id} ${seq}`,
      room: room.id,
      seq,
      go: () => go(room.id, seq),
    });
  }
}
