// What is looked at in all tabs of this browser: each tab tells what is in view there. A tab that is
// gone tells nothing any more, so that what it told holds only for a while.

/** Seconds for which it holds. */
const HOLDS = 15;
/** Seconds after which it is told again. */
export const AGAIN = 10;

export class Scenes {
  #now;
  #tabs = new Map();

  /** `now()` in ms. */
  constructor(now) {
    this.#now = now;
  }

  /** A tab looks at a room; null for none. */
  looks(tab, room) {
    if (room === null) this.#tabs.delete(tab);
    else this.#tabs.set(tab, { room, at: this.#now() });
  }

  clear() {
    this.#tabs.clear();
  }

  /** Whether somebody looks at the room in any tab. */
  has(room) {
    const since = this.#now() - HOLDS * 1000;
    return [...this.#tabs.values()].some((one) => one.room === room && one.at >= since);
  }
}
