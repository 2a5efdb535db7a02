// What a tab has in place of a WebSocket: its part of the one that the hub has for all tabs. Where the
// hub does not answer, a WebSocket of its own behind the same face.

/** Seconds within which a hub that lives has taken what it was told. */
const ANSWER = 2;

/** As much of a WebSocket as a connection uses; `onclose` may tell `moved`: come back at once. */
export class TabSocket {
  readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  name;
  #ports;
  #own = null;
  #cancel = null;

  /**
   * `ports`: `say(kind, more)` to the hub, `real()` a WebSocket, `later(seconds, call)`, `silent()`
   * is told that the hub does not answer. `alone`: without asking the hub.
   */
  constructor(name, ports, alone = false) {
    this.name = name;
    this.#ports = ports;
    if (alone) this.#goAlone();
    else this.attach();
  }

  /** Asks the hub, whichever it is now, to be let in. */
  attach() {
    this.#ports.say('attach');
    this.#await(() => {
      this.#ports.silent();
      this.#goAlone();
    });
  }

  /** Whether it waits for a hub to answer for the first time. */
  get asks() {
    return this.readyState === 0 && this.#own === null;
  }

  /** What the hub says to it. */
  heard({ kind, data, code, reason, moved = false }) {
    if (this.readyState === 3 || this.#own) return;
    this.#taken();
    if (kind === 'open') {
      this.readyState = 1;
      this.onopen?.();
    } else if (kind === 'frame') {
      this.onmessage?.({ data });
    } else if (kind === 'close') {
      this.#end({ code, reason, moved });
    }
  }

  send(data) {
    if (this.#own) {
      this.#own.send(data);
      return;
    }
    this.#ports.say('frame', { data });
    if (this.#cancel) return;
    this.#await(() => {
      this.#ports.silent();
      this.move();
    });
  }

  /** It ends here, and goes on at once elsewhere. */
  move() {
    if (this.readyState === 3) return;
    this.#leave();
    this.#end({ code: 1001, reason: '', moved: true });
  }

  close() {
    if (this.readyState === 3) return;
    this.#leave();
    this.readyState = 3;
  }

  #leave() {
    this.#taken();
    if (this.#own) {
      this.#own.onopen = this.#own.onmessage = this.#own.onclose = null;
      this.#own.close();
    } else {
      this.#ports.say('detach');
    }
  }

  #end(event) {
    this.#taken();
    this.readyState = 3;
    this.onclose?.(event);
  }

  #goAlone() {
    this.#own = this.#ports.real();
    this.#own.onopen = () => {
      this.readyState = 1;
      this.onopen?.();
    };
    this.#own.onmessage = (event) => this.onmessage?.(event);
    this.#own.onclose = ({ code, reason }) => this.#end({ code, reason, moved: false });
  }

  #await(call) {
    this.#taken();
    this.#cancel = this.#ports.later(ANSWER, () => {
      this.#cancel = null;
      call();
    });
  }

  #taken() {
    this.#cancel?.();
    this.#cancel = null;
  }
}
