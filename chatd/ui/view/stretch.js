// Which rows of a conversation are in the document: a stretch of them that moves along as one
// scrolls, so that ten thousand messages cost what two hundred do.

/** Rows in the document at the most; so many are put in at one end at a time. */
export const MOST = 250;
export const STEP = 8;
/** Rows around a place that was gone to. */
const AROUND = 60;
/** Rows that stay at the end, once there are more than `MOST` that came there. */
const FOLLOWED = 120;

/** Rows are {key, …}; a key is in a list once. */
export class Stretch {
  #all = [];
  /** The place of the last row of a kind. */
  #last = new Map();
  #from = 0;
  #to = 0;
  /** Goes up with every change. */
  version = 0;

  get rows() {
    return this.#all.slice(this.#from, this.#to);
  }

  /** The last row before these of which `found(row)` is true, or undefined. */
  above(found) {
    for (let at = this.#from - 1; at >= 0; at -= 1) if (found(this.#all[at])) return this.#all[at];
    return undefined;
  }

  get all() {
    return this.#all;
  }

  /** The place of the first of `rows` among all. */
  get from() {
    return this.#from;
  }

  /** The place of the last row of a kind; -1 for none. */
  last(kind) {
    return this.#last.get(kind) ?? -1;
  }

  get atTop() {
    return this.#from === 0;
  }

  get atEnd() {
    return this.#to === this.#all.length;
  }

  get full() {
    return this.#to - this.#from >= MOST;
  }

  clear() {
    this.#all = [];
    this.#last.clear();
    this.#move(0, 0);
  }

  #move(from, to) {
    this.version += 1;
    [this.#from, this.#to] = [from, to];
  }

  /** Other rows. `follow`: their end is shown; else what was shown is, as far as it is still there. */
  set(all, follow) {
    const { rows: shown, atEnd } = this;
    this.#all = all;
    this.#last = new Map(all.map(({ kind }, at) => [kind, at]));
    const places = shown.length ? new Map(all.map(({ key }, at) => [key, at])) : new Map();
    const first = shown.find(({ key }) => places.has(key));
    if (!first) {
      this.toEnd();
      return;
    }
    const from = places.get(first.key);
    if (follow) {
      // Nobody looks at what went by above: of a flood few rows are laid out anew with each frame.
      this.#move(all.length - from > MOST ? all.length - FOLLOWED : from, all.length);
      return;
    }
    const last = shown.findLast(({ key }) => places.has(key));
    // What came at the end is shown there as long as nothing in view has to go for it.
    const to = atEnd && all.length - from <= MOST ? all.length : places.get(last.key) + 1;
    this.#move(from, Math.min(to, from + MOST));
  }

  toEnd() {
    this.#move(Math.max(0, this.#all.length - AROUND), this.#all.length);
  }

  /** Shows what is around the row that `found(row)` is true of; false where there is none. */
  reveal(found) {
    const at = this.#all.findIndex(found);
    if (at < 0) return false;
    if (at >= this.#from && at < this.#to) return true;
    const from = Math.max(0, at - AROUND / 2);
    this.#move(from, Math.min(this.#all.length, from + AROUND));
    return true;
  }

  up() {
    const from = Math.max(0, this.#from - STEP);
    this.#move(from, Math.min(this.#to, from + MOST));
  }

  down() {
    const to = Math.min(this.#all.length, this.#to + STEP);
    this.#move(Math.max(this.#from, to - MOST), to);
  }
}
