// A connection that stays: it comes back with full jitter, resumes without holes, and carries
// commands. It touches nothing of the browser by itself: socket, clock and chance are passed in.

import { Backoff } from './backoff.js';
import { Book } from './book.js';
import { Commands, Lost } from './commands.js';

/** Silence beyond the heartbeat, in seconds, after which the way to the server is gone. */
const SLACK = 10;
/** Seconds for a connection to be made and to be live again. */
const PATIENCE = 20;
/**
 * Seconds after which one does without the oracle: a browser may ask it over an old connection that
 * is dead, and a socket is always a new one.
 */
const ORACLE = 2;
/** Seconds within which the server answers a command, or says anything else: after that, one asks. */
const ANSWER = 10;
/** Seconds within which it answers where the browser says that there is no network. */
const PROOF = 1;
/** Seconds after which an attempt may hang on a way that is gone. */
const DOUBT = 3;
/** Close codes that say "stay away"; of these, 4501 means: sign in again. */
const staysAway = (code) => code >= 4500 && code <= 4999;

/**
 * `ports`: `socket()` a new WebSocket, `session()` the oracle's answer as a promise, `random()`,
 * `now()` in milliseconds, `later(seconds, call)` giving a function that cancels.
 * `heard`: `onState(state)`, `onEvent(frame)`, `onSignal(frame)`, `onLostHistory(rooms)`,
 * `onRemoved(rooms)`, `onSession(answer)`: what the oracle said each time it was asked.
 * States: stopped, connecting, waiting (until `retryAt`), live; signed-out and refused end it.
 */
export class Connection {
  book = new Book();
  state = 'stopped';
  welcome = null;
  /** When the next try is made, and not before when one may worry; milliseconds. */
  retryAt = null;
  expectedBack = null;
  /** Why the server does not want this page, in its words. */
  reason = '';
  #ports;
  #heard;
  #backoff;
  #commands;
  /** What was asked before the first connection stood. */
  #early = [];
  #socket = null;
  #round = 0;
  #resuming = false;
  #retryAfter = null;
  #cancelRetry = null;
  #cancelSilence = null;
  #cancelAnswer = null;
  #began = 0;
  #heardAt = 0;

  constructor(ports, heard) {
    this.#ports = ports;
    this.#heard = heard;
    this.#backoff = new Backoff(ports.random);
    this.#commands = new Commands((frame) => this.#write(frame), ports.later);
  }

  start() {
    if (this.state === 'connecting' || this.state === 'live') return;
    this.#connect();
  }

  stop(state = 'stopped') {
    this.#leave();
    this.#become(state);
  }

