// The day of what is in view, which stays at the top of a list: it shows while one scrolls, and is out of
// the way of what one reads.

/** Milliseconds after the last scrolling for which it shows. */
const REST = 1200;

export class Days {
  #list;
  #moved = 0;
  #waits = false;

  constructor(list) {
    this.#list = list;
  }

  /** The list was scrolled; `shows`: by somebody who looks where they are. */
  moved(shows) {
    this.#moved = performance.now();
    if (shows) this.#list.classList.add('scrolling');
    if (!this.#waits) this.#rest(REST);
  }

  /** One timer, not one for each frame of scrolling. */
  #rest(ms) {
    this.#waits = true;
    setTimeout(() => {
      const left = this.#moved + REST - performance.now();
      if (left > 0) {
        this.#rest(left);
        return;
      }
      this.#waits = false;
      // Those that stay at the top have what follows them below them.
      for (const day of this.#list.querySelectorAll('.day')) day.classList.toggle('over', liesOver(day));
      this.#list.classList.remove('scrolling');
    }, ms);
  }
}

function liesOver(day) {
  const next = day.nextElementSibling;
  return next !== null && next.getBoundingClientRect().top < day.getBoundingClientRect().bottom;
}
