// What a person can do here: wishes become commands, and what comes back becomes state.

import { People } from './acts/people.js';
import { Rooms } from './acts/rooms.js';
import { Saying } from './acts/saying.js';
import { Scheduled } from './acts/scheduled.js';
import { Push } from './net/push.js';
import { Dwelling } from './state/dwelling.js';
import { Reading } from './state/reading.js';
import { Talk } from './talk.js';

/** Rooms kept open besides the one in view; older ones are opened again when they are looked at. */
const OPEN_ROOMS = 20;
/** Messages from the end of a room of which the beginning of what is new is shown first. */
const END = 10;
/** Messages kept for a room, once there are twice as many. */
const KEPT = 400;
/** How many there may be if somebody may be reading far above the end. */
const MOST = 4000;
/** Seconds between two signals that one types. */
const TYPING = 3;

export class Chat {
  /** What one does with single messages. */
  talk;
  /** What one does with rooms as a whole, with people, and with messages for later. */
  rooms;
  people;
  scheduled;
  /** Being notified while the page is closed. */
  push;
  /** Files that go with messages; null if there is no place for them. */
  files;
  #store;
  /** @type {import('./net/connection.js').Connection} */
  #connection;
  #ports;
  #saying;
  #reading;
  #dwelling;
  /** {room, seq}: how far somebody has it before their eyes; null for nobody. */
  #seen = null;
  #recent = [];
  #opening = new Set();
  #loading = new Set();
  #asked = new Map();
  #typed = { room: null, at: -Infinity };
  #away = false;

