// The page once somebody is signed in: three panes, the bar above them, and what draws when.

import { Aside } from './aside.js';
import { Bar } from './bar.js';
import { Conversation } from './conversation.js';
import { append, fill, h } from './dom.js';
import { join } from './dialogs/join.js';
import { receive } from './files.js';
import { Here } from './here.js';
import { Keys } from './keys.js';
import { facesFrom, repaintFaces } from './parts.js';
import { Route } from './route.js';
import { Sidebar } from './sidebar.js';
import { wishes } from './wishes.js';

/** Seconds for which a word to the user stays. */
const SAID = 6;
/** Seconds of a page that nobody sees, after which one is away. */
const AWAY = 300;
/** Seconds between two looks at what ends by itself: statuses, muted rooms. */
const TICK = 20;
/**
 * Milliseconds for which a pressed button of the mouse, or a finger, holds back what others change:
 * what is drawn anew between press and release gets no click.
 */
const PRESSED = 2000;
/** One pane at a time, as style/layout.css has it. */
const NARROW = matchMedia('not all and (min-width: 720px)');
/** Milliseconds between what changes and its drawing in a page that nobody sees. */
const UNSEEN = 100;

export class Shell {
  node;
  bar;
  #store;
  #chat;
  #sidebar;
  #conversation;
  #here;
  #aside;
  #route;
  #wish;
  #keys;
  #due = new Set();
  #toast = h('div', { class: 'toast', role: 'status' });
  #toastTimer = null;
  #awayTimer = null;
  #pressed = null;

