// A browser with several tabs and a server behind it, in memory: what is on its way moves one step at
// a time, and a tab may die between any two.

import { Connection } from '/ui/net/connection.js';
import { Tabs } from '/ui/net/tabs.js';
import { Clock, settle } from '/units/harness.js';

export class World {
  clock = new Clock();
  server = new Server(this);
  locks = new Locks(this);
  /** What is on its way, in order. */
  queue = [];
  channels = new Set();
  tabs = [];

  /** On its way to a page, or to the server (null). */
  post(page, act) {
    this.queue.push({ page, act });
  }

  async step() {
    const { page, act } = this.queue.shift();
    if (!page?.dead && !page?.asleep) act();
    else if (page.asleep) page.missed.push(act);
    await settle();
  }

  async run() {
    await settle();
    while (this.queue.length) await this.step();
  }

  async advance(seconds) {
    for (let passed = 0; passed < seconds; passed += 0.5) {
      await this.clock.advance(0.5);
      await this.run();
    }
  }

  tab({ user = 'anna', locks = true } = {}) {
    const tab = new Tab(this, `t${this.tabs.length}`, user, locks);
    this.tabs.push(tab);
    return tab;
  }

  /** Several tabs, one after the other, each live. */
  async several(count) {
    for (let made = 0; made < count; made += 1) {
      this.tab().start();
      await this.run();
    }
    return this.tabs;
  }
}

/** One tab: a connection, and what it heard. */
export class Tab {
  dead = false;
  asleep = false;
  missed = [];
  heard = [];
  signals = [];
  states = [];
  words = [];

  constructor(world, name, user, locks) {
    this.world = world;
    this.name = name;
    this.user = user;
    const ports = {
      now: world.clock.now,
      later: (seconds, call) => world.clock.later(seconds, () => {
        if (this.asleep) this.missed.push(call);
        else if (!this.dead) call();
      }),
      random: () => 1,
      session: async () => ({ signed_in: true, user }),
      real: () => new Wire(world, this),
      locks: locks ? world.locks.of(this) : null,
      channel: locks ? (called) => new Channel(world, this, called) : null,
    };
    if (locks) ports.locks.request(`chatd tab ${name}`, () => new Promise(() => {}));
    this.tabs = new Tabs(ports, name);
    this.tabs.onWord = (message) => this.words.push(message);
    this.connection = new Connection({ ...ports, socket: () => this.tabs.socket() }, {
      onState: (state) => this.states.push(state),
      onEvent: (frame) => this.heard.push(`${frame.room} ${frame.seq}`),
      onSignal: (frame) => this.signals.push(frame),
      onLostHistory: () => {},
      onRemoved: () => {},
      onSession: () => {},
    });
    this.tabs.onUp = () => this.connection.hurry();
  }

  start() {
    this.tabs.join(this.user);
    this.connection.start();
  }

  async open(room) {
    const asked = this.connection.ask('open', { room });
    await this.world.run();
    return asked;
  }

  send(room, text, key = text) {
    return this.connection.keep('send', { key, room, text });
  }

  /** As when its process is killed. */
  die() {
    this.dead = true;
    this.world.server.gone(this);
    this.world.locks.die(this);
  }

  /** As when its page stands still in a debugger, or goes on. */
  sleep() {
    this.asleep = true;
  }

  wake() {
    this.asleep = false;
    for (const act of this.missed.splice(0)) this.world.post(this, act);
  }
}

class Channel {
  onmessage = null;

  constructor(world, page, name) {
    Object.assign(this, { world, page, name });
    world.channels.add(this);
  }

  postMessage(data) {
    if (this.page.dead) return;
    for (const other of this.world.channels) {
      if (other === this || other.name !== this.name) continue;
      const copy = structuredClone(data);
      this.world.post(other.page, () => other.onmessage({ data: copy }));
    }
  }
}

class Locks {
  #held = new Map();
  #waiting = [];

  constructor(world) {
    this.world = world;
  }

  of(page) {
    return {
      request: (name, ...rest) => this.#request(page, name, rest.at(-1), rest.length > 1 ? rest[0] : {}),
      query: async () => ({ held: [...this.#held.keys()].map((name) => ({ name })) }),
    };
  }

  die(page) {
    this.#waiting = this.#waiting.filter((one) => one.page !== page);
    for (const [name, holder] of [...this.#held]) if (holder === page) this.#free(name);
  }

  #request(page, name, act, { signal }) {
    return new Promise((resolve, reject) => {
      const one = { page, name, act, resolve };
      signal?.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((other) => other !== one);
        reject(new Error('aborted'));
      });
      this.#waiting.push(one);
      this.#grant(name);
    });
  }

  #grant(name) {
    if (this.#held.has(name)) return;
    const next = this.#waiting.find((one) => one.name === name);
    if (!next) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    this.#held.set(name, next.page);
    this.world.post(next.page, async () => next.resolve(await next.act()));
    // Held for as long as the promise of what is done under it.
    const { act } = next;
    next.act = async () => {
      const result = await act();
      this.#free(name);
      return result;
    };
  }

  #free(name) {
    this.#held.delete(name);
    this.#grant(name);
  }
}

/** A WebSocket to the server. */
class Wire {
  readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  rooms = new Set();
  held = false;

