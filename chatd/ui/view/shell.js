// The page once somebody is signed in: three panes, the bar above them, and what draws when.

import { Bar } from './bar.js';
import { Conversation } from './conversation.js';
import * as dialogs from './dialogs.js';
import { append, fill, h } from './dom.js';
import { Here } from './here.js';
import { Route } from './route.js';
import { Sidebar } from './sidebar.js';

/** Seconds for which a word to the user stays. */
const SAID = 6;
/** Seconds of a page that nobody sees, after which one is away. */
const AWAY = 300;

export class Shell {
  node;
  bar;
  #store;
  #chat;
  #sidebar;
  #conversation;
  #here;
  #route;
  #due = new Set();
  #toast = h('div', { class: 'toast', role: 'status' });
  #toastTimer = null;
  #awayTimer = null;

  /** `signOut()` ends the session; `drafts` keeps what is being written: load(room), save(room). */
  constructor({ store, chat, connection, api, drafts, signOut }) {
    this.#store = store;
    this.#chat = chat;
    this.bar = new Bar(connection);
    const go = (room, seq = null) => this.#route.go({ pane: 'talk', room, seq });
    const back = () => this.#route.up();
    const wish = {
      go,
      back,
      away: () => chat.show(null),
      drafted: (room) => drafts.save(room),
      say: (text) => this.say(text),
      sure: dialogs.sure,
      rooms: () => dialogs.rooms(chat, store, go),
      invite: () => dialogs.invite(api),
      settings: () => dialogs.settings(store, signOut),
    };
    const write = () => dialogs.write(chat, go);
    this.#sidebar = new Sidebar(store, { ...wish, person: write });
    const people = () => this.#people();
    this.#conversation = new Conversation(store, chat, { ...wish, person: write, people });
    this.#here = new Here(store, {
      back,
      add: (room) => dialogs.add(chat, room),
      person: (user) => this.#try(async () => go(await chat.direct(user))),
      leave: (room) => this.#leave(room),
    });
    this.node = append(h('div', { class: 'app' }), [
      this.bar.node,
      h('div', { class: 'panes' }, this.#sidebar.node, this.#conversation.node, this.#here.node),
      this.#toast,
    ]);
    this.#route = new Route((place) => this.#arrive(place));
    store.watch((what, room) => this.#changed(what, room));
    for (const event of ['visibilitychange', 'focus', 'blur']) {
      addEventListener(event, () => this.#looked(), true);
    }
  }

  /** Shows where the address says one is. */
  start() {
    this.#sidebar.drawMe();
    this.#arrive(this.#route.here);
  }

  /** The list of rooms was read: a room of the address that is not ours leads to the list. */
  listed() {
    const { room } = this.#route.here;
    if (room && !this.#store.rooms.has(room)) this.#route.go({ pane: 'list' }, { instead: true });
    else this.#arrive(this.#route.here);
  }

  heard(event) {
    this.#conversation.heard(event);
  }

  say(text) {
    clearTimeout(this.#toastTimer);
    fill(this.#toast, h('p', {}, text));
    this.#toastTimer = setTimeout(() => fill(this.#toast), SAID * 1000);
  }

  // ---- where one is -----------------------------------------------------------------------------

  #arrive({ pane, room, seq }) {
    this.node.dataset.pane = pane;
    if (room && !this.#store.rooms.has(room)) return;
    const other = room !== this.#store.active;
    if (room || this.#narrow()) this.#chat.show(room);
    if (other) this.#draw('active');
    // In a frame that nobody looks at yet, the keyboard belongs to the page around it.
    if (other && pane === 'talk' && room && document.hasFocus()) this.#conversation.composer.focus();
    if (seq) {
      this.#route.led();
      this.#conversation.goTo(seq);
    }
    this.#draw('looking');
  }

  #people() {
    const { pane, room } = this.#route.here;
    if (pane === 'people') this.#route.up();
    else if (room) this.#route.go({ pane: 'people', room });
  }

  #narrow() {
    return !matchMedia('(min-width: 720px)').matches;
  }

  async #leave(room) {
    const text = 'You get no more messages from it.';
    if (await dialogs.sure(`Leave ${room.name}?`, text, 'Leave')) {
      this.#try(async () => {
        await this.#chat.leave(room.id);
        this.#store.removed(room.id);
      });
    }
  }

  async #try(act) {
    try {
      await act();
    } catch (error) {
      this.say(error.message);
    }
  }

  // ---- drawing ----------------------------------------------------------------------------------

  #changed(what, room) {
    if (room && room !== this.#store.active) return;
    if (what === 'active' && !this.#store.active && this.#route.here.room) {
      this.#route.go({ pane: 'list' }, { instead: true });
    }
    // All that one turn changes is drawn once.
    if (this.#due.size === 0) queueMicrotask(() => this.#drawDue());
    this.#due.add(what);
  }

  #drawDue() {
    const due = this.#due;
    this.#due = new Set();
    if (due.has('active')) due.clear(), due.add('active');
    for (const what of due) this.#draw(what);
  }

  #draw(what) {
    switch (what) {
      case 'me':
        this.#sidebar.drawMe();
        break;
      case 'active':
        this.#sidebar.draw();
        this.#conversation.draw();
        this.#here.draw();
        break;
      case 'rooms':
        this.#sidebar.draw();
        this.#conversation.drawHead();
        if (!this.#store.active) this.#conversation.draw();
        break;
      case 'timeline':
      case 'marks':
        this.#conversation.drawList();
        break;
      case 'typing':
        this.#conversation.drawTyping();
        break;
      case 'here':
      case 'members':
        this.#here.draw();
        this.#conversation.drawHead();
        break;
      case 'looking':
        this.#conversation.look();
        break;
    }
  }

  #looked() {
    this.#conversation.look();
    clearTimeout(this.#awayTimer);
    if (document.visibilityState === 'visible') this.#chat.away(false);
    else this.#awayTimer = setTimeout(() => this.#chat.away(true), AWAY * 1000);
  }
}
