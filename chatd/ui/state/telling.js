// Which messages one is told of beside the page, and when: once, in one tab, by the levels that the
// server keeps for each room, and not what somebody looks at anyway.

import { isMuted, level } from './keeping.js';
import { mentionsMe } from './mentions.js';

/** Messages that are looked through for what one missed. */
const MISSED = 20;
/** Seconds in which what is read at once, here or elsewhere, is not told of. */
const MOMENT = 0.4;

/**
 * Whether to tell of a message in a room. `me`: one's id; `blocked`: ids; `looked`: whether somebody
 * looks at the room in any tab; `now` in ms.
 */
export function isToldOf(room, message, { me, blocked, looked, now }) {
  if (message.from === me || message.deleted || blocked.has(message.from)) return false;
  if (looked || room.archived || isMuted(room, now) || message.seq <= room.read) return false;
  return calls(room, message, me);
}

function calls(room, message, me) {
  const wanted = level(room);
  return wanted === 'all' || (wanted === 'mentions' && mentionsMe(message, me));
}

export class Telling {
  #store;
  #ports;
  /** Rooms to {message, count}: told of in a moment. */
  #waiting = new Map();
  /** Rooms to {seq, count, close()}: on the screen. */
  #shown = new Map();
  /** The seq of the last message told of, by room. */
  #upTo = new Map();
  /** How rooms were when the connection broke: ids to {seq, mentions}; null while it stands. */
  #before = null;
  /** Rooms to the seq behind which something is that was heard of and could not be read. */
  #owed = new Map();

  /**
   * `ports`: `may()` whether this tab tells, and wants to; `ask(type, fields)` a command; `looked(room)`;
   * `now()`; `later(seconds, call)`; `show({room, message, count})` gives what closes it.
   */
  constructor(store, ports) {
    this.#store = store;
    this.#ports = ports;
  }

  /** An event of a room that is open here. */
  event(frame) {
    if (frame.type === 'message') this.#take(frame);
    else if (frame.type === 'deleted') this.#gone(frame);
  }

  /** A signal: of rooms that are not open the server tells that something was said, and not what. */
  signal({ type, room: id, seq }) {
    if ((type !== 'mentioned' && type !== 'activity') || !this.#ports.may()) return;
    this.#ports.later(MOMENT, () => {
      const room = this.#store.rooms.get(id);
      if (!room || isMuted(room, this.#ports.now()) || level(room) === 'none') return;
      const all = level(room) === 'all';
      // What is told of all messages needs no word of the mentions among them.
      if (all !== (type === 'activity')) return;
      if (all) this.#find('history', { room: id, limit: 1 }, seq - 1);
      else this.#find('messages', { room: id, seqs: [seq] }, seq - 1);
    });
  }

  /** The connection broke. What was said before this page knew any rooms is no news. */
  lost() {
    if (!this.#store.listed) return;
    this.#before ??= new Map([...this.#store.rooms.values()].map(({ id, seq, mentions }) => [id, { seq, mentions }]));
  }

  /** It is back, and the list of rooms is as it is now: what was said meanwhile is told of too. */
  back() {
    const before = this.#before;
    this.#before = null;
    if (!before || !this.#ports.may()) return;
    for (const room of this.#store.rooms.values()) {
      const { seq = 0, mentions = 0 } = before.get(room.id) ?? {};
      const owed = this.#owed.get(room.id) ?? Infinity;
      const calling = owed < seq || (level(room) === 'all' ? room.seq > seq : room.mentions > mentions);
      if (!calling || level(room) === 'none' || isMuted(room, this.#ports.now())) continue;
      this.#owed.delete(room.id);
      this.#find('history', { room: room.id, limit: MISSED }, Math.min(seq, owed));
    }
  }

  /** What is known of the rooms changed: what was read need not be told of any more. */
  changed() {
    for (const [id, { seq, close }] of this.#shown) {
      const room = this.#store.rooms.get(id);
      if (room && seq > room.read) continue;
      this.#shown.delete(id);
      close();
    }
  }

  /** Nothing stays on the screen. */
  forget() {
    this.#waiting.clear();
    this.#owed.clear();
    for (const { close } of this.#shown.values()) close();
    this.#shown.clear();
  }

  /** Asks for messages, and takes those after `seq`. */
  async #find(type, fields, seq) {
    try {
      const { messages } = await this.#ports.ask(type, fields);
      for (const message of messages) if (message.seq > seq) this.#take(message);
    } catch {
      // The connection broke; when it is back they are looked for again. That the room has got that
      // far is known already, so that nothing else would say so.
      this.#owed.set(fields.room, Math.min(seq, this.#owed.get(fields.room) ?? seq));
    }
  }

  #take(message) {
    const { room: id, seq } = message;
    if (seq <= (this.#upTo.get(id) ?? 0) || !this.#isTold(message)) return;
    this.#upTo.set(id, seq);
    const waiting = this.#waiting.get(id);
    this.#waiting.set(id, { message, count: (waiting?.count ?? 0) + 1 });
    if (!waiting) this.#ports.later(MOMENT, () => this.#tell(id));
  }

  #tell(id) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!waiting || !this.#isTold(waiting.message)) return;
    const { message } = waiting;
    const before = this.#shown.get(id);
    const count = waiting.count + (before?.count ?? 0);
    before?.close();
    const close = this.#ports.show({ room: this.#store.rooms.get(id), message, count });
    this.#shown.set(id, { seq: message.seq, count, close });
  }

  #isTold(message) {
    const room = this.#store.rooms.get(message.room);
    if (!room || !this.#ports.may()) return false;
    const { me, blocked } = this.#store;
    const looked = this.#ports.looked(room.id);
    return isToldOf(room, message, { me: me.user, blocked, looked, now: this.#ports.now() });
  }

  /** What was deleted is not left on the screen. */
  #gone({ room, target }) {
    if (this.#waiting.get(room)?.message.seq === target) this.#waiting.delete(room);
    const shown = this.#shown.get(room);
    if (shown?.seq !== target) return;
    this.#shown.delete(room);
    shown.close();
  }
}
