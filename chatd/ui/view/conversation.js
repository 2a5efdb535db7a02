// A conversation: its head, its list, who types, and the box to write in.

import { rows } from '../state/timeline.js';
import { Composer } from './composer.js';
import { bdi, fill, h, icon, iconButton } from './dom.js';
import { dayOf, plural } from './format.js';
import { List } from './list.js';
import { typists } from './message.js';
import { kindOf, sign } from './parts.js';

/** Seconds between two messages that are read out. */
const SPOKEN = 2;

/** `wish`: back(), people(), say(text) a word to the user, sure(question) and the composer's own. */
export class Conversation {
  node = h('main', { class: 'talk' });
  composer;
  #store;
  #chat;
  #wish;
  #head = h('header', { class: 'head' });
  #list;
  #typing = h('div', { class: 'typing', 'aria-live': 'off' });
  #ears = h('div', { class: 'ears', role: 'log', 'aria-live': 'polite' });
  #pill;
  #shown = null;
  #placed = false;
  #spokenAt = 0;
  #unseen = 0;

  constructor(store, chat, wish) {
    this.#store = store;
    this.#chat = chat;
    this.#wish = wish;
    this.#list = new List(
      {
        edit: (message) => this.composer.edit(message),
        remove: (message) => this.#remove(message),
        before: (seq) => this.#before(seq),
        retry: (key) => chat.send(store.active, chat.takeBack(store.active, key)),
        takeBack: (key) => this.composer.giveBack(chat.takeBack(store.active, key)),
      },
      () => this.#moved(),
    );
    this.#pill = h('button', { type: 'button', class: 'pill', hidden: true, onclick: () => this.#toEnd() });
    this.composer = new Composer({
      send: (text) => {
        this.#list.atEnd = true;
        chat.send(store.active, text);
      },
      edit: (seq, text) => this.#try(chat.edit(store.active, seq, text)),
      typing: () => chat.typing(store.active),
      typedNothing: () => chat.typedNothing(store.active),
      drafted: wish.drafted,
      last: () => this.#last(),
    });
  }

  /** Everything anew: another room is in view, or none. */
  draw() {
    const { room } = this.#store;
    if (!room) {
      this.#shown = null;
      fill(this.node, this.#nothing());
      return;
    }
    if (this.#shown !== room) {
      this.#shown = room;
      this.#placed = false;
      this.#unseen = 0;
      this.#list.clear();
      fill(
        this.node,
        this.#head,
        h('div', { class: 'scene' }, this.#list.node, this.#pill),
        this.#ears,
        this.#typing,
        this.composer.node,
      );
    }
    this.drawHead();
    this.drawTyping();
    this.composer.show(room, this.#chat.limits?.text_code_points);
    this.drawList();
  }

  drawHead() {
    const { room } = this.#store;
    if (!room) return;
    const here = [...room.here.keys()].length;
    const about = room.topic || `${kindOf(room)} · ${plural(room.memberCount, 'member', 'members')}`;
    const presence = this.#store.presence(room.other);
    const word = { online: 'Online', away: 'Away', offline: 'Offline' }[presence];
    const label = here ? `People in this room, ${here} here now` : 'People in this room';
    fill(
      this.#head,
      iconButton('back', 'Back to the list', { class: 'to-list', onclick: this.#wish.back }),
      sign(room, presence),
      h(
        'div',
        { class: 'title' },
        h('h1', {}, bdi(room.name)),
        h('p', {}, room.kind === 'direct' ? word : bdi(about)),
      ),
      h(
        'button',
        { type: 'button', class: 'to-people', 'aria-label': label, title: label, onclick: this.#wish.people },
        icon('people'),
        h('span', { 'aria-hidden': 'true' }, String(here || room.memberCount)),
      ),
    );
  }

  drawTyping() {
    const { room } = this.#store;
    if (room) fill(this.#typing, typists(room.typing));
  }

  drawList() {
    const { room, me } = this.#store;
    if (!room) return;
    const { timeline } = room;
    if (!timeline.loaded) {
      this.node.classList.add('loading');
      return;
    }
    this.node.classList.remove('loading');
    const { unreadAfter, marks } = room;
    this.#list.draw(rows(timeline, { me, unreadAfter, marks, dayOf }), room);
    if (!this.#placed) {
      this.#placed = true;
      if (!this.#list.toRow('unread')) this.#list.toEnd();
    }
    this.#moved();
  }

  /** Somebody else said something: told to ears, and to eyes that are further up. */
  heard(event) {
    if (event.room !== this.#store.active || event.type !== 'message') return;
    if (event.from === this.#store.me.user) return;
    if (!this.#list.atEnd) this.#unseen += 1;
    this.#drawPill();
    const now = Date.now();
    if (now - this.#spokenAt < SPOKEN * 1000) return;
    this.#spokenAt = now;
    fill(this.#ears, h('p', {}, `${event.name}: ${event.text ?? ''}`));
  }

  /** One scrolled, came or went: is the end in view of somebody? */
  #moved() {
    const { room } = this.#store;
    if (!room || !this.#placed) return;
    if (this.#list.atEnd) this.#unseen = 0;
    this.#drawPill();
    this.look();
    if (this.#list.nearTop && room.timeline.moreBefore && room.open) {
      const [first] = room.timeline.messages;
      if (first) this.#before(first.seq);
    }
  }

  look() {
    const awake = document.visibilityState === 'visible' && document.hasFocus();
    const shown = this.node.offsetParent !== null && this.#placed;
    this.#store.look(awake && shown && this.#list.atEnd);
    this.#chat.look();
  }

  #drawPill() {
    this.#pill.hidden = this.#list.atEnd;
    const news = this.#unseen ? plural(this.#unseen, 'new message', 'new messages') : '';
    this.#pill.setAttribute('aria-label', news || 'To the newest message');
    fill(this.#pill, icon('down'), news);
  }

  #toEnd() {
    this.#list.toEnd();
    this.composer.focus();
  }

  #before(seq) {
    this.#chat.before(this.#store.active, seq).catch(() => {});
  }

  #last() {
    const { room, me } = this.#store;
    // The last is still on its way: the one before it is not what is meant.
    if (room.timeline.pending.length) return null;
    return room.timeline.messages.filter((one) => one.from === me.user && !one.deleted).at(-1);
  }

  async #remove(message) {
    const room = this.#store.active;
    if (await this.#wish.sure('Delete this message?', 'It is erased for everybody.', 'Delete')) {
      this.#try(this.#chat.delete(room, message.seq));
    }
  }

  async #try(promise) {
    try {
      await promise;
    } catch (error) {
      this.#wish.say(error.message);
    }
  }

  #nothing() {
    if (!this.#store.listed) return h('div', { class: 'empty' }, h('p', {}, 'Connecting…'));
    const any = this.#store.rooms.size > 0;
    const { me } = this.#store;
    return h(
      'div',
      { class: 'empty' },
      h('span', { class: 'emblem' }, icon('chat')),
      h('h1', {}, any ? 'Choose a room' : ['Welcome, ', bdi(me.name)]),
      h(
        'p',
        {},
        any
          ? 'Choose a room or a person on the left, or start something new.'
          : 'A room is where people talk about one thing. Make the first, or join one.',
      ),
      h(
        'div',
        { class: 'choices' },
        h('button', { type: 'button', class: any ? '' : 'main', onclick: this.#wish.rooms }, 'Join or make a room'),
        h('button', { type: 'button', onclick: this.#wish.person }, 'Write to somebody'),
        me.admin && h('button', { type: 'button', onclick: this.#wish.invite }, 'Invite people'),
      ),
    );
  }
}
