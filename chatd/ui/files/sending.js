// Files on their way: added to what is being written in a room, brought to the server at once, kept in
// this browser until the message that they belong to is stored. Loaded by files.js, and needs no module.

/** Most bytes of all files that wait in this browser: more are sent only while their page stays open. */
const KEPT = 100_000_000;
/** Milliseconds for which a file is kept once no message and no page asks for it. */
const ORPHANED = 3 * 86_400_000;
/** Most pictures of sent messages that are shown from here and not asked for. */
const SHOWN = 40;
/** Tries over a connection that seems to be there, and the longest rest between two, in seconds. */
const TRIES = 5;
const REST = 30;

/**
 * A file: {key, room, name, type, size, width, height, blob, url, answer, done, failed, kept}. `blob`
 * may be only in the browser's database; `url` shows a picture; `answer` is the server's, null before;
 * `done` 0 to 1; `failed` why not, in words; `kept` whether it outlives the page.
 */
export class Sending {
  /**
   * Called when a file got further.
   * @type {(one: any) => void}
   */
  onProgress = () => {};
  #kit;
  #ports;
  /** One after the other: the first is whole soonest. */
  #chain = Promise.resolve();
  /** Those that wait for the connection. */
  #waiting = [];
  #restored = new Set();
  #urls = [];

  /**
   * `ports`: `limits()` {max_bytes}; `live()` whether the server is there; `upload(blob, one, progress,
   * signal)` its answer; `blobs` a table of {key, user, at, blob}; `storage` of this tab; `outbox()`
   * what waits there; `store`, `key()`, `now()`, `later(seconds, call)`, `say(text)`.
   */
  constructor(kit, ports) {
    this.#kit = kit;
    this.#ports = ports;
  }

  // ---- what is being written --------------------------------------------------------------------

  /** Adds files to what is written in a room; returns why some were not added, in sentences. */
  add(room, files) {
    const { t, size, shortened, many, MOST } = this.#kit;
    const most = this.#ports.limits().max_bytes;
    const refused = new Set();
    this.restore(room);
    for (const file of files) {
      if (room.chips.length >= MOST) {
        refused.add(many(MOST, 'At most {count} file goes with a message.', 'At most {count} files go with a message.'));
      } else if (file.size > most) {
        const of = { name: shortened(file.name), size: size(file.size, Math.ceil), most: size(most, Math.floor) };
        refused.add(t('{name} is {size}; the limit is {most}.', of));
      } else if (file.size === 0) {
        refused.add(t('{name} is empty.', { name: shortened(file.name) }));
      } else {
        this.#begin(room, file);
      }
    }
    this.#changed(room);
    return [...refused];
  }

  remove(room, one) {
    one.gone = true;
    one.stop?.abort();
    room.chips = room.chips.filter((other) => other !== one);
    this.#drop(one);
    URL.revokeObjectURL(one.url);
    this.#changed(room);
  }

  retry(room, one) {
    this.#go(one);
    this.#changed(room);
  }

  /** What goes with the message that is sent now. */
  take(room) {
    const files = room.chips;
    room.chips = [];
    this.#changed(room);
    return files;
  }

  /** Files of a message that was not sent go with the next one. */
  giveBack(room, files) {
    room.chips = [...files, ...room.chips];
    this.#changed(room);
  }

