// What counts as seen: what was in view for a while, not what went by.

import { firstOf } from './halving.js';

/** Seconds in view after which something is seen. */
const DWELL = 0.5;

export class Dwelling {
  #later;
  #saw;
  #room = null;
  /** The furthest seq in view now, and when the wait began. */
  #now = null;
  #then = null;
  #told = 0;
  #cancel = null;

  /** `saw(room, seq)` is called once all up to `seq` was in view for long enough. */
  constructor(later, saw) {
    this.#later = later;
    this.#saw = saw;
  }

  /** What is in view: up to `seq` of a room; null for nothing that anybody looks at. */
  at(room, seq) {
    if (room !== this.#room || seq === null) {
      this.#cancel?.();
      this.#cancel = null;
      this.#told = 0;
    }
    this.#room = room;
    this.#now = seq;
    if (seq !== null && this.#cancel === null && seq > this.#told) this.#wait();
  }

  #wait() {
    this.#then = this.#now;
    this.#cancel = this.#later(DWELL, () => {
      this.#cancel = null;
      // Who scrolled back meanwhile has not had the rest before them.
      this.#told = Math.min(this.#then, this.#now);
      this.#saw(this.#room, this.#told);
      if (this.#now > this.#told) this.#wait();
    });
  }
}

/**
 * How far one reads on in a room by what is in view (`seen`: {first, last} seqs, or null): to the last
 * of it, where nothing unread lies above it or in a hole; else null. Who follows a link into the midst
 * of what is new has not had what comes before.
 */
export function readOn({ timeline, read }, seen) {
  if (!seen) return null;
  const { messages, gaps } = timeline;
  const next = messages[firstOf(messages, (message) => message.seq > read)];
  if (!next || seen.first > next.seq || seen.last < next.seq) return null;
  const hole = messages.some(({ seq }) => seq >= next.seq && seq <= seen.last && gaps.has(seq));
  return hole ? null : seen.last;
}
