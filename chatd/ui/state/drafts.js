// What is being written: kept for this tab, where it survives a reload and ends with signing out, and
// told to the server, so that one goes on writing on another device. The newest wins.

/** Seconds of rest after which a draft is told. */
const REST = 1;

export class Drafts {
  /**
   * Whether a room's draft is under somebody's hands here: nothing from elsewhere replaces it.
   * @type {(room: object) => boolean}
   */
  busy = () => false;
  #storage;
  #store;
  /** @type {{ask: import('../wire.js').Ask, later: Function, now: Function, device: string}} */
  #ports;
  #timers = new Map();
  #closed = false;

  /**
   * `storage`: like sessionStorage. `ports`: `ask(type, fields)` a command, `later(seconds, call)`,
   * `now()` in ms, `device`: a word that tells this page from one's others. Without ports the
   * drafts stay here.
   */
  constructor(storage, store, ports = null) {
    this.#storage = storage;
    this.#store = store;
    this.#ports = ports;
  }

  /** Gives rooms that were just heard of the draft that they had. */
  load() {
    for (const room of this.#store.rooms.values()) {
      if (room.draft || room.replyTo !== null) continue;
      const { text, replyTo } = this.#read(room);
      room.draft = text;
      room.replyTo = replyTo;
    }
  }

  /** What was written changed here. */
  save(room) {
    const { text, replyTo } = this.#read(room);
    if (room.draft === text && room.replyTo === replyTo) return;
    this.#write(room, { text: room.draft, replyTo: room.replyTo, at: this.#now(), untold: true });
    this.#soon(room.id);
  }

  forget() {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#storage.clear();
  }

  /** Everything that was not told yet is told at once: the page goes. */
  flush() {
    for (const id of [...this.#timers.keys()]) this.#tell(id);
  }

  /** The connection is back: what was written elsewhere meanwhile comes, what was written here goes. */
  async sync() {
    if (!this.#ports) return;
    const there = new Map();
    let reply;
    do {
      const after = reply?.drafts.at(-1).room;
      reply = await this.#ports.ask('drafts', after ? { after } : {});
      for (const one of reply.drafts) there.set(one.room, one);
    } while (reply.more);
    for (const room of this.#store.rooms.values()) {
      const one = there.get(room.id);
      const own = this.#read(room);
      if (one) this.#come(room, one);
      else if (own.untold) this.#soon(room.id);
      // It was told once and is gone by now: said or emptied elsewhere.
      else if (own.text && own.told) this.#come(room, { text: '', at: Infinity });
      else if (own.text) this.#write(room, { ...own, untold: true }), this.#soon(room.id);
    }
  }

  /** The signal that a draft changed on some device. */
  signal(frame) {
    const room = this.#store.rooms.get(frame.room);
    if (room && frame.device !== this.#ports?.device) this.#come(room, frame);
  }

  #come(room, { text = '', reply_to: replyTo = null, at }) {
    const own = this.#read(room);
    if (own.untold && own.at >= at) {
      this.#soon(room.id);
      return;
    }
    if (own.text === text && own.replyTo === replyTo) {
      if (text) this.#write(room, { text, replyTo, at, told: true });
      return;
    }
    // What one is in the middle of is not taken away; the next letter makes it the newest.
    if (this.busy(room)) return;
    this.#timers.get(room.id)?.();
    this.#timers.delete(room.id);
    room.draft = text;
    room.replyTo = replyTo;
    this.#write(room, { text, replyTo, at: at === Infinity ? this.#now() : at, told: true });
    this.#store.tell('draft', room.id);
    this.#store.tell('rooms');
  }

  #soon(id) {
    if (!this.#ports || this.#timers.has(id)) return;
    this.#timers.set(id, this.#ports.later(REST, () => this.#tell(id)));
  }

  async #tell(id) {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    const room = this.#store.rooms.get(id);
    if (!room || this.#closed) return;
    const { text, replyTo, at } = this.#read(room);
    const answers = replyTo === null ? {} : { reply_to: replyTo };
    try {
      await this.#ports.ask('draft', { room: id, text, ...answers, device: this.#ports.device });
    } catch (error) {
      // Without a connection it stays untold, and is when that is back. A refusal is for good.
      if (error.name === 'Lost' || error.retry) return;
    }
    const own = this.#read(room);
    if (!this.#closed && own.at === at) this.#write(room, { text, replyTo, at, told: true });
  }

  #now() {
    return this.#ports?.now() ?? 0;
  }

  #read(room) {
    const kept = JSON.parse(this.#storage.getItem(this.#key(room)) ?? 'null');
    return { text: '', replyTo: null, at: 0, ...kept };
  }

  #write(room, draft) {
    if (draft.text || draft.replyTo !== null || draft.untold) {
      this.#storage.setItem(this.#key(room), JSON.stringify(draft));
    } else {
      this.#storage.removeItem(this.#key(room));
    }
  }

  #key(room) {
    return `writing ${this.#store.me.user} ${room.id}`;
  }
}
