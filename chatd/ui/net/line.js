// A WebSocket to the server that notices when the way is gone: silence beyond the heartbeat ends it.

/** Silence beyond the heartbeat, in seconds, after which the way to the server is gone. */
const SLACK = 10;
/** Seconds for a connection to be made. */
const PATIENCE = 20;
/** Seconds within which it is heard of again where there is doubt. */
const PROOF = 1;
/** What a browser tells of a connection that was lost without a word. */
const LOST = 1006;

export class Line {
  #ports;
  #call;
  #socket = null;
  #patience = PATIENCE;
  #heardAt = 0;
  /** When it has to be heard of at the latest, in ms; Infinity where nothing is asked for. */
  #proofBy = Infinity;
  #cancel = null;

  /**
   * `ports`: `real()` a WebSocket, `later(seconds, call)`, `now()` in ms. `call`: `onFrame(frame,
   * data)`, parsed and as it came, and `onEnd(code, reason)`.
   */
  constructor(ports, call) {
    this.#ports = ports;
    this.#call = call;
  }

  get isUp() {
    return this.#socket !== null;
  }

  connect() {
    this.#heardAt = this.#ports.now();
    this.#patience = PATIENCE;
    this.#proofBy = Infinity;
    let socket;
    try {
      socket = this.#ports.real();
    } catch {
      this.#call.onEnd(LOST, '');
      return;
    }
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#heard(data);
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#socket === socket) this.#end(code, reason);
    };
    this.#listen();
  }

  /** Whether it went out. */
  send(frame) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Ends it; nothing of it is heard any more. */
  hangUp() {
    const socket = this.#socket;
    this.#socket = null;
    this.#cancel?.();
    this.#cancel = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** Ends it where it was silent for too long: timers may be late, in a page that nobody sees. */
  check() {
    if (this.isUp && this.#rest() <= 0) this.#end(LOST, '');
  }

  /** It may be gone: it ends unless something is heard within a moment. */
  doubt() {
    if (this.#socket?.readyState !== 1) return;
    this.#proofBy = this.#ports.now() + PROOF * 1000;
    this.#listen();
  }

  #heard(data) {
    this.#heardAt = this.#ports.now();
    this.#proofBy = Infinity;
    const frame = JSON.parse(data);
    if (frame.type === 'welcome') {
      this.#patience = frame.heartbeat + SLACK;
      this.#listen();
    }
    this.#call.onFrame(frame, data);
  }

  #end(code, reason) {
    this.hangUp();
    this.#call.onEnd(code, reason);
  }

  /** Seconds for which silence is still nothing to worry about. */
  #rest() {
    const now = this.#ports.now();
    return Math.min(this.#patience - (now - this.#heardAt) / 1000, (this.#proofBy - now) / 1000);
  }

  #listen() {
    this.#cancel?.();
    this.#cancel = this.#ports.later(Math.max(this.#rest(), 0), () => {
      if (this.#rest() > 0) this.#listen();
      else this.#end(LOST, '');
    });
  }
}