  /**
   * Now would be a good time: somebody looks, or the network is another (`anew`). What hangs begins
   * anew, and what seems to be live has to show that it is: after a sleep nobody was told of the end.
   */
  hurry(anew = false) {
    const now = this.#ports.now();
    const hangs = this.state === 'connecting' && (anew || now - this.#began > DOUBT * 1000);
    if (this.state === 'waiting' || hangs) this.#connect();
    else if (this.state === 'live' && now - this.#heardAt > ANSWER * 1000) this.#comeBack();
  }

  /** The browser says that there is no network: what seems to be live has to show that it is, and soon. */
  doubt() {
    if (this.state !== 'live') return;
    this.#cancelAnswer?.();
    this.#cancelAnswer = this.#ports.later(PROOF, () => this.#wait());
    this.#commands.tell('rooms', {});
  }

  /** Keyed commands that are not answered yet. */
  get unsent() {
    return this.#commands.waiting;
  }

  /**
   * Before the first connection stands it is waited for: whoever has just signed in is quick.
   * @type {import('../wire.js').Ask}
   */
  ask = (type, fields = undefined) => {
    if (this.state === 'live') return this.#commands.ask(type, fields);
    if (this.state !== 'connecting' || this.welcome) return Promise.reject(new Lost());
    return new Promise((resolve, reject) => {
      this.#early.push(() => this.ask(type, fields).then(resolve, reject));
    });
  };

  /** @type {import('../wire.js').Tell} */
  tell = (type, fields) => {
    if (this.state === 'live') this.#commands.tell(type, fields);
  };

  /** @type {import('../wire.js').Keep} */
  keep = (type, fields, onSent, isOld) => this.#commands.keep(type, fields, onSent, isOld);

  /** Also while it resumes: the server has the room open as soon as it has answered. */
  close(room) {
    this.book.closed(room);
    return this.#commands.ask('close', { room });
  }

  // ---- coming and going -------------------------------------------------------------------------

  async #connect() {
    this.#leave();
    const round = this.#round;
    this.#began = this.#ports.now();
    this.#become('connecting');
    if (!(await this.#welcomeHere(round))) return;
    let opened = false;
    let socket;
    try {
      socket = this.#ports.socket();
    } catch {
      this.#wait();
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      opened = true;
      this.#listen();
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#frame(JSON.parse(data));
    };
    socket.onclose = ({ code, reason, moved = false }) => {
      if (this.#socket !== socket) return;
      // Another tab holds the connection from now on.
      if (moved) this.#connect();
      else this.#lost(code, reason, opened);
    };
    this.#listen(PATIENCE);
  }

  /** Asks the oracle; a browser shows no page the 401 that answers its WebSocket. */
  async #welcomeHere(round) {
    const answer = this.#ports.session().then((session) => this.#isWelcome(session, round));
    let cancel;
    const late = new Promise((resolve) => {
      cancel = this.#ports.later(ORACLE, () => resolve(round === this.#round));
    });
    try {
      return await Promise.race([answer, late]);
    } catch {
      if (round === this.#round) this.#wait();
      return false;
    } finally {
      cancel();
    }
  }

  #isWelcome(session, round) {
    if (round !== this.#round) return false;
    this.#heard.onSession(session);
    if (round !== this.#round) return false;
    if (!session.signed_in) this.stop('signed-out');
    return session.signed_in;
  }

  async #lost(code, reason, opened) {
    this.#leave();
    const round = this.#round;
    if (staysAway(code)) {
      this.reason = reason;
      this.stop(code === 4501 ? 'signed-out' : 'refused');
      return;
    }
    if (!opened || code === 4001) {
      this.#become('connecting');
      if (!(await this.#welcomeHere(round))) return;
    }
    this.#wait();
  }

  #wait() {
    this.#leave();
    const retryAfter = this.#retryAfter;
    this.#retryAfter = null;
    const seconds = this.#backoff.next(retryAfter);
    this.retryAt = this.#ports.now() + seconds * 1000;
    if (retryAfter !== null) this.expectedBack = this.#ports.now() + (retryAfter + 2) * 1000;
    this.#cancelRetry = this.#ports.later(seconds, () => this.#connect());
    this.#become('waiting');
  }

  /** Ends what is under way: nothing of it is heard any more. */
  #leave() {
    this.#round += 1;
    this.#resuming = false;
    this.#cancelRetry?.();
    this.#cancelSilence?.();
    this.#cancelAnswer?.();
    this.#cancelRetry = this.#cancelSilence = this.#cancelAnswer = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#commands.lost();
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    if (state === 'live') this.expectedBack = null;
    this.#heard.onState(state);
    for (const again of this.#early.splice(0)) again();
  }

  // ---- what arrives -----------------------------------------------------------------------------

  #frame(frame) {
    this.#heardAt = this.#ports.now();
    this.#cancelAnswer?.();
    this.#cancelAnswer = null;
    if (this.state === 'live') this.#listen();
    if ('seq' in frame && 'cursor' in frame) {
      this.#event(frame);
      return;
    }
    if ('id' in frame && this.#answered(frame)) return;
    switch (frame.type) {
      case 'welcome':
        this.welcome = frame;
        this.#comeBack();
        break;
      case 'heartbeat':
        if (this.state !== 'live') break;
        if (!this.book.agrees(frame.heads)) this.#comeBack();
        else if (frame.cursor && !this.#resuming) this.book.cursor = frame.cursor;
        break;
      case 'resync':
        this.#comeBack();
        break;
      case 'limits':
        this.welcome = { ...this.welcome, limits: frame.limits };
        break;
      case 'bye':
        this.#retryAfter = frame.retry_after ?? null;
        break;
      default:
        this.#heard.onSignal(frame);
    }
  }

  #answered(frame) {
    // The book learns of it in this very turn: the next frame may already build on it.
    if (frame.type === 'opened') this.book.opened(frame);
    return this.#commands.answer(frame);
  }

  #event(frame) {
    const found = this.book.event(frame);
    if (found === 'hole') this.#comeBack();
    else if (found === 'news') this.#heard.onEvent(frame);
  }

  /** Resumes what was open, then sends again what was not answered. */
  async #comeBack() {
    if (this.#resuming) return;
    this.#resuming = true;
    const round = this.#round;
    try {
      while (this.book.heads.size > 0) {
        const fields = { rooms: [...this.book.heads.keys()] };
        if (this.book.cursor !== null) fields.cursor = this.book.cursor;
        const reply = await this.#commands.ask('resume', fields);
        if (round !== this.#round) return;
        const { news, lost } = this.book.resumed(reply);
        for (const event of news) this.#heard.onEvent(event);
        if (reply.removed?.length) this.#heard.onRemoved(reply.removed);
        if (lost.length) this.#heard.onLostHistory(lost);
        if (!reply.more) break;
      }
    } catch (error) {
      if (round === this.#round) {
        this.#retryAfter = error.retryAfter ?? null;
        this.#wait();
      }
      return;
    }
    this.#resuming = false;
    this.#backoff.reset();
    this.#listen();
    const back = this.state !== 'live';
    if (back) this.#commands.live();
    this.#become('live');
  }

  #listen(seconds = (this.welcome?.heartbeat ?? 25) + SLACK) {
    this.#cancelSilence?.();
    this.#cancelSilence = this.#ports.later(seconds, () => this.#wait());
  }

  #write(frame) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    if (this.state === 'live') this.#cancelAnswer ??= this.#ports.later(ANSWER, () => this.#wait());
    return true;
  }
}
