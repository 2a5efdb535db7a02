// The scrolling list of a conversation: rows keyed and kept, the place held while things change.

import { firstOf } from '../state/halving.js';
import { t } from '../words/words.js';
import { Days } from './days.js';
import { h } from './dom.js';
import { LongPress } from './long_press.js';
import { equip, replace, row, signature } from './message.js';
import { Stretch } from './stretch.js';

/** Pixels from the end within which one follows what comes. */
const NEAR = 80;
/** Milliseconds for which a message that was gone to is lit. */
const LIT = 2400;
/**
 * Screens between what is in view and the end of what is in the document: rows are put in behind a
 * frame where there are fewer than the one, within it where there are fewer than the other.
 */
const AHEAD = 1.5;
const CLOSE = 0.6;
/** Milliseconds after the wheel's last turn for which rows go by under the mouse and do not answer it. */
const STILL = 100;

/** Rows that go elsewhere when others come in: no place is told by them. */
const WANDERS = new Set(['more', 'start', 'unread', 'gap', 'day']);

export class List {
  #stretch = new Stretch();
  #room = null;
  /** Of the stretch, as it was drawn last. */
  #drawn = -1;
  /** What is in the document, by key: {node, signature, shown, at}, `at` its place among all. */
  #rows = new Map();
  /** The same from above down, but for days, which stay in view; and of these, stored messages. */
  #flow = [];
  #said = [];
  #inner = h('div', { class: 'rows' });
  /** Whether the end is in view, and what comes is followed. */
  atEnd = true;
  node;
  #wish;
  #onMove;
  #lit = null;
  /** A finger that rests on a message wants to know what can be done with it. */
  #press = new LongPress('.message', (message) => message.querySelector('.tools button:last-child')?.click());
  /** The first message in view and where its top is in the window, as of the last move; null at the end. */
  #stays = null;
  /** Whether rows are to be put in behind the next frame. */
  #soon = false;
  /** Whether the wheel turns, and when it did last (`performance.now()`). */
  #moving = false;
  #turned = 0;
  #days;

