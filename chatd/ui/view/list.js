// The scrolling list of a conversation: rows keyed and kept, the place held while things change.

import { t } from '../words/words.js';
import { h } from './dom.js';
import { row, signature } from './message.js';
import { Stretch } from './stretch.js';

/** Pixels from the end within which one follows what comes. */
const NEAR = 80;
/** Milliseconds for which a message that was gone to is lit. */
const LIT = 2400;
/** Milliseconds, and pixels of a finger's rest, that make a long press. */
const LONG = 500;
const REST = 10;
/** Screens between what is in view and the end of what is in the document, at the least. */
const AHEAD = 1.5;

export class List {
  #stretch = new Stretch();
  #room = null;
  /** Of the stretch, as it was drawn last. */
  #drawn = -1;
  /** What is in the document, by key. */
  #rows = new Map();
  #inner = h('div', { class: 'rows' });
  /** Whether the end is in view, and what comes is followed. */
  atEnd = true;
  node;
  #wish;
  #onMove;
  #lit = null;
  #press = null;

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
        onkeydown: (event) => this.#step(event),
        onpointerdown: (event) => this.#pressed(event),
        onpointermove: (event) => this.#strayed(event),
        onpointerup: () => this.#press?.long || this.#released(),
        ontouchend: (event) => this.#lifted(event),
        onpointercancel: () => this.#released(),
        // The browser's own menu would take the finger away.
        oncontextmenu: (event) => this.#press && event.preventDefault(),
      },
      this.#inner,
    );
    new ResizeObserver(() => this.#settle()).observe(this.node);
    new ResizeObserver(() => this.#settle()).observe(this.#inner);
  }

  clear() {
    this.#stretch.clear();
    this.#rows.clear();
    this.#inner.replaceChildren();
    this.atEnd = true;
  }

  /** Shows the rows of `timeline.rows`; those that stay the same keep their nodes. */
  draw(shown, room) {
    this.#room = room;
    this.#stretch.set(shown, this.atEnd);
    this.#render();
  }

  #render() {
    const room = this.#room;
    const anchor = this.atEnd ? null : this.#anchor();
    const next = new Map();
    this.#drawn = this.#stretch.version;
    const shown = this.#stretch.rows;
    // The day of the first of them is known, wherever it began.
    const day = shown[0]?.kind === 'day' ? null : this.#stretch.above(({ kind }) => kind === 'day');
    for (const one of day ? [day, ...shown] : shown) {
      const now = signature(one, room);
      const known = this.#rows.get(one.key);
      const same = known?.signature === now;
      const node = same ? known.node : row(one, room, this.#wish);
      if (known && !same) replace(known.node, node);
      if (this.#lit && one.message?.seq === this.#lit.seq) node.classList.add('lit');
      next.set(one.key, { node, signature: now, shown: one });
    }
    for (const [key, { node }] of this.#rows) if (!next.has(key)) node.remove();
    let place = this.#inner.firstChild;
    for (const { node } of next.values()) {
      if (node === place) place = place.nextSibling;
      else this.#inner.insertBefore(node, place);
    }
    this.#rows = next;
    if (anchor) this.#hold(anchor);
    else if (this.atEnd) this.node.scrollTop = this.node.scrollHeight;
  }

  toEnd() {
    this.atEnd = true;
    if (!this.#stretch.atEnd) this.#stretch.toEnd();
    this.#render();
  }

  /** Puts a row a third from the top. */
  toRow(key) {
    if (!this.#reveal((one) => one.key === key)) return false;
    const { node } = this.#rows.get(key);
    const top = node.getBoundingClientRect().top - this.node.getBoundingClientRect().top;
    this.node.scrollTop += top - this.node.clientHeight / 3;
    this.#moved();
    return true;
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
    const messages = [...this.#rows.values()].map(({ node }) => node).filter((node) => node.dataset.seq);
    const half = (node) => {
      const { top, height } = node.getBoundingClientRect();
      return top + height / 2;
    };
    const last = messages.findLast((node) => half(node) <= view.bottom);
    const first = messages.find((node) => half(node) >= view.top);
    return first && last ? { first: Number(first.dataset.seq), last: Number(last.dataset.seq) } : null;
  }

  /** A hole that is about to be seen: {before, after, fromAbove}, or null. */
  get gap() {
    const view = this.node.getBoundingClientRect();
    for (const { node, shown } of this.#rows.values()) {
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
    const top = this.node.getBoundingClientRect().top;
    const at = this.#stretch.all.indexOf(this.#first(top)?.shown);
    return this.#stretch.all.some((one, place) => one.kind === 'gap' && place > at);
  }

  /** The line above what is unread, where that is further up than what is in view; else null. */
  get unreadAbove() {
    const { all } = this.#stretch;
    const at = all.findIndex(({ kind }) => kind === 'unread');
    if (at < 0) return null;
    const first = this.#first(this.node.getBoundingClientRect().top);
    return first && all.indexOf(first.shown) > at ? all[at] : null;
  }

  /** The first row that reaches below `top`, days aside: those are always in view. */
  #first(top) {
    for (const one of this.#rows.values()) {
      if (one.shown.kind !== 'day' && one.node.getBoundingClientRect().bottom > top) return one;
    }
    return undefined;
  }

  /** Whether the beginning of what is loaded is close. */
  get nearTop() {
    return this.#stretch.atTop && this.node.scrollTop < AHEAD * this.node.clientHeight;
  }

  #moved() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    const below = scrollHeight - scrollTop - clientHeight;
    this.atEnd = this.#stretch.atEnd && below <= NEAR;
    if (!this.#stretch.atTop && scrollTop < AHEAD * clientHeight) this.#stretch.up();
    else if (!this.#stretch.atEnd && below < AHEAD * clientHeight) this.#stretch.down();
    if (this.#stretch.version !== this.#drawn) this.#render();
    this.#onMove();
  }

  /** The room for the list, or the height of what is in it, changed. */
  #settle() {
    if (this.atEnd) this.node.scrollTop = this.node.scrollHeight;
    this.#onMove();
  }

  /** The first message in view, and where its top is. */
  #anchor() {
    const top = this.node.getBoundingClientRect().top;
    for (const [key, { node }] of this.#rows) {
      const box = node.getBoundingClientRect();
      if (box.bottom > top && !/^(?:more|start|(?:gap|day) .*)$/u.test(key)) return { key, at: box.top };
    }
    return null;
  }

  #hold({ key, at }) {
    const node = this.#rows.get(key)?.node;
    if (node) this.node.scrollTop += node.getBoundingClientRect().top - at;
  }

  // ---- fingers ----------------------------------------------------------------------------------

  /** A finger that rests on a message wants to know what can be done with it. */
  #pressed(event) {
    this.#released();
    const message = event.target.closest('.message');
    if (event.pointerType !== 'touch' || !message || event.target.closest('a, button')) return;
    const press = { x: event.clientX, y: event.clientY, long: null };
    press.timer = setTimeout(() => {
      press.long = message;
      message.focus({ preventScroll: true });
    }, LONG);
    this.#press = press;
  }

  #strayed({ clientX, clientY }) {
    if (!this.#press) return;
    if (Math.hypot(clientX - this.#press.x, clientY - this.#press.y) > REST) this.#released();
  }

  #lifted(event) {
    const message = this.#press?.long;
    if (!message) return;
    this.#released();
    // Letting go is no tap on what comes under the finger, and closes what is open before that.
    event.preventDefault();
    setTimeout(() => message.querySelector('.tools button:last-child')?.click());
  }

  #released() {
    clearTimeout(this.#press?.timer);
    this.#press = null;
  }

  // ---- keys -------------------------------------------------------------------------------------

  /** Arrow keys go from message to message. */
  #step(event) {
    const messages = [...this.#inner.querySelectorAll('.message')];
    const at = messages.indexOf(document.activeElement);
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

/** In the same place, with the keyboard's focus where it was. */
function replace(old, node) {
  const focused = old.contains(document.activeElement);
  old.replaceWith(node);
  if (focused) node.focus();
}
