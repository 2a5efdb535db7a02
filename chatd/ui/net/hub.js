// The one connection of all tabs: what each tab says goes to the server, answers go to the tab that
// asked, everything else to all tabs that it is for. It is the server's end towards each tab: a tab
// opens, closes and resumes its own rooms as if it were alone.

import { mentionsMe } from '../state/mentions.js';
import { Line } from './line.js';

/** Seconds between two words that something was said in a room, to tabs that do not have it open. */
const PACE = 1;
/** Signals for those who have a room open. */
const OF_A_ROOM = new Set(['typing', 'marks']);

export class Hub {
  #ports;
  #user;
  /** The tabs: name of their socket to {name, rooms: id to whether its opening was answered, away}. */
  #tabs = new Map();
  #line;
  /** What the server began with, with the limits that hold now; null before that. */
  #welcome = null;
  /** Commands on their way: own id to {name of the tab's socket or null, command}. */
  #asked = new Map();
  #next = 1;
  /** Rooms open on the connection, to the last seq known there. */
  #heads = new Map();
  /** The last seq of each room that was handed out. */
  #told = new Map();
  /** The cursor of the last event. */
  #cursor = null;
  #away = false;
  /** How far was told to be delivered, by room. */
  #delivered = new Map();
  /** Rooms of which was told within a moment, to what was said since: {seq, number, own}, or null. */
  #stirred = new Map();
  /** Who resumes and has not got to the end: until then no room is live. */
  #resuming = null;