  constructor(world, page) {
    Object.assign(this, { world, page, user: page.user });
    world.server.made += 1;
    world.post(null, () => world.server.accept(this));
  }

  send(data) {
    if (!this.page.dead) this.world.post(null, () => this.world.server.take(this, JSON.parse(data)));
  }

  close() {
    this.readyState = 3;
    this.world.server.wires.delete(this);
  }

  say(frame) {
    const data = JSON.stringify(frame);
    this.world.post(this.page, () => {
      if (this.readyState !== 1) return;
      this.onmessage?.({ data });
    });
  }
}

/** As much of the server as a connection of several tabs can tell from it. */
class Server {
  wires = new Set();
  made = 0;
  /** Every command that arrived. */
  took = [];
  /** Rooms to their events. */
  rooms = new Map();
  up = true;
  log = [];
  limits = { rooms_open: 100 };
  welcomes = null;
  #ledger = new Map();

  constructor(world) {
    this.world = world;
  }

  accept(wire) {
    if (!this.up) {
      this.end(wire, 1006, '');
      return;
    }
    this.wires.add(wire);
    this.world.post(wire.page, () => {
      if (wire.readyState !== 0) return;
      wire.readyState = 1;
      wire.onopen?.();
    });
    wire.say({ type: 'welcome', user: this.welcomes ?? wire.user, heartbeat: 25, limits: this.limits });
  }

  end(wire, code, reason) {
    this.wires.delete(wire);
    this.world.post(wire.page, () => {
      if (wire.readyState === 3) return;
      wire.readyState = 3;
      wire.onclose?.({ code, reason });
    });
  }

  gone(page) {
    for (const wire of this.wires) if (wire.page === page) this.wires.delete(wire);
  }

  head(room) {
    return this.rooms.get(room)?.length ?? 0;
  }

  heartbeat() {
    for (const wire of this.wires) {
      wire.say({ type: 'heartbeat', heads: [...wire.rooms].reduce((sum, room) => sum + this.head(room), 0) });
    }
  }

  /** An event; those of `deaf` do not hear it, as if it were in a page they asked for meanwhile. */
  event(room, from = 'ben', more = {}, deaf = new Set()) {
    if (!this.rooms.has(room)) this.rooms.set(room, []);
    const seq = this.head(room) + 1;
    const event = { type: 'message', room, seq, number: seq, cursor: `c.${this.log.length + 1}`, from, name: from, ...more };
    this.rooms.get(room).push(event);
    this.log.push(event);
    for (const wire of this.wires) if (wire.rooms.has(room) && !deaf.has(wire)) wire.say(event);
    return event;
  }

  take(wire, command) {
    this.took.push(command);
    if (!this.wires.has(wire) && wire.readyState === 3) return;
    const { type, id } = command;
    const answer = (frame) => wire.say({ id, ...frame });
    switch (type) {
      case 'open': {
        wire.rooms.add(command.room);
        const room = { room: command.room, seq: this.head(command.room) };
        answer({ type: 'opened', room, cursor: this.cursor, messages: [] });
        break;
      }
      case 'close':
        wire.rooms.delete(command.room);
        answer({ type: 'done' });
        break;
      case 'resume':
        this.#resume(wire, command, answer);
        break;
      case 'send': {
        const known = this.#ledger.get(command.key);
        if (known) {
          answer(known);
          break;
        }
        const reply = { type: 'done', room: command.room, seq: this.head(command.room) + 1 };
        this.#ledger.set(command.key, reply);
        answer(reply);
        this.event(command.room, wire.user, { text: command.text });
        break;
      }
      default:
        answer({ type: 'done' });
    }
  }

  /** At most two events in a page; what is not named is closed. */
  #resume(wire, { cursor, rooms }, answer) {
    const after = Number(cursor.slice(2));
    const missed = this.log.slice(after).filter(({ room }) => rooms.includes(room));
    const more = missed.length > 2;
    wire.rooms = new Set(more ? [] : rooms);
    answer({
      type: 'resumed',
      resumed: true,
      cursor: more ? missed[1].cursor : this.cursor,
      events: missed.slice(0, 2),
      more,
      rooms: more ? [] : rooms.map((room) => ({ room, seq: this.head(room) })),
    });
  }

  get cursor() {
    return `c.${this.log.length}`;
  }
}