  /**
   * `signOut()` ends the session; `drafts` keeps what is being written; `api` is null where one's
   * account is a site's, and `bell` where that tells of messages.
   */
  constructor({ store, chat, connection, api, drafts, signOut, bell = null }) {
    this.#store = store;
    this.#chat = chat;
    this.bar = new Bar(connection, () => this.#changed('connection'));
    const go = (room, seq = null) => this.#route.go({ pane: 'talk', room, seq });
    const back = () => this.#route.up();
    const wish = wishes({
      store,
      chat,
      api,
      drafts,
      signOut,
      bell,
      shell: {
        go,
        back,
        away: () => chat.show(null),
        say: (text) => this.say(text),
        giveBack: (item) => this.#giveBack(item),
        people: () => this.#aside.toggle(),
        aside: () => this.#aside,
        switch: () => this.#keys.switch(),
        hints: () => this.#sidebar.hints(),
        offline: () => this.bar.away,
      },
    });
    this.#wish = wish;
    facesFrom((user) => store.people.get(user)?.avatar ?? null);
    this.#sidebar = new Sidebar(store, wish);
    this.#keys = new Keys(store, chat, go, () => this.#sidebar.order);
    this.#conversation = new Conversation(store, chat, wish);
    this.#here = new Here(store, chat, { ...wish, settings: wish.roomSettings });
    drafts.busy = (room) => room.id === store.active && this.#conversation.composer.busy;
    this.node = append(h('div', { class: 'app' }), [
      this.bar.node,
      h('div', { class: 'panes' }, this.#sidebar.node, this.#conversation.node, this.#here.node),
      this.#toast,
    ]);
    // How high the box is, and what stands above it.
    const box = this.#conversation.composer.node;
    new ResizeObserver(() => this.node.style.setProperty('--box', `${box.offsetHeight}px`)).observe(box);
    this.#aside = new Aside(this.node, this.#conversation.node, this.#here.node, {
      up: back,
      go: () => store.active && this.#route.go({ pane: 'people', room: store.active }),
      changed: () => {
        this.#here.draw();
        this.#conversation.drawHead();
      },
    });
    this.#route = new Route((place) => this.#arrive(place));
    // Whoever is shown anywhere has a card.
    this.node.addEventListener('click', ({ target }) => {
      const user = target.closest('[data-person]')?.dataset.person;
      if (user) wish.card(user);
    });
    receive(this.node, (files) => this.#conversation.take(files));
    store.watch((what, room) => this.#changed(what, room));
    this.node.addEventListener('pointerdown', () => this.#press(), true);
    for (const event of ['pointerup', 'pointercancel']) addEventListener(event, () => this.#release(), true);
    setInterval(() => this.#tick(), TICK * 1000);
    NARROW.addEventListener('change', () => this.#mark());
    // The frame in which something was to be drawn may never have come. Not on focus and blur: those
    // happen in the midst of drawing.
    addEventListener('visibilitychange', () => this.#drawDue());
    for (const event of ['visibilitychange', 'focus', 'blur']) {
      addEventListener(event, () => this.#looked(), true);
    }
  }

  /** Shows where the address says one is. */
  start() {
    this.#sidebar.drawMe();
    this.#arrive(this.#route.here);
    this.#conversation.comeBack();
  }

  /** The list of rooms was read: a room of the address that is not ours leads to the list. */
  listed() {
    const { room } = this.#route.here;
    if (room && !this.#store.rooms.has(room)) this.#route.go({ pane: 'list' }, { instead: true });
    else this.#arrive(this.#route.here);
  }

  /** One's ways to sign in, where one comes back from a provider. */
  signingIn(returned) {
    this.#wish.signingIn(returned);
  }

  /** Where a link into a room leads. */
  join(secret) {
    join(this.#chat, secret, (room) => this.#route.go({ pane: 'talk', room }));
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
    const { pane: was } = this.node.dataset;
    this.node.dataset.pane = pane;
    this.#mark();
    this.#aside.mark();
    if (room && !this.#store.rooms.has(room)) return;
    const other = room !== this.#store.active;
    if (room || this.#narrow()) this.#chat.show(room);
    if (room) this.#keys.been(room);
    if (other) {
      this.#draw('active');
      // Once is enough.
      this.#due.delete('active');
    } else if (was !== pane) {
      this.#here.draw();
      this.#conversation.drawHead();
      this.#aside.follow(was);
    }
    // In a frame that nobody looks at yet, the keyboard belongs to the page around it.
    if (other && pane === 'talk' && room && document.hasFocus()) this.#conversation.composer.focus();
    if (seq) {
      this.#route.led();
      this.#conversation.goTo(seq);
    }
    this.#draw('looking');
  }

  /** Which pane is the page's main part: on a phone, the only one that shows. */
  #mark() {
    const { pane } = this.node.dataset;
    const alone = (one, role) => (this.#narrow() && pane === one ? 'main' : role);
    this.#sidebar.node.role = alone('list', 'navigation');
    this.#here.node.role = alone('people', 'complementary');
  }

  #narrow() {
    return NARROW.matches;
  }

  /** A message that was to be said later comes back into the box of its room. */
  #giveBack({ room, text, reply_to: replyTo = null }) {
    this.#route.go({ pane: 'talk', room });
    this.#conversation.composer.giveBack(text, replyTo);
  }

  #tick() {
    const now = Date.now();
    if (this.#store.people.ended(now - TICK * 1000, now)) this.#store.tell('people');
    this.#sidebar.draw();
  }

  // ---- drawing ----------------------------------------------------------------------------------

  #changed(what, room) {
    if (room && room !== this.#store.active) return;
    if (what === 'active' && !this.#store.active && this.#route.here.room) {
      this.#route.go({ pane: 'list' }, { instead: true });
    }
    // All that changes before the next frame is drawn once, in it; a page that nobody sees has no
    // frames, but a title.
    if (this.#due.size === 0) {
      if (document.visibilityState === 'visible') requestAnimationFrame(() => this.#drawDue());
      else setTimeout(() => this.#drawDue(), UNSEEN);
    }
    this.#due.add(what);
  }

  #press() {
    clearTimeout(this.#pressed);
    this.#pressed = setTimeout(() => this.#release(), PRESSED);
  }

  #release() {
    if (this.#pressed === null) return;
    clearTimeout(this.#pressed);
    this.#pressed = null;
    // The click comes right behind this.
    setTimeout(() => this.#drawDue());
  }

  #drawDue() {
    if (this.#pressed !== null) return;
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
      case 'connection':
        this.#conversation.drawWaiting();
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
        this.#sidebar.draw();
        break;
      case 'draft':
        this.#conversation.composer.refresh();
        break;
      case 'people':
        repaintFaces();
        this.#sidebar.drawMe();
        this.#sidebar.draw();
        this.#here.draw();
        this.#conversation.drawHead();
        this.#conversation.drawList();
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
