// What a screen reader hears of a room: one message at a time, with a rest between two, so that in a
// lively room it can say anything to its end.

/** Milliseconds between two messages that are read out. */
const REST = 2000;
/** So much of a message is read out; the rest is in the list. */
const LONGEST = 300;

export class Speaking {
  #say;
  #ports;
  /** When the last one was read out, and its seq while it is there to be heard. */
  #at = -Infinity;
  #seq = null;
  /** The newest that waits for its turn, and how many came since the last one. */
  #next = null;
  #came = 0;
  #cancel = null;

  /**
   * `say({count, name, text})` puts a message in place of the last one, `count` of them having come; null
   * takes it away. `ports`: `now()` in ms, `later(seconds, call)`.
   */
  constructor(say, ports) {
    this.#say = say;
    this.#ports = ports;
  }

  /** Somebody said something: {seq, name, text}. */
  heard(message) {
    this.#next = message;
    this.#came += 1;
    const wait = this.#at + REST - this.#ports.now();
    if (wait <= 0) this.#speak();
    else this.#cancel ??= this.#ports.later(wait / 1000, () => this.#speak());
  }

  /** What was erased or has other words now is neither read out nor found in the page. */
  changed(seq) {
    if (this.#seq === seq) {
      this.#seq = null;
      this.#say(null);
    }
    if (this.#next?.seq === seq) this.#quiet();
  }

  /** Another room: nothing of this one any more. */
  clear() {
    this.#quiet();
    this.#seq = null;
    this.#say(null);
  }

  #speak() {
    const { seq, name, text } = this.#next;
    const count = this.#came;
    this.#quiet();
    this.#at = this.#ports.now();
    this.#seq = seq;
    const letters = [...text];
    const words = letters.length > LONGEST ? `${letters.slice(0, LONGEST).join('')}…` : text;
    this.#say({ count, name, text: words });
  }

  #quiet() {
    this.#cancel?.();
    this.#cancel = null;
    this.#next = null;
    this.#came = 0;
  }
}
