// Messages for later: kept by the server, said when their time has come.

export class Scheduled {
  #store;
  /** @type {import('../wire.js').Ask} */
  #ask;
  /** @type {import('../wire.js').KeepAnew} */
  #keep;

  /** As `Rooms`. */
  constructor(store, ask, keep) {
    this.#store = store;
    this.#ask = ask;
    this.#keep = keep;
  }

  /** The connection is back: all that waits is read anew. */
  async live() {
    const found = new Map();
    let reply;
    do {
      const after = reply?.scheduled.at(-1).scheduled;
      reply = await this.#ask('scheduled', after ? { after } : {});
      for (const item of reply.scheduled) found.set(item.scheduled, item);
    } while (reply.more);
    this.#store.scheduled = found;
    this.#store.tell('scheduled');
  }

  /** `at` in ms, a minute to a year ahead. */
  schedule(room, text, at, replyTo = null) {
    const answers = replyTo === null ? {} : { reply_to: replyTo };
    return this.#keep('schedule', { room, text, at, ...answers });
  }

  /** Takes one back; the item as it was, or null where it was said already. */
  async takeBack(key) {
    const item = this.#store.scheduled.get(key) ?? null;
    try {
      await this.#keep('unschedule', { scheduled: key });
    } catch (error) {
      if (error.code !== 'not-found') throw error;
      this.#store.scheduled.delete(key);
      this.#store.tell('scheduled');
      return null;
    }
    this.#store.scheduled.delete(key);
    this.#store.tell('scheduled');
    return item;
  }
}