  /** `ports`: `now()` in ms, `later(seconds, call)`, `key()` a new key, `outbox`, `files`, `say(text)` to
   * whoever looks, `push` the browser's end of it. */
  constructor(store, connection, ports) {
    this.#store = store;
    this.#connection = connection;
    this.#ports = ports;
    this.files = ports.files ?? null;
    this.#saying = new Saying(store, connection, ports);
    this.talk = new Talk(store, connection, ports);
    const ask = (type, fields) => connection.ask(type, fields);
    const keep = (type, fields) => this.#keep(type, fields);
    this.rooms = new Rooms(store, ask, keep);
    this.people = new People(store, ask, keep, ports.later);
    this.scheduled = new Scheduled(store, ask, keep);
    this.push = new Push(ask, ports.push ?? null);
    ports.outbox.onGone = () => connection.state === 'live' && this.resend();
    this.#reading = new Reading((room, mark) => {
      connection.ask('mark', { room, ...mark }).catch(() => {});
    }, ports.later);
    this.#dwelling = new Dwelling(ports.later, (room, seq) => this.#saw(room, seq));
  }

  get limits() {
    return this.#connection.welcome?.limits ?? null;
  }

  // ---- what the connection says -----------------------------------------------------------------

  /** The connection is back, what was missed is known: everything else is read again. */
  async live() {
    this.#store.files = this.limits?.files ?? null;
    this.files?.live();
    await this.#list();
    this.#saying.resend(true);
    this.#reading.again();
    if (this.#away) this.#connection.tell('presence', { state: 'away' });
    if (this.#store.active) await this.open(this.#store.active);
    // A session that may not ask for one of these (a site's, say) does without it.
    const parts = [this.rooms, this.people, this.scheduled];
    await Promise.allSettled(parts.map((part) => part.live()));
  }

  /** Reads one's rooms, page by page. What comes or goes meanwhile is told, and stays as told. */
  async #list() {
    const gone = new Set(this.#store.rooms.keys());
    let reply;
    do {
      const after = reply?.rooms.at(-1).room;
      reply = await this.#connection.ask('rooms', after ? { after } : {});
      for (const { room } of reply.rooms) gone.delete(room);
      this.#store.list(reply.rooms, reply.more ? null : gone);
    } while (reply.more);
  }

  event(frame) {
    this.#store.event(frame);
    if (frame.from !== this.#store.me.user) this.#reading.delivered(frame.room, frame.seq);
    this.look();
    this.#trim(frame.room);
  }

  /** A page that is open for a day does not keep a day of what others say. */
  #trim(id) {
    const kept = this.#store.rooms.get(id)?.timeline.messages.length ?? 0;
    if (kept > (id === this.#store.active ? MOST : 2 * KEPT)) this.#store.trim(id, KEPT);
  }

  signal(frame) {
    if (frame.type === 'room_added') this.#added(frame.room);
    else if (frame.type === 'room_removed') this.#connection.book.closed(frame.room);
    if (frame.type === 'activity' && !this.#store.rooms.has(frame.room)) this.#added(frame.room);
    this.#store.signal(frame);
  }

  /** Nobody can tell what was missed in these rooms: what is known of them no longer counts. */
  lostHistory(rooms) {
    const live = this.#connection.state === 'live';
    for (const room of rooms) {
      this.#store.closed(room);
      // A connection that comes back opens what is in view by itself, and reads the list again.
      if (room === this.#store.active) {
        if (live) this.open(room).catch(() => {});
      } else {
        this.#connection.close(room).catch(() => {});
        if (live) this.#added(room);
      }
    }
  }

  removed(rooms) {
    for (const room of rooms) this.#store.removed(room);
  }

  /** A page that joins asks for the room, and the server tells of it at the same time. */
  #added(room) {
    if (!this.#asked.has(room)) {
      const done = () => this.#asked.delete(room);
      this.#asked.set(room, this.#ask(room).finally(done));
    }
    return this.#asked.get(room);
  }

  async #ask(room) {
    try {
      const { room: state } = await this.#connection.ask('room', { room });
      this.#store.set(state);
      if (state.other) this.people.need([state.other]);
    } catch {
      // It is in the list of rooms that is read when the connection is back, if it is ours at all.
    }
  }

  // ---- rooms ------------------------------------------------------------------------------------

  show(id) {
    this.#store.show(id);
    if (id && !this.#store.room?.open) this.open(id).catch(() => {});
  }

  /** Opens a room, or asks again who is in it and how far they read. */
  async open(id) {
    if (this.#opening.has(id) || this.#connection.state !== 'live') return;
    this.#opening.add(id);
    try {
      // If more is new than the latest page holds, it begins elsewhere: both are asked for at once.
      const begins = this.#farAbove(id);
      const begin = begins && this.talk.begin(id, begins).catch(() => null);
      const latest = begins ? { limit: END } : {};
      const opened = this.#connection.ask('open', { room: id, ...latest }).then((reply) => this.#store.opened(reply));
      const [take] = await Promise.all([begin, opened]);
      take?.();
      const fields = { room: id };
      const { members, more = false } = await this.#connection.ask('members', fields);
      this.#store.members(id, members, { more });
    } finally {
      this.#opening.delete(id);
    }
    this.look();
    this.#recent = [...this.#recent.filter((one) => one !== id), id];
    const most = Math.min(OPEN_ROOMS, this.limits?.rooms_open ?? OPEN_ROOMS);
    while (this.#recent.length > most) await this.#close(this.#recent.shift());
  }

  /** The seq at which what is new begins, if above the latest page of a room not read yet; otherwise null. */
  #farAbove(id) {
    const room = this.#store.rooms.get(id);
    const page = this.limits?.history_page ?? Infinity;
    if (!room || room.timeline.loaded) return null;
    const seq = room.unreadFrom ?? (room.unread > page ? Math.max(room.read, 1) : null);
    return seq !== null && room.seq - seq >= page ? seq : null;
  }

  async #close(id) {
    this.#store.closed(id);
    await this.#connection.close(id);
  }

  /** The page of messages before `seq`. */
  async before(id, seq) {
    const what = `${id} ${seq}`;
    if (this.#loading.has(what)) return;
    this.#loading.add(what);
    try {
      const reply = await this.#connection.ask('history', { room: id, before: seq });
      this.#store.history(id, seq, reply);
    } finally {
      this.#loading.delete(what);
    }
  }

  async join(room) {
    await this.#keep('join', { room });
    await this.#added(room);
    return room;
  }

  /** One is in this room now; until it is in the list. */
  known(room) {
    return this.#added(room);
  }

  leave(room) {
    return this.#keep('leave', { room });
  }

  async create(name, kind, topic) {
    const { room } = await this.#keep('create_room', { name, kind, topic });
    await this.#added(room);
    return room;
  }

  /** The conversation with somebody, by id or "@name". */
  async direct(user) {
    const { room } = await this.#keep('direct', { user });
    await this.#added(room);
    return room;
  }

  addMember(room, user) {
    return this.#keep('add_member', { room, user });
  }

  // ---- talk -------------------------------------------------------------------------------------

  /**
   * Says something; `more` goes with the text: `reply_to`, `files`. Returns the seconds to wait if slow
   * mode makes one wait. Another try of what failed has its `key`.
   */
  send(room, text, more = {}, key = this.#ports.key()) {
    // The message itself says that one no longer types.
    this.#typed.room = null;
    return this.#saying.send(room, text, more, key);
  }

  get held() {
    return this.#saying.held;
  }

  get loose() {
    return this.#saying.loose;
  }

  resend() {
    return this.#saying.resend();
  }

  takeBack(room, key) {
    return this.#saying.takeBack(room, key);
  }

  discard(room, key) {
    this.#saying.discard(room, key);
  }

  /** What a message carries besides its text (`data`) must come along, or is gone. */
  edit(room, { seq, data }, text) {
    return this.#keep('edit', { room, seq, text, ...(data && { data }) });
  }

  delete(room, seq) {
    return this.#keep('delete', { room, seq });
  }

  /** @type {import('./wire.js').KeepAnew} */
  #keep = (type, fields) =>
    this.#connection.keep(type, /** @type {any} */ ({ key: this.#ports.key(), ...fields }));

  // ---- signals ----------------------------------------------------------------------------------

  /** One types: told at most every 3 s, whatever was sent meanwhile. */
  typing(room) {
    const now = this.#ports.now();
    if (now - this.#typed.at < TYPING * 1000) return;
    if (!this.#connection.book.heads.has(room)) return;
    this.#typed = { room, at: now };
    this.#connection.tell('typing', { room });
  }

  /** What one typed was removed. */
  typedNothing(room) {
    if (this.#typed.room !== room) return;
    this.#typed.room = null;
    this.#connection.tell('typing', { room, active: false });
  }

  away(away) {
    if (this.#away === away) return;
    this.#away = away;
    this.#connection.tell('presence', { state: away ? 'away' : 'online' });
  }

  /** What is in view now; what stays there a while is reported as seen, and what is far above it is let go. */
  look(seen = this.#seen) {
    this.#seen = seen;
    const { room, looking } = this.#store;
    const there = room?.timeline.loaded ?? false;
    const upTo = looking ? room?.seq : seen?.room === room?.id ? seen?.seq : null;
    this.#dwelling.at(room?.id ?? null, there ? (upTo ?? null) : null);
    if (there && looking && room.timeline.messages.length > 2 * KEPT) this.#store.trim(room.id, KEPT);
  }

  #saw(id, seq) {
    const room = this.#store.rooms.get(id);
    // What one marked as unread stays so until one comes to it.
    if (!room || (room.unreadFrom !== null && seq < room.unreadFrom)) return;
    if (room.unreadFrom !== null) this.#reading.forget(id);
    this.#reading.read(id, seq);
    this.#store.read(id, seq);
  }
}
