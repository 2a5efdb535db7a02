// Which rows of a conversation are in the document: a stretch of them that moves along as one
// scrolls, so that ten thousand messages cost what two hundred do.

/** Rows in the document at the most; so many are put in at one end at a time. */
export const MOST = 250;
export const STEP = 50;
/** Rows around a place that was gone to. */
const AROUND = 120;

/** Rows are {key, …}; a key is in a list once. */
export class Stretch {
  #all = [];
  #from = 0;
  #to = 0;

  get rows() {
    return this.#all.slice(this.#from, this.#to);
  }

  get all() {
    return this.#all;
  }

  get atTop() {
    return this.#from === 0;
  }

  get atEnd() {
    return this.#to === this.#all.length;
  }

  clear() {
    this.#all = [];
    this.#from = this.#to = 0;
  }

  /** Other rows. `follow`: their end is shown; else what was shown is, as far as it is still there. */
  set(all, follow) {
    const { rows: shown, atEnd } = this;
    this.#all = all;
    const places = shown.length ? new Map(all.map(({ key }, at) => [key, at])) : new Map();
    const first = shown.find(({ key }) => places.has(key));
    if (!first) {
      this.toEnd();
      return;
    }
    this.#from = places.get(first.key);
    if (follow) {
      this.#to = all.length;
      this.#from = Math.max(this.#from, this.#to - MOST);
      return;
    }
    const last = shown.findLast(({ key }) => places.has(key));
    this.#to = places.get(last.key) + 1;
    // What came at the end is shown there as long as nothing in view has to go for it.
    if (atEnd && all.length - this.#from <= MOST) this.#to = all.length;
    if (this.#to - this.#from > MOST) this.#to = this.#from + MOST;
  }

  toEnd() {
    this.#to = this.#all.length;
    this.#from = Math.max(0, this.#to - AROUND);
  }

  /** Shows what is around the row that `found(row)` is true of; false where there is none. */
  reveal(found) {
    const at = this.#all.findIndex(found);
    if (at < 0) return false;
    if (at >= this.#from && at < this.#to) return true;
    this.#from = Math.max(0, at - AROUND / 2);
    this.#to = Math.min(this.#all.length, this.#from + AROUND);
    return true;
  }

  up() {
    this.#from = Math.max(0, this.#from - STEP);
    this.#to = Math.min(this.#to, this.#from + MOST);
  }

  down() {
    this.#to = Math.min(this.#all.length, this.#to + STEP);
    this.#from = Math.max(this.#from, this.#to - MOST);
  }
}
