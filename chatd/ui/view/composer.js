// The box where one writes: grows to eight lines, keeps a draft for each room, edits what was said.

import { fill, h, icon, iconButton } from './dom.js';

/** From so many characters left on, they are counted. */
const COUNTED = 200;

/** `wish`: send(text), edit(seq, text), typing(), typedNothing(), drafted(room), last(): one's
 * last message. */
export class Composer {
  node;
  #wish;
  #room = null;
  #editing = null;
  #limit = 4096;
  #box;
  #strip = h('div', { class: 'strip', hidden: true });
  #left = h('span', { class: 'left', role: 'status' });
  #send;
  #touch = matchMedia('(pointer: coarse)');

  constructor(wish) {
    this.#wish = wish;
    this.#box = h('textarea', {
      rows: '1',
      'aria-label': 'Message',
      enterkeyhint: 'enter',
      autocomplete: 'off',
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    this.#send = iconButton('send', 'Send', { class: 'send', onclick: () => this.#submit() });
    // A tap on the button must not take the keyboard of a phone away.
    this.#send.addEventListener('pointerdown', (event) => event.preventDefault());
    this.node = h(
      'form',
      {
        class: 'composer',
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      this.#strip,
      h('div', { class: 'box' }, this.#box, this.#left, this.#send),
    );
  }

  /** Another room, or another role in it. */
  show(room, limit) {
    this.#limit = limit ?? this.#limit;
    if (this.#room !== room) {
      this.#stopEditing();
      this.#room = room;
      this.#put(room.draft);
    }
    const may = room.role !== 'reader' && room.role !== null;
    this.#box.disabled = !may;
    this.#box.placeholder = may ? `Message ${shortened(room.name)}` : 'You can read here, but not write.';
  }

  focus() {
    if (!this.#touch.matches) this.#box.focus();
  }

  get empty() {
    return this.#box.value === '';
  }

  edit(message) {
    if (!this.#editing) this.#room.draft = this.#box.value;
    this.#editing = message;
    fill(
      this.#strip,
      h('span', {}, icon('edit'), ' Editing your message'),
      iconButton('close', 'Stop editing', { onclick: () => this.#cancel() }),
    );
    this.#strip.hidden = false;
    this.#put(message.text);
    this.#box.focus();
  }

  /** Text comes back to the box, before what is there. */
  giveBack(text) {
    this.#put([text, this.#box.value].filter(Boolean).join('\n'));
    this.#typed();
    this.#box.focus();
  }

  #put(text) {
    this.#box.value = text;
    this.#box.setSelectionRange(text.length, text.length);
    this.#fit();
  }

  #typed() {
    if (!this.#editing) this.#room.draft = this.#box.value;
    this.#wish.drafted(this.#room);
    this.#fit();
    if (this.#box.value.trim()) this.#wish.typing();
    else this.#wish.typedNothing();
  }

  #fit() {
    const box = this.#box;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
    const left = this.#limit - [...box.value].length;
    this.#left.textContent = left < COUNTED ? String(left) : '';
    this.#left.classList.toggle('over', left < 0);
    this.#send.disabled = !box.value.trim() || left < 0;
  }

  #key(event) {
    // Input methods use Enter to choose a word; some browsers tell so by the code alone.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !this.#touch.matches) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === 'ArrowUp' && this.empty) {
      const last = this.#wish.last();
      if (!last) return;
      event.preventDefault();
      this.edit(last);
    } else if (event.key === 'Escape') {
      if (this.#editing) this.#cancel();
      else this.#box.blur();
    }
  }

  #submit() {
    const text = this.#box.value.trim();
    if (!text || [...text].length > this.#limit) return;
    const editing = this.#editing;
    if (editing) {
      this.#cancel();
      if (text !== editing.text) this.#wish.edit(editing.seq, text);
      return;
    }
    this.#put('');
    this.#room.draft = '';
    this.#wish.drafted(this.#room);
    this.#wish.send(text);
  }

  #cancel() {
    this.#stopEditing();
    this.#put(this.#room.draft);
    this.#box.focus();
  }

  #stopEditing() {
    this.#editing = null;
    this.#strip.hidden = true;
  }
}

/** A placeholder is one line, and browsers do not shorten it. */
function shortened(name) {
  const letters = [...name];
  return letters.length > 24 ? `${letters.slice(0, 23).join('')}…` : name;
}