  /** What this tab had of a room before it was reloaded. */
  restore(room) {
    if (this.#restored.has(room.id)) return;
    this.#restored.add(room.id);
    const kept = JSON.parse(this.#ports.storage.getItem(this.#place(room)) ?? '[]');
    if (!kept.length) return;
    room.chips = this.adopt(kept, room.id);
    for (const one of room.chips) if (!one.answer) this.#go(one);
    this.#changed(room);
  }

  // ---- what is sent -----------------------------------------------------------------------------

  /** Resolves once the server has all of them; fails in words if it does not accept one. */
  async ready(files) {
    for (const one of files) if (!one.answer) await (one.going ?? this.#go(one));
  }

  /** What the outbox keeps of files beside a message. */
  plain(files) {
    return files.map(({ key, name, type, size, width, height, answer }) => ({ key, name, type, size, width, height, answer }));
  }

  /** Files of a page that is gone. */
  adopt(plain, room) {
    return plain.map((each) => {
      const one = { ...each, room, done: each.answer ? 1 : 0, failed: null, kept: true };
      if (this.#kit.isPicture(one)) this.#found(one).then(() => this.#tell(one), () => {});
      return one;
    });
  }

  /** Resolves once they are in the browser's database, or are known not to be. */
  async keeping(files) {
    for (const one of files) await one.keeping;
  }

  /** The server has the message: nothing of its files waits here any more. */
  done(files) {
    for (const one of files) {
      this.#drop(one);
      if (one.url) this.#urls.push(one.url);
    }
    while (this.#urls.length > SHOWN) URL.revokeObjectURL(this.#urls.shift());
  }

  /** The server let go of files that no message came for: true if they can be brought again, once. */
  async again(files) {
    if (files.some((one) => one.again)) return false;
    try {
      for (const one of files) await this.#found(one);
    } catch {
      return false;
    }
    for (const one of files) Object.assign(one, { again: true, answer: null, going: null });
    return true;
  }

  /** The connection is back. */
  live() {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Lets go of what nobody asks for: files of pages that did not come back. */
  async sweep() {
    const { blobs, outbox, now } = this.#ports;
    const wanted = new Set((await outbox()).flatMap(({ files = [] }) => files.map(({ key }) => key)));
    for (const { key, at } of await blobs.all()) {
      if (!wanted.has(key) && now() - at > ORPHANED) await blobs.delete(key);
    }
  }

  // ---- inside -----------------------------------------------------------------------------------

  #begin(room, file) {
    const { isPicture } = this.#kit;
    const { name, size } = file;
    const type = file.type || 'application/octet-stream';
    const one = { key: this.#ports.key(), room: room.id, name, type, size, blob: file, answer: null, done: 0, failed: null, kept: false };
    if (isPicture(one)) {
      one.url = URL.createObjectURL(file);
      this.#measure(one);
    }
    room.chips.push(one);
    one.keeping = this.#keep(one);
    this.#go(one);
  }

  /** How large a picture is, so that its place is kept while it is on its way. */
  #measure(one) {
    const image = new Image();
    image.addEventListener('load', () => {
      [one.width, one.height] = [image.naturalWidth, image.naturalHeight];
      this.#tell(one);
    });
    image.src = one.url;
  }

  async #keep(one) {
    const { blobs, store, now } = this.#ports;
    try {
      const all = await blobs.all();
      if (all.reduce((sum, { blob }) => sum + blob.size, one.size) > KEPT) throw new Error('full');
      await blobs.put({ key: one.key, user: store.me.user, at: now(), blob: one.blob });
      one.kept = true;
      if (one.gone) this.#drop(one);
    } catch {
      if (!this.#ports.live()) this.#ports.say(this.#kit.t('There is no room to keep this file in your browser. Leave the page open until it is sent.'));
    }
  }

  #drop({ key }) {
    this.#ports.blobs.delete(key).catch(() => {});
  }

  #go(one) {
    one.failed = null;
    one.going = this.#chain.then(() => this.#bring(one));
    this.#chain = one.going.then(
      () => this.#tell(one),
      (error) => {
        one.failed = error.message;
        one.going = null;
        one.done = 0;
        this.#tell(one);
      },
    );
    return one.going;
  }

  async #bring(one) {
    const blob = await this.#found(one);
    for (let tries = 0; !one.gone && !one.answer; tries += 1) {
      await this.#connection();
      if (one.gone) return;
      one.stop = new AbortController();
      const progress = (done) => {
        one.done = done;
        this.onProgress(one);
      };
      try {
        one.answer = await this.#ports.upload(blob, one, progress, one.stop.signal);
      } catch (error) {
        if (one.gone) return;
        const wait = error.name === 'Unreachable' ? 2 ** tries : error.retryAfter;
        // When to try again is a matter of this file alone.
        if (!(wait > 0 && wait <= REST) || tries + 1 >= TRIES) throw new Error(error.message);
        await new Promise((then) => this.#ports.later(wait, then));
      }
    }
  }

  async #found(one) {
    try {
      one.blob ??= (await this.#ports.blobs.get(one.key)).blob;
      // A folder is not a file, and a file that was removed since cannot be read.
      await one.blob.slice(0, 1).arrayBuffer();
    } catch {
      throw new Error(this.#kit.t('{name} cannot be read any more. Add it again.', { name: this.#kit.shortened(one.name) }));
    }
    if (this.#kit.isPicture(one)) one.url ??= URL.createObjectURL(one.blob);
    return one.blob;
  }

  #connection() {
    return this.#ports.live() ? null : new Promise((then) => this.#waiting.push(then));
  }

  #changed(room) {
    const { storage, store } = this.#ports;
    if (room.chips.length) storage.setItem(this.#place(room), JSON.stringify(this.plain(room.chips)));
    else storage.removeItem(this.#place(room));
    store.tell('draft', room.id);
    store.tell('rooms');
  }

  /** More is known about a file, wherever it is shown: beside the box, or in a message on its way. */
  #tell(one) {
    const { store } = this.#ports;
    const room = store.rooms.get(one.room);
    if (room?.chips.includes(one)) this.#changed(room);
    else store.tell('timeline', one.room);
  }

  #place(room) {
    return this.#kit.placeOf(this.#ports.store.me, room);
  }
}
