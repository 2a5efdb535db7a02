// How far one got, told to the server: at most once a second for a room, the furthest only.

/** Seconds between two marks of one room. */
const PACE = 1;

export class Reading {
  #tell;
  #later;
  #wanted = new Map();
  #told = new Map();
  #resting = new Set();

  /** `tell(room, {delivered, read})` sends a mark; `later(seconds, call)` runs `call` then. */
  constructor(tell, later) {
    this.#tell = tell;
    this.#later = later;
  }

  delivered(room, seq) {
    this.#want(room, { delivered: seq, read: 0 });
  }

  read(room, seq) {
    this.#want(room, { delivered: seq, read: seq });
  }

  /** The room became unread again: it may be told anew how far one read. */
  forget(room) {
    this.#told.delete(room);
  }

  /** A new connection: what was told on the last one may not have arrived. */
  again() {
    for (const [room, told] of this.#told) this.#want(room, told, true);
  }

  #want(room, { delivered, read }, again = false) {
    const told = again ? { delivered: 0, read: 0 } : this.#reached(this.#told, room);
    const wanted = this.#reached(this.#wanted, room);
    const next = {
      delivered: Math.max(wanted.delivered, delivered),
      read: Math.max(wanted.read, read),
    };
    if (next.delivered <= told.delivered && next.read <= told.read) return;
    this.#wanted.set(room, next);
    if (!this.#resting.has(room)) this.#flush(room);
  }

  #flush(room) {
    const wanted = this.#wanted.get(room);
    this.#wanted.delete(room);
    if (!wanted) return;
    this.#told.set(room, wanted);
    this.#resting.add(room);
    this.#tell(room, wanted.read ? wanted : { delivered: wanted.delivered });
    this.#later(PACE, () => {
      this.#resting.delete(room);
      this.#flush(room);
    });
  }

  #reached(map, room) {
    return map.get(room) ?? { delivered: 0, read: 0 };
  }
}