  /**
   * `ports`: `real()` a WebSocket; `say(names, message)` to tabs, by the names of their sockets;
   * `all(kind)` a word to all tabs; `gone(tab, call)` calls once a tab is gone, and gives what ends
   * that; `later(seconds, call)`, `now()` in ms. `user`: whose tabs these are.
   */
  constructor(ports, user) {
    this.#ports = ports;
    this.#user = user;
    this.#line = new Line(ports, {
      onFrame: (frame, data) => this.#heard(frame, data),
      onEnd: (code, reason) => this.#lost(code, reason),
    });
  }

  /** What a tab says: {kind: attach, detach, frame, there or doubt, tab, socket, data}. */
  hear({ kind, tab, socket: name, data }) {
    if (kind === 'there') this.#ports.all('here');
    else if (kind === 'attach') this.#attach(tab, name);
    else if (kind === 'detach') this.#forget(name);
    else if (kind === 'frame') this.#frame(name, data);
    else if (kind === 'doubt') this.#line.doubt(), this.#ask(null, { type: 'rooms' });
  }

  // ---- tabs -------------------------------------------------------------------------------------

  #attach(tab, name) {
    this.#line.check();
    for (const other of [...this.#tabs.values()]) if (other.tab === tab) this.#forget(other.name, false);
    const stop = this.#ports.gone(tab, () => this.#forget(name));
    this.#tabs.set(name, { name, tab, rooms: new Map(), away: false, stop });
    this.#ports.say([name], { kind: 'taken' });
    if (this.#welcome) {
      this.#open([name]);
      this.#show();
    } else if (!this.#line.isUp) {
      this.#line.connect();
    }
  }

  #open(names) {
    this.#ports.say(names, { kind: 'open' });
    this.#tell(names, this.#welcome);
  }

  /** A tab that is gone, or will come back as another. The last one ends the connection. */
  #forget(name, last = true) {
    const tab = this.#tabs.get(name);
    if (!tab) return;
    this.#tabs.delete(name);
    tab.stop();
    if (this.#tabs.size === 0 && last) {
      this.#hangUp();
      return;
    }
    for (const room of tab.rooms.keys()) if (!this.#isOpen(room)) this.#close(room);
    if (this.#resuming === name) this.#resync(this.#all);
    this.#show();
  }

  /** More than fits on one connection: this one shall have another. */
  #crowd(name) {
    this.#ports.say([name], { kind: 'close', code: 1001, reason: '', moved: true, alone: true });
    this.#forget(name);
  }

  get #all() {
    return [...this.#tabs.keys()];
  }

  /** All rooms open in any tab. */
  get #rooms() {
    return new Set([...this.#tabs.values()].flatMap(({ rooms }) => [...rooms.keys()]));
  }

  #isOpen(room) {
    return [...this.#tabs.values()].some(({ rooms }) => rooms.has(room));
  }

  /** The names of the tabs in which a room is open, one left out. */
  #with(room, but = null) {
    return [...this.#tabs.values()].filter((tab) => tab.rooms.has(room) && tab.name !== but).map(({ name }) => name);
  }

  #without(room) {
    return this.#all.filter((name) => !this.#tabs.get(name).rooms.has(room));
  }

  // ---- the connection ---------------------------------------------------------------------------

  /** The end of the connection, for all tabs: each decides on its own when to come back. */
  #lost(code, reason) {
    const names = this.#all;
    this.#hangUp();
    for (const { stop } of this.#tabs.values()) stop();
    this.#tabs.clear();
    this.#ports.say(names, { kind: 'close', code, reason });
  }

  #hangUp() {
    this.#line.hangUp();
    this.#welcome = this.#cursor = this.#resuming = null;
    this.#away = false;
    for (const map of [this.#asked, this.#heads, this.#told, this.#delivered, this.#stirred]) map.clear();
  }

  // ---- from a tab to the server -----------------------------------------------------------------

  #frame(name, data) {
    const tab = this.#tabs.get(name);
    if (!tab) {
      // It slept, and was taken for gone.
      this.#ports.say([name], { kind: 'close', code: 1001, reason: '', moved: true });
      return;
    }
    this.#ports.say([name], { kind: 'taken' });
    const command = JSON.parse(data);
    switch (command.type) {
      case 'resume':
        this.#resume(tab, command);
        break;
      case 'open':
        if (this.#fits(tab, [command.room])) {
          const had = tab.rooms.has(command.room);
          if (!had) tab.rooms.set(command.room, false);
          this.#ask(name, command, { had });
        }
        break;
      case 'close':
        tab.rooms.delete(command.room);
        if (this.#isOpen(command.room)) this.#done(name, command);
        else this.#close(command.room, name, command);
        break;
      case 'presence':
        tab.away = command.state === 'away';
        if (this.#allAway() === this.#away) this.#done(name, command);
        else this.#show(name, command);
        break;
      case 'mark':
        // Every tab that hears an event says that it was delivered.
        if (command.read === undefined && command.delivered <= (this.#delivered.get(command.room) ?? 0)) {
          this.#done(name, command);
        } else {
          this.#ask(name, command);
        }
        break;
      default:
        this.#ask(name, command);
    }
  }

  /** To the server everything that is open is resumed, since what is not named would be closed. */
  #resume(tab, command) {
    if (!this.#fits(tab, command.rooms)) return;
    tab.rooms = new Map(command.rooms.map((room) => [room, false]));
    this.#ask(tab.name, { ...command, rooms: [...this.#rooms] }, { wanted: new Set(command.rooms) });
  }

  #fits({ name }, rooms) {
    const open = this.#rooms;
    for (const room of rooms) open.add(room);
    if (open.size <= (this.#welcome?.limits.rooms_open ?? Infinity) || this.#tabs.size === 1) return true;
    this.#crowd(name);
    return false;
  }

  #close(room, name = null, command = { type: 'close', room }) {
    this.#heads.delete(room);
    this.#told.delete(room);
    this.#ask(name, command);
  }

  #allAway() {
    return this.#tabs.size > 0 && [...this.#tabs.values()].every(({ away }) => away);
  }

  /** One is away when all tabs are. */
  #show(name = null, command = { type: 'presence' }) {
    const away = this.#allAway();
    if (away === this.#away) return;
    this.#away = away;
    this.#ask(name, { ...command, state: away ? 'away' : 'online' });
  }

  /** Sends a command, of a tab or the hub's own. */
  #ask(name, command, more = {}) {
    const id = this.#next++;
    if (this.#line.send({ ...command, id })) this.#asked.set(id, { name, command, ...more });
  }

  /** Answers in the server's place. */
  #done(name, { id }) {
    this.#tell([name], { type: 'done', id });
  }

  // ---- from the server to the tabs --------------------------------------------------------------

  #heard(frame, data) {
    if ('seq' in frame && 'cursor' in frame) {
      this.#cursor = frame.cursor;
      if (this.#heads.has(frame.room)) this.#heads.set(frame.room, frame.seq);
      this.#event(frame, data);
      return;
    }
    const asked = this.#asked.get(frame.id);
    if (asked) {
      this.#asked.delete(frame.id);
      this.#answered(frame, asked);
      return;
    }
    switch (frame.type) {
      case 'welcome':
        this.#welcomed(frame);
        break;
      case 'heartbeat':
        this.#heartbeat(frame);
        break;
      case 'limits':
        this.#welcome = { ...this.#welcome, limits: frame.limits };
        this.#pass(this.#all, data);
        break;
      case 'resync':
        this.#heads.clear();
        this.#pass(this.#all, data);
        break;
      case 'room_removed':
        this.#removed(frame.room);
        this.#pass(this.#all, data);
        break;
      default:
        this.#pass(OF_A_ROOM.has(frame.type) ? this.#with(frame.room) : this.#all, data);
    }
  }

  #welcomed(frame) {
    if (frame.user !== this.#user) {
      // Somebody else signed in meanwhile: each tab asks who, and finds out.
      this.#lost(1006, '');
      return;
    }
    this.#welcome = frame;
    this.#open(this.#all);
    this.#ports.all('up');
  }

  /** An event: whole where the room is open; elsewhere that something was said. */
  #event(frame, data = JSON.stringify(frame), but = null) {
    this.#told.set(frame.room, frame.seq);
    this.#pass(this.#with(frame.room, but), data);
    if (frame.type !== 'message' || but !== null) return;
    const others = this.#without(frame.room);
    if (others.length === 0) return;
    const { room, seq, number, from } = frame;
    const isOwn = from === this.#user;
    if (!isOwn && mentionsMe(frame, this.#user)) this.#tell(others, { type: 'mentioned', room, seq, number, from });
    const before = this.#stirred.get(room);
    const said = { seq, number, own: isOwn ? seq : (before?.own ?? null) };
    if (before === undefined) this.#stir(room, said);
    else this.#stirred.set(room, said);
  }

  /** As the server tells it: at most once a second. `own`: the last that one said oneself. */
  #stir(room, { seq, number, own }) {
    const others = this.#without(room);
    this.#tell(others, { type: 'activity', room, seq, number });
    // Saying something moved its author's marks.
    if (own !== null) this.#tell(others, { type: 'marked', room, delivered: own, read: own });
    this.#stirred.set(room, null);
    this.#ports.later(PACE, () => {
      const next = this.#stirred.get(room);
      this.#stirred.delete(room);
      if (next) this.#stir(room, next);
    });
  }

  #heartbeat(frame) {
    let own = 0;
    for (const head of this.#heads.values()) own += head;
    if (own !== frame.heads) {
      this.#resync(this.#all);
      return;
    }
    for (const { name, rooms } of this.#tabs.values()) {
      let heads = 0;
      for (const [room, answered] of rooms) if (answered) heads += this.#told.get(room) ?? 0;
      // Whoever agrees has everything up to the last event of the connection, whatever its room.
      this.#tell([name], { ...frame, heads, ...(this.#cursor !== null && { cursor: this.#cursor }) });
    }
  }

  #removed(room) {
    for (const { rooms } of this.#tabs.values()) rooms.delete(room);
    for (const map of [this.#heads, this.#told, this.#delivered]) map.delete(room);
  }

  #answered(frame, asked) {
    const { name, command } = asked;
    if (frame.type === 'opened') this.#opened(frame, name);
    else if (frame.type === 'resumed') frame = this.#resumed(frame, asked);
    else if (frame.type === 'error' && command.type === 'open' && !asked.had) this.#tabs.get(name)?.rooms.delete(command.room);
    else if (frame.type === 'done' && command.type === 'mark') this.#marked(command, name);
    if (this.#tabs.has(name)) this.#tell([name], { ...frame, id: command.id });
  }

  #opened({ room: { room, seq } }, name) {
    this.#tabs.get(name)?.rooms.set(room, true);
    if (!this.#isOpen(room)) return;
    const before = this.#told.get(room);
    this.#heads.set(room, seq);
    this.#told.set(room, seq);
    // What was said between the last event and this page does not come as an event any more.
    if (before !== undefined && before !== seq) this.#resync(this.#with(room, name));
  }

  /** Hands to the others what they missed by it, and gives what the tab that asked is to get. */
  #resumed(reply, { name, wanted }) {
    const missed = new Set();
    for (const event of reply.events ?? []) {
      if (event.seq > (this.#told.get(event.room) ?? 0)) this.#event(event, undefined, name);
    }
    for (const room of reply.removed ?? []) {
      for (const other of this.#with(room, name)) this.#tell([other], { type: 'room_removed', room });
      this.#removed(room);
    }
    this.#heads.clear();
    this.#resuming = reply.more ? name : null;
    for (const { room, seq } of reply.more ? [] : (reply.rooms ?? [])) {
      if (!this.#isOpen(room)) continue;
      if (this.#told.get(room) !== seq) for (const other of this.#with(room, name)) missed.add(other);
      this.#heads.set(room, seq);
      this.#told.set(room, seq);
      const tab = this.#tabs.get(name);
      if (tab?.rooms.has(room)) tab.rooms.set(room, true);
    }
    if (missed.size) this.#resync([...missed]);
    const own = (one) => wanted.has(one.room);
    return {
      ...reply,
      events: (reply.events ?? []).filter(own),
      rooms: (reply.rooms ?? []).filter(own),
      removed: (reply.removed ?? []).filter((room) => wanted.has(room)),
    };
  }

  /** The server tells marks to one's other connections; here they are the other tabs. */
  #marked({ room, delivered = 0, read = 0 }, name) {
    const reached = Math.max(delivered, read);
    this.#delivered.set(room, Math.max(this.#delivered.get(room) ?? 0, reached));
    const others = this.#all.filter((other) => other !== name);
    if (read) this.#tell(others, { type: 'marked', room, delivered: reached, read });
  }

  #resync(names) {
    this.#tell(names, { type: 'resync', reason: 'Something was missed.' });
  }

  #tell(names, frame) {
    this.#pass(names, JSON.stringify(frame));
  }

  #pass(names, data) {
    if (names.length) this.#ports.say(names, { kind: 'frame', data });
  }
}