  /** `onMove()`: one scrolled, or the end came into view. */
  constructor(wish, onMove) {
    this.#wish = wish;
    this.#onMove = onMove;
    this.node = h(
      'div',
      {
        class: 'list',
        role: 'log',
        // What is put in above, or edited, is no news: news are spoken by a region of their own.
        'aria-live': 'off',
        'aria-label': t('Messages'),
        tabindex: '0',
        onscroll: () => this.#moved(),
        onpointerover: ({ target }) => this.#moving || equip(target.closest('.message')),
        onfocusin: ({ target }) => equip(target.closest('.message')),
        onkeydown: (event) => this.#step(event),
        ...this.#press.listeners,
      },
      this.#inner,
    );
    this.#days = new Days(this.node);
    this.node.addEventListener('wheel', () => this.#wheel(), { passive: true });
    new ResizeObserver(() => this.#settle()).observe(this.node);
    new ResizeObserver(() => this.#settle()).observe(this.#inner);
  }

  clear() {
    this.#stretch.clear();
    this.#rows.clear();
    this.#flow = this.#said = [];
    this.#stays = null;
    this.#inner.replaceChildren();
    this.atEnd = true;
  }

  /**
   * A room comes into view: at the first of `places` ({key, at}: a row, and pixels from the top) whose
   * row there is, else at its end.
   */
  open(shown, room, places) {
    this.clear();
    this.#room = room;
    this.#stretch.set(shown, true);
    const place = places.find(({ key }) => this.#stretch.reveal((one) => one.key === key));
    this.atEnd = !place;
    this.#render();
    if (place) {
      this.#hold({ key: place.key, at: place.at + this.node.getBoundingClientRect().top });
      this.#measure();
    }
    this.#reach();
    this.#note();
  }

  /** Shows the rows of `timeline.rows`; those that stay the same keep their nodes. */
  draw(shown, room) {
    this.#room = room;
    this.#stretch.set(shown, this.atEnd);
    this.#render();
    // Whoever is at the very top can scroll no further: what was loaded there comes by itself.
    this.#reach();
  }

  #render() {
    const room = this.#room;
    const anchor = this.atEnd ? null : this.#anchor();
    const next = new Map();
    this.#drawn = this.#stretch.version;
    const shown = this.#stretch.rows;
    // The day of the first of them is known, wherever it began.
    const day = shown[0]?.kind === 'day' ? null : this.#stretch.above(({ kind }) => kind === 'day');
    let at = this.#stretch.from - (day ? 1 : 0);
    for (const one of day ? [day, ...shown] : shown) {
      const known = this.#rows.get(one.key);
      const now = known?.shown === one ? known.signature : signature(one, room);
      const same = known?.signature === now;
      const node = same ? known.node : row(one, room, this.#wish);
      if (known && !same) replace(known.node, node);
      if (this.#lit && one.message?.seq === this.#lit.seq) node.classList.add('lit');
      next.set(one.key, { node, signature: now, shown: one, at: at++ });
    }
    for (const [key, { node }] of this.#rows) if (!next.has(key)) node.remove();
    let place = this.#inner.firstChild;
    for (const { node } of next.values()) {
      if (node === place) place = place.nextSibling;
      else this.#inner.insertBefore(node, place);
    }
    this.#rows = next;
    this.#flow = [...next.values()].filter((one) => one.shown.kind !== 'day');
    this.#said = this.#flow.filter((one) => one.shown.message?.seq !== undefined);
    if (anchor) this.#hold(anchor);
    else if (this.atEnd) this.node.scrollTop = this.node.scrollHeight;
    this.#note();
  }

  toEnd() {
    this.atEnd = true;
    if (!this.#stretch.atEnd) this.#stretch.toEnd();
    this.#render();
  }

  /** The height of what is in view. */
  get height() {
    return this.node.clientHeight;
  }

  /** Goes to a message that is shown, and lights it for a moment. */
  toMessage(seq) {
    if (!this.#reveal((one) => one.message?.seq === seq)) return false;
    const node = this.#message(seq);
    this.atEnd = false;
    const top = node.getBoundingClientRect().top - this.node.getBoundingClientRect().top;
    this.node.scrollTop += top - this.node.clientHeight / 3;
    clearTimeout(this.#lit?.timer);
    this.#message(this.#lit?.seq)?.classList.remove('lit');
    const timer = setTimeout(() => {
      this.#lit = null;
      this.#message(seq)?.classList.remove('lit');
    }, LIT);
    this.#lit = { seq, timer };
    node.classList.add('lit');
    node.focus({ preventScroll: true });
    this.#moved();
    return true;
  }

  /** Sees to it that a row is in the document. */
  #reveal(found) {
    if (!this.#stretch.reveal(found)) return false;
    if (this.#stretch.version !== this.#drawn) {
      this.atEnd = false;
      this.#render();
    }
    return true;
  }

  #message(seq) {
    return this.#inner.querySelector(`.message[data-seq="${Number(seq)}"]`);
  }

  /** The seqs of the first and the last message of which half can be seen: {first, last}, or null. */
  get seen() {
    const view = this.node.getBoundingClientRect();
    const half = ({ node }) => {
      const { top, height } = node.getBoundingClientRect();
      return top + height / 2;
    };
    const first = this.#said[firstOf(this.#said, (one) => half(one) >= view.top)];
    const last = this.#said[firstOf(this.#said, (one) => half(one) > view.bottom) - 1];
    return first && last ? { first: first.shown.message.seq, last: last.shown.message.seq } : null;
  }

  /** A hole that is about to be seen: {before, after, fromAbove}, or null. */
  get gap() {
    if (this.#stretch.last('gap') < 0) return null;
    const view = this.node.getBoundingClientRect();
    for (const { node, shown } of this.#flow) {
      if (shown.kind !== 'gap') continue;
      const box = node.getBoundingClientRect();
      if (box.bottom < view.top - view.height / 2 || box.top > view.bottom + view.height / 2) continue;
      return { ...shown, fromAbove: box.top > view.top + view.height / 2 };
    }
    return null;
  }

  /** Whether something is missing between what is in view and the end. */
  get behindGap() {
    if (this.atEnd) return false;
    const at = this.#stretch.last('gap');
    return at >= 0 && at > (this.#first?.at ?? -1);
  }

  /** The line above what is unread, where that is further up than what is in view; else null. */
  get unreadAbove() {
    const at = this.#stretch.last('unread');
    return at >= 0 && this.#first?.at > at ? this.#stretch.all[at] : null;
  }

  /** The first row in view, days aside: those are always in view. */
  get #first() {
    return this.#flow[this.#firstAt];
  }

  get #firstAt() {
    const { top } = this.node.getBoundingClientRect();
    return firstOf(this.#flow, ({ node }) => node.getBoundingClientRect().bottom > top);
  }

  /** Whether the beginning of what is loaded is close. */
  get nearTop() {
    return this.#stretch.atTop && this.node.scrollTop < AHEAD * this.node.clientHeight;
  }

  #moved() {
    const followed = this.atEnd;
    this.#measure();
    this.#days.moved(!followed || !this.atEnd);
    this.#reach();
    this.#note();
    this.#onMove();
  }

  #note() {
    this.#stays = this.atEnd ? null : this.#anchor();
  }

  #measure() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    this.atEnd = this.#stretch.atEnd && scrollHeight - scrollTop - clientHeight <= NEAR;
  }

  /** Sees to it that rows are in the document before one comes to them. */
  #reach() {
    for (const side of ['up', 'down']) while (this.#left(side) < CLOSE) this.#put(side);
    this.#putSoon();
  }

  #putSoon() {
    if (this.#soon || !this.#lacking) return;
    this.#soon = true;
    // What is in view is painted first: behind that there is time.
    requestAnimationFrame(() => {
      setTimeout(() => {
        this.#soon = false;
        const side = this.#lacking;
        if (side) this.#put(side);
        this.#putSoon();
      });
    });
  }

  #put(side) {
    this.#stretch[side]();
    this.#render();
  }

  /** How many screens of rows are left on a side before others are to be put in there. */
  #left(side) {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    if (side === 'up') return this.#stretch.atTop || !clientHeight ? Infinity : scrollTop / clientHeight;
    return this.#stretch.atEnd || !clientHeight ? Infinity : (scrollHeight - scrollTop) / clientHeight - 1;
  }

  /** The side on which there are too few, unless what goes for them would soon be missed on the other. */
  get #lacking() {
    const spare = (side) => !this.#stretch.full || this.#left(side) > 2 * AHEAD;
    if (this.#left('up') < AHEAD && spare('down')) return 'up';
    return this.#left('down') < AHEAD && spare('up') ? 'down' : null;
  }

  /** The room for the list, or the height of what is in it, changed. */
  #settle() {
    if (this.atEnd) this.node.scrollTop = this.node.scrollHeight;
    // Whatever became higher above it, in the list or over it, moves nothing that is read.
    else if (this.#stays && this.node.clientHeight) this.#hold(this.#stays);
    this.#onMove();
  }

  /** The first message in view, and where its top is. */
  #anchor() {
    const found = this.#flow.slice(this.#firstAt).find((one) => !WANDERS.has(one.shown.kind));
    if (!found) return null;
    const { key } = found.shown;
    const at = found.node.getBoundingClientRect().top;
    // One scrolls by whole pixels. Where it was meant to be stays true, or the rest of each time would
    // add up.
    const meant = this.#stays?.key === key && Math.abs(this.#stays.at - at) < 1;
    return { key, at: meant ? this.#stays.at : at };
  }

  /** Where one is: a row, and how far below the top it is; null at the end. */
  get place() {
    const found = this.#stays;
    return found && { key: found.key, at: found.at - this.node.getBoundingClientRect().top };
  }

  /** Back to where one was; false where that is not to be had. */
  toPlace({ key, at }) {
    if (!this.#reveal((one) => one.key === key)) return false;
    this.atEnd = false;
    this.#hold({ key, at: at + this.node.getBoundingClientRect().top });
    this.#moved();
    return true;
  }

  #hold({ key, at }) {
    const node = this.#rows.get(key)?.node;
    if (node) this.node.scrollTop += node.getBoundingClientRect().top - at;
  }

  /** Rows that go by under a mouse would each show their buttons, and the next frame be late for it. */
  #wheel() {
    this.#turned = performance.now();
    if (this.#moving) return;
    this.#moving = true;
    this.node.classList.add('moving');
    this.#rest(STILL);
  }

  /** The wheel's end, once it did not turn for a while: one timer, not one for each turn. */
  #rest(ms) {
    setTimeout(() => {
      const left = this.#turned + STILL - performance.now();
      if (left > 0) {
        this.#rest(left);
        return;
      }
      this.#moving = false;
      this.node.classList.remove('moving');
      equip(this.#inner.querySelector('.message:hover'));
    }, ms);
  }

  // ---- keys -------------------------------------------------------------------------------------

  /** Arrow keys go from message to message. */
  #step(event) {
    const messages = [...this.#inner.querySelectorAll('.message')];
    // From a link or a button in one, too.
    const at = messages.indexOf(document.activeElement.closest('.message'));
    const inList = document.activeElement === this.node;
    if (!inList && at < 0) return;
    let to = null;
    if (event.key === 'ArrowUp') to = inList ? messages.length - 1 : Math.max(0, at - 1);
    if (event.key === 'ArrowDown' && at >= 0) to = at + 1;
    if (to === null || !messages[to]) return;
    event.preventDefault();
    messages[to].focus();
    messages[to].scrollIntoView({ block: 'nearest' });
  }
}
