// A conversation: its head, its list, who types, and the box to write in.

import { inWords } from '../state/attached.js';
import { called } from '../state/called.js';
import { readOn } from '../state/dwelling.js';
import { rows } from '../state/rows.js';
import { Speaking } from '../state/speaking.js';
import { seenLast } from '../state/standing.js';
import { many, t } from '../words/words.js';
import { Composer } from './composer.js';
import { jump } from './dialogs/jump.js';
import { fill, h } from './dom.js';
import { dayOf } from './format.js';
import { drawHead } from './head.js';
import { List } from './list.js';
import { apart } from './message.js';
import { Messages } from './messages.js';
import { ghosts, nothing, waiting } from './nothing.js';
import { typists } from './notes.js';
import { seenWords } from './parts.js';
import { Pills } from './pills.js';
import { Taking } from './taking.js';

/** In rooms of up to so many people everybody may call everybody. */
const FEW = 20;
/** Seconds after which a page of messages that was refused is asked for again, at the least. */
const AGAIN = 3;

/** `wish`: go(room), back(), people(), say(text) a word to the user, sure(question), drafted(room). */
export class Conversation {
  node = h('main', { class: 'talk' });
  composer;
  #taking;
  #store;
  #chat;
  #wish;
  #messages;
  #head = h('header', { class: 'head' });
  #list;
  #typing = h('div', { class: 'typing', 'aria-live': 'off' });
  #ears = h('div', { class: 'ears', role: 'log', 'aria-live': 'polite' });
  #waiting = h('div', { class: 'waiting-here' });
  #pills = new Pills(() => this.#toEnd(), () => this.#toUnread());
  #shown = null;
  #placed = false;
  #again = null;
  /** Where one was in each room, where that is not its end. */
  #places = new Map();
  /** The message to go to once the room is there. */
  #wanted = null;
  #speaking = new Speaking((news) => this.#speak(news), {
    now: Date.now,
    later: (seconds, call) => {
      const timer = setTimeout(call, seconds * 1000);
      return () => clearTimeout(timer);
    },
  });
  #unseen = 0;
  /** People whose messages are shown although one blocked them. */
  #shownAnyway = new Set();

  constructor(store, chat, wish) {
    this.#store = store;
    this.#chat = chat;
    this.#wish = wish;
    const go = (seq) => this.goTo(seq);
    this.#messages = new Messages(store, chat, {
      ...wish,
      goTo: go,
      reply: (message) => this.composer.reply(message),
      edit: (message) => this.composer.edit(message),
    });
    this.#list = new List(
      {
        ...this.#messages.wishes,
        goTo: go,
        view: (one) => this.#taking.view(one),
        show: (user) => {
          this.#shownAnyway.add(user);
          this.drawList();
        },
        before: (seq) => this.#before(seq),
        jump: (from) => jump(from, (at) => this.#jump(at)),
        retry: (key) => this.#send(chat.takeBack(store.active, key), key),
        takeBack: (key) => this.#taking.takeBack(store.room, key),
        discard: (key) => chat.discard(store.active, key),
      },
      () => this.#moved(),
    );
    this.composer = new Composer({
      send: (text, more) => this.#send({ text, more }),
      edit: (message, text) => this.#messages.attempt(chat.edit(store.active, message, text)),
      typing: () => chat.typing(store.active),
      typedNothing: () => chat.typedNothing(store.active),
      drafted: wish.drafted,
      take: (files) => this.take(files),
      taken: (room) => this.#taking.taken(room),
      files: (place, room, after) => chat.files?.draw(place, room, after),
      later: (text, replyTo) => wish.schedule(store.active, text, replyTo),
      last: () => this.#last(),
      known: () => this.#known(),
      quoted: (seq) => {
        const message = store.room.timeline.quoted(seq);
        return message && { ...message, name: store.people.display(message.from, message.name) };
      },
      goTo: go,
    });
    this.#taking = new Taking(store, chat, this.composer, wish);
  }

  /** Files for the message that is being written. */
  take(files) {
    this.#taking.take(files);
  }

  /** Everything anew: another room is in view, or none. */
  draw() {
    const { room } = this.#store;
    if (!room) {
      this.#shown = null;
      fill(this.node, nothing(this.#store, this.#wish));
      return;
    }
    if (this.#shown !== room) {
      this.#shown = room;
      this.#placed = false;
      this.#unseen = 0;
      this.#speaking.clear();
      this.#shownAnyway.clear();
      this.#list.clear();
      fill(
        this.node,
        this.#head,
        h('div', { class: 'scene' }, this.#list.node, this.#waiting, this.#pills.nodes),
        this.#ears,
        this.#typing,
        this.composer.node,
      );
    }
    this.drawHead();
    this.drawTyping();
    this.drawList();
  }

  drawHead() {
    const { room } = this.#store;
    if (!room) return;
    const wish = { ...this.#wish, search: () => this.#messages.search(), pins: () => this.#messages.pins() };
    drawHead(this.#head, this.#store, room, wish);
    const files = Boolean(this.#store.files);
    this.node.toggleAttribute('data-takes', files && !room.closedTo);
    this.node.dataset.drop = t('Drop the files here');
    this.composer.show(room, this.#chat.limits?.text_code_points, this.#store.titleOf(room), files);
  }

  /** In place of messages that are not here yet: that they come, or why they do not. */
  drawWaiting() {
    const { room } = this.#store;
    if (!room) {
      this.draw();
      return;
    }
    const loaded = room.timeline.loaded;
    this.node.classList.toggle('loading', !loaded);
    const alone = !loaded && !room.timeline.pending.length;
    fill(this.#waiting, alone && (this.#wish.offline() ? waiting(true, apart()) : ghosts()));
  }

  drawTyping() {
    const { room } = this.#store;
    if (!room) return;
    const { people } = this.#store;
    const users = room.typing.users.map((one) => ({ ...one, name: people.display(one.user, one.name) }));
    const typing = typists({ ...room.typing, users });
    fill(this.#typing, typing, !typing.length && this.#seen(room));
  }

  /** In the line that is kept for typing: when the other saw one's last words. */
  #seen(room) {
    if (room.kind !== 'direct') return null;
    const seen = seenLast(room.timeline, room.marks, this.#store.me.user);
    return seen && h('span', { class: 'seen-at', 'aria-hidden': 'true' }, seenWords(seen.at));
  }

  drawList() {
    const { room, me } = this.#store;
    if (!room) return;
    const { timeline } = room;
    this.drawWaiting();
    this.node.classList.toggle('loading', !timeline.loaded);
    const { unreadAfter, marks } = room;
    const pinned = room.pinned ?? new Set();
    const blocked = new Set([...(this.#store.blocked ?? [])].filter((user) => !this.#shownAnyway.has(user)));
    const shown = rows(timeline, { me, unreadAfter, marks, dayOf, pinned, blocked }).map((row) => called(row, this.#store, room));
    this.#list.node.classList.toggle('with-readers', room.kind !== 'direct');
    this.composer.update();
    this.drawTyping();
    if (!timeline.loaded) {
      // What one says shows at once, also where the server has not told what was said before.
      this.#list.draw(shown.length ? [{ kind: 'apart', key: 'apart' }, ...shown] : shown, room);
      return;
    }
    if (this.#placed) this.#list.draw(shown, room);
    else this.#begin(shown, room);
    this.#askMore(room);
    this.#moved();
  }

  /** At what is new, where one was, or the end; and on to the message that is wanted. */
  #begin(shown, room) {
    this.#placed = true;
    const places = [this.#unread, this.#places.get(room.id)].filter(Boolean);
    this.#list.open(shown, room, this.#wanted ? [] : places);
    if (this.#wanted) this.goTo(this.#wanted);
  }

  /** What is new begins a third from the top. */
  get #unread() {
    return { key: 'unread', at: this.#list.height / 3 };
  }

  /** The page was out of the document for a while, which forgets where one was in it. */
  comeBack() {
    if (!this.#shown || !this.#placed) return;
    const place = this.#places.get(this.#shown.id);
    if (!place || !this.#list.toPlace(place)) this.#list.toEnd();
    if (this.node.offsetParent !== null && document.hasFocus()) this.composer.focus();
  }

  /** Goes to a message of this room, wherever in its history that is. */
  async goTo(seq) {
    const { room } = this.#store;
    this.#wanted = seq;
    // Before the room is there one is led to it when it comes.
    if (!room?.timeline.loaded || !this.#placed) return;
    this.#wanted = null;
    if (!room.timeline.find(seq)) {
      try {
        await this.#chat.talk.around(room.id, seq);
      } catch (error) {
        this.#wish.say(error.message);
        return;
      }
      if (this.#store.room !== room) return;
      // What came in above must not be followed to its end.
      this.#list.atEnd = false;
      this.drawList();
    }
    if (!this.#list.toMessage(seq)) this.#wish.say(t('There is no such message that you can see.'));
  }

  async #jump(at) {
    const { room } = this.#store;
    const seq = await this.#chat.talk.since(room.id, at);
    if (this.#store.room !== room || seq === null) return;
    this.#list.atEnd = false;
    this.drawList();
    this.#list.toMessage(seq);
  }

  /** Somebody else said something: told to ears, and to eyes that are further up. */
  heard(event) {
    if (event.room !== this.#store.active) return;
    if (event.type === 'edited' || event.type === 'deleted') this.#speaking.changed(event.target);
    if (event.type !== 'message') return;
    if (event.from === this.#store.me.user || this.#store.blocked?.has(event.from)) return;
    if (!this.#list.atEnd) this.#unseen += 1;
    this.#drawPills();
    const name = this.#store.people.display(event.from, event.name);
    this.#speaking.heard({ seq: event.seq, name, text: inWords(event) });
  }

  #speak(news) {
    if (!news) return fill(this.#ears);
    const { count, name, text } = news;
    const last = `${name}: ${text}`;
    const said = count > 1 ? many(count, '{count} new message, the last: {last}', '{count} new messages, the last: {last}', { last }) : last;
    return fill(this.#ears, h('p', {}, said));
  }

  /** One scrolled, came or went: is the end in view of somebody? */
  #moved() {
    const { room } = this.#store;
    if (!room || !this.#placed) return;
    if (room === this.#shown && this.node.offsetParent !== null) this.#places.set(room.id, this.#list.place);
    if (this.#list.atEnd) this.#unseen = 0;
    this.#drawPills();
    this.look();
    if (!room.open) return;
    const { gap } = this.#list;
    if (gap) {
      if (gap.fromAbove && gap.after !== null) this.#chat.talk.after(room.id, gap.after).catch(() => {});
      else this.#before(gap.before);
    } else if (this.#list.nearTop && room.timeline.moreBefore) {
      const [first] = room.timeline.messages;
      if (first) this.#before(first.seq);
    }
  }

  look() {
    const awake = document.visibilityState === 'visible' && document.hasFocus();
    const shown = this.node.offsetParent !== null && this.#placed;
    this.#store.look(awake && shown && this.#list.atEnd);
    const seq = awake && shown && this.#shown ? readOn(this.#shown, this.#list.seen) : null;
    this.#chat.look(seq === null ? null : { room: this.#shown.id, seq });
  }

  #drawPills() {
    const { atEnd, behindGap: far, unreadAbove } = this.#list;
    this.#pills.draw({ atEnd, unseen: this.#unseen, far, unread: this.#placed ? unreadAbove : null });
  }

  #toUnread() {
    this.#list.toPlace(this.#unread);
    this.#list.node.focus({ preventScroll: true });
  }

  #toEnd() {
    this.#list.toEnd();
    this.composer.focus();
  }

  #before(seq) {
    this.#chat.before(this.#store.active, seq).catch(({ retryAfter }) => {
      // Whoever is at the very top can scroll no further: it is tried again by itself.
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#moved(), Math.max(retryAfter ?? 0, AGAIN) * 1000);
    });
  }

  /** What the rows need beside messages, where it is not known. */
  #askMore(room) {
    if (!room.open) return;
    this.#chat.talk.quotes(room.id).catch(() => {});
    if (room.pinned === null) this.#chat.talk.pinned(room.id).catch(() => {});
  }

  async #send({ text, more }, key) {
    const { room } = this.#store;
    this.#list.atEnd = true;
    const held = room.slow > 0 && !room.moderates;
    if (held) room.waitsUntil = Date.now() + room.slow * 1000;
    const seconds = await this.#chat.send(room.id, text, more, key);
    if (!seconds) return;
    // Nothing is lost: the text is back in the box, or in the draft of the room that was left.
    room.waitsUntil = Date.now() + seconds * 1000;
    this.#taking.giveBack(room, text, more);
  }

  /** What may complete a word. */
  #known() {
    const { room, rooms, names, me } = this.#store;
    const people = new Map((room.members ?? []).map((one) => [one.user, one]));
    // In large rooms not all members are known, but those who spoke are.
    for (const { from, name } of room.timeline.messages) {
      if (!people.has(from)) people.set(from, { user: from, name });
    }
    if (room.other && !people.has(room.other)) people.set(room.other, { user: room.other, name: names.get(room.other) });
    people.delete(me.user);
    const called = ({ user, name }) => ({ user, name, display: this.#store.people.display(user, name) });
    return {
      people: [...people.values()].map(called),
      rooms: [...rooms.values()],
      everyone: room.kind !== 'direct' && (room.moderates || room.memberCount <= FEW),
    };
  }

  #last() {
    const { room, me } = this.#store;
    // The last is still on its way: the one before it is not what is meant.
    if (room.timeline.pending.length) return null;
    const mine = (one) => one.from === me.user && !one.deleted && !one.forwarded;
    return room.timeline.messages.findLast(mine);
  }
}
