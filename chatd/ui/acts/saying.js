// Saying something: shown at once, kept until the server has it, sent in the order in which it was said,
// with its files before it.

import { t } from '../words/words.js';

/** Characters by which one knows again what was not sent. */
const RECALLED = 80;

export class Saying {
  #store;
  /** @type {import('../net/connection.js').Connection} */
  #connection;
  #ports;
  #outbox;
  #files;
  /** What was taken over of rooms that are not known yet. */
  #homeless = [];
  #held = 0;
  /** The last message on its way in each room, as a promise: what is said behind files waits for them. */
  #turns = new Map();
  /** Messages that wait for their turn, or for their files. */
  #behind = new Set();

  /**
   * `ports`: `now()` in ms, `later(seconds, call)`, `outbox`, `files` (null where none can be sent),
   * `say(text)` to whoever looks.
   */
  constructor(store, connection, ports) {
    this.#store = store;
    this.#connection = connection;
    this.#ports = ports;
    this.#outbox = ports.outbox;
    this.#files = ports.files ?? null;
  }

  /**
   * Says something; `more` goes with the text: `reply_to`, and `files` of files/sending.js. Gives the
   * seconds to wait where slow mode has one wait: then nothing of it stays in the room, and text and
   * files are the caller's again. Another try of what failed has its `key`: the first may have arrived after all.
   */
  async send(room, text, { files = [], ...more }, key) {
    const message = { key, user: this.#store.me.user, room, text, more, files, at: this.#ports.now() };
    this.#show(message);
    const seconds = await this.#inTurn(message, this.#kept(message));
    if (seconds > 0) this.#drop(room, key);
    return seconds;
  }

  /**
   * As `send`, of what nobody waits for who could take it back: where the server asks for patience, it
   * is sent again after that.
   */
  async #insist(message) {
    for (;;) {
      const seconds = await this.#inTurn(message);
      if (!(seconds > 0)) return;
      this.#behind.add(message);
      await new Promise((then) => this.#ports.later(seconds, then));
    }
  }

  #drop(room, key) {
    this.#store.dropped(room, key);
    this.#outbox.done(key);
  }

  async #kept(message) {
    await this.#write(message);
    // What a page that is gone left unsent was said before this.
    if (this.#connection.state !== 'live') await this.resend();
  }

  #show({ room, key, text, at, more, files }) {
    this.#store.sending(room, key, text, at, files.length ? { ...more, files } : more);
  }

  /** Into the outbox, where another page finds it. */
  async #write({ files, ...message }) {
    if (!files.length) return this.#outbox.keep(message);
    await this.#files.sending.keeping(files);
    return this.#outbox.keep({ ...message, files: this.#files.sending.plain(files) });
  }

  /** What was said first goes first, however long its files take. `kept`: once it is in the outbox. */
  #inTurn(message, kept = null) {
    const before = this.#turns.get(message.room);
    if (!before && !message.files.length) return this.#next(message, kept);
    this.#behind.add(message);
    const turn = Promise.resolve(before).then(() => this.#next(message, kept));
    const last = turn.then(() => this.#turns.get(message.room) === last && this.#turns.delete(message.room));
    this.#turns.set(message.room, last);
    return turn;
  }

  async #next(message, kept) {
    await kept;
    return this.#deliver(message);
  }

  /** Another page of this browser would send all of it, were this one gone. */
  #isKept({ key, files }) {
    return this.#outbox.holds(key) && files.every((one) => one.answer || one.kept);
  }

  /** Messages that have not gone out yet, and that nobody would send, were this page gone. */
  get loose() {
    return [...this.#behind].filter((message) => !this.#isKept(message)).length;
  }

  /** Brings the files of a message to the server: what goes with it then. */
  async #bring(message) {
    await this.#files.sending.ready(message.files);
    // Whoever sends it again sends the same.
    await this.#write(message);
    return { files: message.files.map(({ answer }) => answer.file) };
  }

  /** Gives the seconds after which the server takes it, 0 where it has it or will not take it. */
  async #deliver(message) {
    const { key, room, text, more, files } = message;
    let held = 0;
    try {
      const brought = files.length ? await this.#bring(message) : {};
      this.#behind.delete(message);
      held = this.#isKept(message) ? 1 : 0;
      this.#held += held;
      const sent = () => this.#store.sent(room, key);
      const old = () => this.#outbox.isOld(message);
      const fields = { key, room, text, ...more, ...brought };
      this.#store.stored(room, key, await this.#connection.keep('send', fields, sent, old));
      if (files.length) this.#files.sending.done(files);
    } catch (error) {
      this.#behind.delete(message);
      if (files.length && error.code === 'not-found' && (await this.#files.sending.again(files))) return this.#deliver(message);
      if (error.retryAfter > 0) return error.retryAfter;
      const why = { failed: error.message, final: error.name === 'Refused' && !error.retry };
      this.#store.failed(room, key, why);
      this.#write({ ...message, ...why });
      return 0;
    } finally {
      this.#held -= held;
    }
    this.#outbox.done(key);
    return 0;
  }

  /** Messages on their way that another page of this browser would send, were this one gone. */
  get held() {
    return this.#held;
  }

  /**
   * What tabs that are gone left unsent: sent now, unless it is old; then one is asked. `listed`: the server
   * has just told all of one's rooms; until it does, a room that is not known may still be one of them.
   */
  async resend(listed = false) {
    const adopted = await this.#outbox.adopt(this.#store.me.user);
    const found = [...this.#homeless, ...adopted];
    this.#homeless = [];
    if (found.some(({ files }) => files?.length)) await this.#files?.load().catch(() => {});
    const waits = new Set();
    for (const message of found) {
      const { key, room } = message;
      if (!this.#store.rooms.has(room)) {
        if (listed) this.#lost(message);
        else this.#homeless.push(message);
        continue;
      }
      const { files: plain = [] } = message;
      // What sends files could not be had: neither they nor what was said behind them go now.
      if (plain.length && !this.#files?.sending) waits.add(room);
      if (waits.has(room)) {
        this.#homeless.push(message);
        continue;
      }
      const whole = { ...message, files: plain.length ? this.#files.sending.adopt(plain, room) : [] };
      this.#show(whole);
      if (message.failed) this.#store.failed(room, key, message);
      else this.#insist(whole);
    }
  }

  /** Said in a room that one is not in any more. */
  #lost({ key, text }) {
    this.#outbox.done(key);
    const said = [...text].slice(0, RECALLED).join('');
    this.#ports.say(t('Not sent, because you are no longer in that room: {text}', { text: said }));
  }

  /** Nobody wants a message any more that failed. */
  discard(room, key) {
    const { files } = this.takeBack(room, key).more;
    if (files) this.#files.sending.done(files);
  }

  /** Takes a message that failed out of the room: {text, more}, as it was sent. */
  takeBack(room, key) {
    const one = this.#store.rooms.get(room)?.timeline.pending.find((found) => found.key === key);
    this.#drop(room, key);
    const more = { ...(one?.reply_to !== undefined && { reply_to: one.reply_to }), ...(one?.files && { files: one.files }) };
    return { text: one?.text ?? '', more };
  }
}
