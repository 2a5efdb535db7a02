// Files on their way into a room. What this needs is loaded once somebody has some: most people who open the
// page say nothing but words.

import { nameOf } from './view/attached.js';
import { h, icon, iconButton } from './view/dom.js';
import { size } from './view/format.js';
import { drawingOf, isPicture, MOST, shortened } from './state/attached.js';
import { Unreachable } from './net/api.js';
import { at } from './net/base.js';
import { Refused } from './net/commands.js';
import { many, t } from './words/words.js';

/** Seconds from connecting to loading what may be wanted later. */
const SOON = 3;

/** What is loaded stands by itself (docs/decisions/the-page.md): it is handed what it uses of the page. */
export const KIT = { at, drawingOf, h, icon, iconButton, isPicture, many, MOST, nameOf, placeOf, Refused, shortened, size, t, Unreachable };

export class Files {
  /** What sends them, once it is loaded: see files/sending.js. */
  sending = null;
  #chips = null;
  #ports;
  #loading = null;

  /** `ports`: Sending's, except that `upload` gets files/upload.js before its other arguments. */
  constructor(ports) {
    this.#ports = ports;
  }

  /** Fails in words if it cannot be had: it is then tried again the next time. */
  load() {
    this.#loading ??= this.#load().catch(() => {
      this.#loading = null;
      throw new Unreachable();
    });
    return this.#loading;
  }

  async #load() {
    const [{ Sending }, { Chips }, way] = await Promise.all([
      import('./files/sending.js'),
      import('./files/chips.js'),
      import('./files/upload.js'),
    ]);
    const upload = (...about) => this.#ports.upload(way, ...about);
    this.sending = new Sending(KIT, { ...this.#ports, upload });
    this.#chips = new Chips(KIT, this.sending);
    this.restore();
    this.sending.sweep().catch(() => {});
  }

  /** Adds files to what is written in a room; returns why some were not added, in sentences. */
  async add(room, files) {
    await this.load();
    return this.sending.add(room, files);
  }

  /** What this tab had before it was reloaded. */
  restore() {
    const { storage, store } = this.#ports;
    const rooms = [...store.rooms.values()];
    if (this.sending) for (const room of rooms) this.sending.restore(room);
    else if (rooms.some((room) => storage.getItem(placeOf(store.me, room)))) this.load().catch(() => {});
  }

  /** Shows in `place` the files of what is written in a room, null for none; `after()`: see Chips. */
  draw(place, room, after) {
    if (!this.#chips) return;
    if (!place.firstChild) place.append(this.#chips.node);
    this.#chips.draw(room, after);
  }

  /** The connection is back. Soon everything is here that will be wanted once there is none. */
  live() {
    const { later, limits } = this.#ports;
    this.restore();
    this.sending?.live();
    if (limits()) later(SOON, () => this.load().catch(() => {}));
  }

  /** How many files nobody would have if this page were gone. */
  get loose() {
    return [...this.#ports.store.rooms.values()].flatMap(({ chips }) => chips).filter(({ answer, kept }) => !answer && !kept).length;
  }

  /** Nothing of anybody's stays in this browser. */
  forget() {
    return this.#ports.blobs.clear().catch(() => {});
  }
}

/** Where a tab keeps which files are above the box of a room. */
function placeOf(me, room) {
  return `files ${me.user} ${room.id}`;
}
