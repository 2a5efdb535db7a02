// The list over the box that completes @people, #rooms and :emoji:.

import { asked, choices, completed } from '../state/completion.js';
import { t } from '../words/words.js';
import { bdi, fill, h } from './dom.js';
import { avatar, sign } from './parts.js';

export class Completion {
  node = h('div', { class: 'completion', id: 'completion', role: 'listbox', 'aria-label': t('Completions'), hidden: true });
  #box;
  #known;
  #put;
  #asked = null;
  #found = [];
  #at = 0;
  /** Where the word stands that was asked for when Esc was pressed: it is left alone. */
  #refused = null;

  /** `known()`: {people, rooms, everyone}; `put({text, caret})`: the box's new content. */
  constructor(box, known, put) {
    this.#box = box;
    this.#known = known;
    this.#put = put;
    box.setAttribute('aria-autocomplete', 'list');
    box.setAttribute('aria-controls', 'completion');
  }

  get open() {
    return !this.node.hidden;
  }

  /** The text or the caret changed. */
  look() {
    const { value, selectionStart, selectionEnd } = this.#box;
    const now = selectionStart === selectionEnd ? asked(value, selectionStart) : null;
    if (now === null || now.from !== this.#refused) this.#refused = null;
    if (now === null || this.#refused !== null) {
      this.hide();
      return;
    }
    if (this.#asked?.from === now.from && this.#asked.query === now.query && this.open) return;
    this.#asked = now;
    this.#found = choices(now, this.#known());
    this.#at = 0;
    if (this.#found.length) this.#draw();
    else this.hide();
  }

  hide() {
    this.node.hidden = true;
    this.#asked = null;
    this.#box.removeAttribute('aria-activedescendant');
  }

  /** Whether a key was meant for the list. */
  key(event) {
    if (!this.open) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      this.#at = (this.#at + by + this.#found.length) % this.#found.length;
      this.#draw();
    } else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') {
      this.#choose(this.#at);
    } else if (event.key === 'Escape') {
      this.#refused = this.#asked.from;
      this.hide();
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #choose(at) {
    const { value } = this.#box;
    const choice = this.#found[at];
    const word = this.#asked;
    this.hide();
    this.#put(completed(value, word, choice));
  }

  #draw() {
    this.node.hidden = false;
    fill(this.node, this.#found.map((choice, at) => this.#option(choice, at)));
    this.#box.setAttribute('aria-activedescendant', `completion-${this.#at}`);
    this.node.children[this.#at].scrollIntoView({ block: 'nearest' });
  }

  #option(choice, at) {
    const { label, about, user, room, emoji } = choice;
    const option = h(
      'div',
      {
        class: 'option',
        id: `completion-${at}`,
        role: 'option',
        'aria-selected': String(at === this.#at),
        // The box keeps the keyboard, also that of a phone.
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => this.#choose(at),
      },
      emoji && h('span', { class: 'emoji' }, emoji),
      user && avatar(user, label),
      room && sign(room),
      !emoji && !user && !room && h('span', { class: 'sign' }, '@'),
      bdi(label, 'name'),
      about && h('small', {}, bdi(about)),
    );
    return option;
  }
}
