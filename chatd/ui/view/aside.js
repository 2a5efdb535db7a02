// The pane beside a conversation, of who is in it: on a wide window it stays, or is put away for good; on
// a narrower one it lies over the conversation until one is done with it; on a phone it is a page.

import { ownStorage } from '../net/base.js';

/** As style/layout.css has it. */
const WIDE = matchMedia('(min-width: 1200px)');
const NARROW = matchMedia('not all and (min-width: 720px)');
const AWAY = 'aside';

export class Aside {
  #app;
  #talk;
  #node;
  #wish;
  #away = kept((storage) => storage.getItem(AWAY)) !== null;

  /**
   * `app`, `talk` and `node`: the page, the conversation and what is beside it. `wish`: up() leads back to
   * the conversation, go() to who is in it, changed() where something else is open.
   */
  constructor(app, talk, node, wish) {
    this.#app = app;
    this.#talk = talk;
    this.#node = node;
    this.#wish = wish;
    WIDE.addEventListener('change', () => this.#changed());
    NARROW.addEventListener('change', () => this.mark());
    addEventListener('keydown', (event) => this.#key(event));
    // The conversation that it lies over takes no press itself.
    talk.parentNode.addEventListener('click', ({ target }) => this.#over && target === talk.parentNode && wish.up());
  }

  get #pane() {
    return this.#app.dataset.pane === 'people';
  }

  /** Whether it lies over the conversation. */
  get #over() {
    return this.#pane && !WIDE.matches && !NARROW.matches;
  }

  /** Whether it is there at all: it may be out of view. */
  get drawn() {
    return !WIDE.matches || this.#pane || !this.#away;
  }

  /** Whether it is in view. */
  get open() {
    return WIDE.matches ? this.drawn : this.#pane;
  }

  /** The button for it was pressed. */
  toggle() {
    if (this.#pane) this.#wish.up();
    else if (WIDE.matches) this.#put(!this.#away);
    else this.#wish.go();
  }

  #put(away) {
    this.#away = away;
    kept((storage) => (away ? storage.setItem(AWAY, '1') : storage.removeItem(AWAY)));
    this.#changed();
  }

  #changed() {
    this.mark();
    this.#wish.changed();
  }

  /** One is somewhere else, or the window is: what it lies over is out of reach. */
  mark() {
    this.#talk.inert = this.#over;
  }

  /** The keyboard goes along, from and to the button that opens it. */
  follow(was) {
    const now = this.#app.dataset.pane;
    const lost = document.activeElement === document.body || this.#node.contains(document.activeElement);
    if (now === 'people' && was === 'talk') this.#node.querySelector('button')?.focus({ preventScroll: true });
    else if (now === 'talk' && was === 'people' && lost) this.#talk.querySelector('.to-people')?.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    if (!this.#pane || WIDE.matches || document.querySelector('dialog[open], :popover-open')) return;
    // The first one empties the field.
    if (event.target.value) return;
    event.preventDefault();
    this.#wish.up();
  }
}

/** A frame of another site may have no storage. */
function kept(act) {
  try {
    return act(ownStorage(localStorage)) ?? null;
  } catch {
    return null;
  }
}
