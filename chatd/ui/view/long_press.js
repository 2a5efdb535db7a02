// A finger that rests on something for a while: what a right click is to a mouse.

/** Milliseconds, and pixels of a finger's rest, that make a long press. */
const LONG = 500;
const REST = 10;

export class LongPress {
  #what;
  #act;
  /** The finger that is down: where it came down, and what it rested on, once it did for long enough. */
  #press = null;

  /** `what`: a selector of what can be pressed; `act(element)`: the finger rested on it and was lifted. */
  constructor(what, act) {
    this.#what = what;
    this.#act = act;
  }

  /** For `h` of dom.js: what hears the fingers of an element around all that can be pressed. */
  get listeners() {
    return {
      onpointerdown: (event) => this.#pressed(event),
      onpointermove: (event) => this.#strayed(event),
      onpointerup: () => this.#press?.long || this.#released(),
      ontouchend: (event) => this.#lifted(event),
      onpointercancel: () => this.#released(),
      // The browser's own menu would take the finger away.
      oncontextmenu: (event) => this.#press && event.preventDefault(),
    };
  }

  #pressed(event) {
    this.#released();
    const found = event.target.closest(this.#what);
    if (event.pointerType !== 'touch' || !found || event.target.closest('a, button')) return;
    const press = { x: event.clientX, y: event.clientY, long: null };
    press.timer = setTimeout(() => {
      press.long = found;
      found.focus({ preventScroll: true });
    }, LONG);
    this.#press = press;
  }

  #strayed({ clientX, clientY }) {
    if (!this.#press) return;
    if (Math.hypot(clientX - this.#press.x, clientY - this.#press.y) > REST) this.#released();
  }

  #lifted(event) {
    const found = this.#press?.long;
    if (!found) return;
    this.#released();
    // Letting go is no tap on what comes under the finger, and closes what is open before that.
    event.preventDefault();
    setTimeout(() => this.#act(found));
  }

  #released() {
    clearTimeout(this.#press?.timer);
    this.#press = null;
  }
}
