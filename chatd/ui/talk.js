// What one does with single messages: find them, react, pin, pass on, and ask what became of them.

/** Most seqs in one question for single messages. */
const AT_ONCE = 50;
/** Messages on a page around one; and around the beginning of what is new: two screens. */
const AROUND = 50;
const BEGIN = 40;

export class Talk {
  #store;
  /** @type {import('./net/connection.js').Connection} */
  #connection;
  #ports;
  #asking = new Map();

  /** `ports`: `key()` a new key. */
  constructor(store, connection, ports) {
    this.#store = store;
    this.#connection = connection;
    this.#ports = ports;
  }

  // ---- finding messages -------------------------------------------------------------------------

  /** The stretch around `seq`; true if the message itself is then known. */
  async around(room, seq) {
    await this.#once(`around ${room} ${seq}`, async () => (await this.#stretch(room, seq, AROUND))());
    return this.#store.rooms.get(room)?.timeline.find(seq) !== undefined;
  }

  /** Asks for messages around `seq`, where what is new begins; the function returned takes them in. */
  begin(room, seq) {
    return this.#stretch(room, seq, BEGIN);
  }

  async #stretch(room, seq, limit) {
    const page = await this.#connection.ask('history', { room, around: seq, limit });
    return () =>
      this.#taken(room, page, (timeline) =>
        timeline.around(page.messages, page.more_before ?? false, page.more_after ?? false),
      );
  }

  /** The stretch around what was said at `at` (ms) or later; returns that message's seq, null for none. */
  async since(room, at) {
    const page = await this.#connection.ask('history', { room, at, limit: AROUND });
    this.#taken(room, page, (timeline) =>
      timeline.around(page.messages, page.more_before ?? false, page.more_after ?? false),
    );
    return (page.messages.find((message) => message.at >= at) ?? page.messages.at(-1))?.seq ?? null;
  }

  /** The page of messages after `seq`. */
  after(room, seq) {
    return this.#once(`after ${room} ${seq}`, async () => {
      const page = await this.#connection.ask('history', { room, after: seq });
      this.#taken(room, page, (timeline) => timeline.after(seq, page.messages, page.more_after ?? false));
    });
  }

  #taken(room, page, put) {
    const quoted = page.quoted ?? [];
    this.#store.learn([...page.messages, ...quoted]);
    this.#store.change(room, 'timeline', ({ timeline }) => {
      put(timeline);
      timeline.quotedAre([], quoted);
    });
  }

  /** Asks for what is answered in a room but not known. */
  async quotes(room) {
    const { timeline } = this.#store.rooms.get(room);
    const seqs = timeline.unknown.slice(0, AT_ONCE);
    if (!seqs.length || this.#connection.state !== 'live') return;
    await this.#once(`quotes ${room}`, async () => {
      const messages = await this.messages(room, seqs).catch(none);
      this.#store.change(room, 'timeline', () => timeline.quotedAre(seqs, messages));
    });
  }

  /** Those of at most 50 messages that can be had. */
  async messages(room, seqs) {
    const found = [];
    let reply;
    do {
      const rest = seqs.filter((seq) => seq > (found.at(-1)?.seq ?? 0));
      reply = await this.#connection.ask('messages', { room, seqs: rest });
      found.push(...reply.messages);
    } while (reply.more && reply.messages.length);
    this.#store.learn(found);
    return found;
  }

  /** A page of what is found: {hits, words, next}. `fields` as in the command. */
  async search(fields) {
    const reply = await this.#connection.ask('search', fields);
    for (const { message, before = [], after = [] } of reply.hits) {
      this.#store.learn([message, ...before, ...after]);
    }
    return reply;
  }

  // ---- reactions and pins -----------------------------------------------------------------------

  /** Reacts to a message, or no longer; shown at once, and taken back if it is refused. */
  async react(room, seq, emoji, on) {
    const wish = (value) =>
      this.#store.change(room, 'timeline', ({ timeline }) => timeline.wish(seq, emoji, value));
    wish(on);
    try {
      const done = await this.#keep(on ? 'react' : 'unreact', { room, seq, emoji });
      // Otherwise the event that ends the wish is on its way.
      if (this.#store.rooms.get(room)?.seq >= done.seq) wish(null);
    } catch (error) {
      wish(null);
      // Another of one's devices was faster: it is as one wanted it.
      if (error.code !== (on ? 'exists' : 'not-found')) throw error;
    }
  }

  reactors(room, seq, after = null) {
    return this.#connection.ask('reactors', { room, seq, ...(after !== null && { after }) });
  }

  pin(room, seq, on) {
    return this.#keep(on ? 'pin' : 'unpin', { room, seq });
  }

  /** All pinned messages, the newest pin first; from then on the room knows their seqs. */
  pins(room) {
    return this.#once(`pins ${room}`, async () => {
      const pins = [];
      let reply;
      do {
        const before = pins.at(-1)?.place;
        reply = await this.#connection.ask('pins', before ? { room, before } : { room });
        pins.push(...reply.pins);
      } while (reply.more && reply.pins.length);
      this.#store.learn(pins.map((one) => one.message));
      this.#store.change(room, 'timeline', (found) => {
        found.pinned = new Set(pins.map((one) => one.message.seq));
      });
      return pins;
    });
  }

  // ---- what became of a message -----------------------------------------------------------------

  /** Says a message again in the room `to`, after `text` if there is one. */
  forward(room, seq, to, text) {
    return this.#keep('forward', { room, seq, to, ...(text && { text }) });
  }

  revisions(room, seq, after = null) {
    return this.#connection.ask('revisions', { room, seq, ...(after !== null && { after }) });
  }

  readBy(room, seq, after = null) {
    return this.#connection.ask('read_by', { room, seq, ...(after !== null && { after }) });
  }

  /** From this message on the room is unread, on all devices, until one comes back to it. */
  async markUnread(room, seq) {
    await this.#connection.ask('mark_unread', { room, seq });
    this.#store.change(room, 'rooms', (found) => {
      found.unreadFrom = seq;
    });
  }

  /** Which of a room's messages are pinned, for marking them; none if one may not know. */
  async pinned(room) {
    if (this.#connection.state !== 'live') return;
    const pins = await this.pins(room).catch(none);
    this.#store.change(room, 'timeline', (found) => {
      found.pinned ??= new Set(pins.map((one) => one.message.seq));
    });
  }

  /** @type {import('./wire.js').KeepAnew} */
  #keep = (type, fields) =>
    this.#connection.keep(type, /** @type {any} */ ({ key: this.#ports.key(), ...fields }));

  /** The same question is under way only once at a time. */
  #once(what, ask) {
    if (!this.#asking.has(what)) {
      this.#asking.set(what, ask().finally(() => this.#asking.delete(what)));
    }
    return this.#asking.get(what);
  }
}

/** What is refused is not there; a lost connection is no answer. */
function none(error) {
  if (error.name !== 'Refused') throw error;
  return [];
}
