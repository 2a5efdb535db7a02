// The box where one writes: grows to eight lines, keeps a draft for each room, answers, edits what was
// said, takes files along, and says why one cannot write where one cannot.

import { number, parts, t } from '../words/words.js';
import { Completion } from './completion.js';
import { bdi, fill, h, icon, iconButton } from './dom.js';
import { wait } from './format.js';
import { pickEmoji } from './picker.js';
import { line } from './quote.js';

/** From so many characters left on, they are counted. */
const COUNTED = 200;

const CLOSED = {
  archived: () => t('This room is archived. It can be read, but nobody writes here any more.'),
  reader: () => t('You can read here, but not write.'),
  posting: (room) =>
    room.posting === 'owner'
      ? t('Only owners write here. You can read and react.')
      : t('Only moderators write here. You can read and react.'),
};

/**
 * `wish`: send(text, more), edit(seq, text), typing(), typedNothing(), drafted(room), last(): one's
 * last message, known(): what completes words, quoted(seq): a message, goTo(seq), later(text, replyTo):
 * true once it waits for its time, take(files), taken(room): those that go with a message, null
 * where they cannot, files(place, room, after): shows those of a room.
 */
export class Composer {
  node;
  #wish;
  #room = null;
  #editing = null;
  #limit = 4096;
  #box;
  #frame;
  #completion;
  #strip = h('div', { class: 'strip', hidden: true });
  #closed = h('p', { class: 'closed', hidden: true });
  #left = h('span', { class: 'left', role: 'status' });
  #send;
  #later;
  #clip;
  #chips = h('div');
  #timer = null;
  #touch = matchMedia('(pointer: coarse)');

  constructor(wish) {
    this.#wish = wish;
    this.#box = h('textarea', {
      rows: '1',
      'aria-label': t('Message'),
      enterkeyhint: 'enter',
      autocomplete: 'off',
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
      onselect: () => this.#completion.look(),
      onclick: () => this.#completion.look(),
      onkeyup: (event) => this.#moved(event),
      onblur: () => this.#completion.hide(),
    });
    this.#completion = new Completion(this.#box, wish.known, (content) => this.#completed(content));
    this.#send = iconButton('send', t('Send'), { class: 'send', onclick: () => this.#submit() });
    const smile = iconButton('smile', t('Emoji'), { class: 'tool', onclick: () => this.#smile(smile) });
    this.#later = iconButton('clock', t('Send later'), { class: 'tool', hidden: true, onclick: () => this.#schedule() });
    const choose = h('input', { type: 'file', multiple: true, hidden: true });
    choose.addEventListener('change', () => {
      wish.take([...choose.files]);
      choose.value = '';
    });
    this.#clip = iconButton('clip', t('Add files'), { class: 'tool', hidden: true, onclick: () => choose.click() });
    // A window of another width breaks lines elsewhere.
    let width = 0;
    // In the next frame: what an observer of sizes changes itself is reported as a loop.
    const fit = () => width !== (width = this.#box.clientWidth) && requestAnimationFrame(() => this.#fit());
    new ResizeObserver(fit).observe(this.#box);
    // A tap on the button must not take the keyboard of a phone away.
    this.#send.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#frame = h('div', { class: 'box' }, this.#clip, choose, this.#box, this.#left, smile, this.#later, this.#send);
    this.node = h(
      'form',
      {
        class: 'composer',
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      this.#completion.node,
      this.#strip,
      this.#chips,
      this.#frame,
      this.#closed,
    );
  }

  /** Another room, or another role in it; `called`: its name for whoever writes; `files`: whether some may come along. */
  show(room, limit, called = room.name, files = false) {
    this.#limit = limit ?? this.#limit;
    const other = this.#room !== room;
    if (other) {
      this.#stopEditing();
      this.#room = room;
      this.#put(room.draft);
    }
    const why = room.closedTo;
    this.#box.disabled = Boolean(why);
    this.#frame.hidden = Boolean(why);
    this.#closed.hidden = !why;
    fill(this.#closed, why && [icon('lock'), CLOSED[why](room)]);
    this.#clip.hidden = !files;
    const to = { room: shortened(called) };
    const slow = room.slow && !room.moderates;
    this.#box.placeholder = slow ? t('Message {room}, one every {wait}', { ...to, wait: wait(room.slow) }) : t('Message {room}', to);
    this.#drawStrip();
    this.#fit();
  }

  focus() {
    if (!this.#touch.matches) this.#box.focus();
  }

  get empty() {
    return this.#box.value === '';
  }

  /** Somebody is in the middle of writing here. */
  get busy() {
    return document.activeElement === this.#box && !this.empty;
  }

  /** The draft of this room changed elsewhere. */
  refresh() {
    if (this.#editing || !this.#room) return;
    if (this.#box.value !== this.#room.draft) this.#put(this.#room.draft);
    this.#drawStrip();
    this.#fit();
  }

  edit(message) {
    if (!this.#editing) this.#room.draft = this.#box.value;
    this.#editing = message;
    this.#drawStrip();
    this.#put(message.text);
    this.#box.focus();
  }

  /** The next message answers this one. */
  reply(message) {
    if (this.#editing) this.#cancel();
    this.#answers(message.seq);
    this.#box.focus();
  }

  /** Text comes back to the box, before what is there. */
  giveBack(text, replyTo = null) {
    if (replyTo !== null) this.#answers(replyTo);
    this.#put([text, this.#box.value].filter(Boolean).join('\n'));
    this.#typed();
    this.#box.focus();
  }

  /** What is known of the message that is answered, or of the time to wait, changed. */
  update() {
    if (!this.#room) return;
    this.#drawStrip();
    this.#fit();
  }

  #answers(seq) {
    this.#room.replyTo = seq;
    this.#wish.drafted(this.#room);
    this.#drawStrip();
  }

  #drawStrip() {
    const { replyTo } = this.#room;
    this.#wish.files(this.#chips, this.#editing || this.#room.closedTo ? null : this.#room, () => this.#box.focus());
    this.#strip.hidden = !this.#editing && replyTo === null;
    if (this.#editing) {
      fill(
        this.#strip,
        icon('edit'),
        h('span', { class: 'what' }, t('Editing your message')),
        iconButton('close', t('Stop editing'), { onclick: () => this.#cancel() }),
      );
    } else if (replyTo !== null) {
      const message = this.#wish.quoted(replyTo);
      fill(
        this.#strip,
        icon('reply'),
        h(
          'button',
          { type: 'button', class: 'what', title: t('Go to the message'), onclick: () => this.#wish.goTo(replyTo) },
          message ? [parts('Replying to {name}', { name: bdi(message.name, 'author') }), ' · ', bdi(line(message))] : t('Replying to a message'),
        ),
        iconButton('close', t('Do not reply'), {
          onclick: () => {
            this.#answers(null);
            this.#box.focus();
          },
        }),
      );
    }
  }

  #put(text) {
    this.#box.value = text;
    this.#frame.classList.remove('tall');
    this.#box.setSelectionRange(text.length, text.length);
    this.#completion.hide();
    this.#fit();
  }

  #typed() {
    if (!this.#editing) this.#room.draft = this.#box.value;
    this.#wish.drafted(this.#room);
    this.#fit();
    this.#completion.look();
    if (this.#box.value.trim()) this.#wish.typing();
    else this.#wish.typedNothing();
  }

  #completed({ text, caret }) {
    this.#box.value = text;
    this.#box.setSelectionRange(caret, caret);
    this.#box.focus();
    this.#typed();
  }

  #smile(button) {
    const { selectionStart, selectionEnd } = this.#box;
    const choose = (emoji) => {
      this.#box.setRangeText(emoji, selectionStart, selectionEnd, 'end');
      this.#box.focus();
      this.#typed();
    };
    pickEmoji(button, choose, { whole: true });
  }

  #fit() {
    const box = this.#box;
    box.style.height = 'auto';
    // An empty box has the height of its one row: no layout is asked for.
    if (box.value) this.#stretch();
    else this.#frame.classList.remove('tall');
    const left = this.#limit - [...box.value].length;
    const waits = this.#waits();
    this.#left.textContent = waits ? t('Wait {wait}', { wait: wait(waits) }) : left < COUNTED ? number(left) : '';
    this.#left.classList.toggle('over', left < 0);
    this.#send.disabled = !this.#said || left < 0 || waits > 0;
    // What waits for its time has no files.
    this.#later.hidden = !box.value.trim() || left < 0 || this.#editing !== null || this.#files.length > 0;
  }

  /**
   * As high as its text. Once that is more than one line it stays `tall` until it is empty: on a phone
   * the buttons are below it then, and it would be one line again with each word taken back.
   */
  #stretch() {
    const box = this.#box;
    if (box.scrollHeight > box.clientHeight + 1) this.#frame.classList.add('tall');
    box.style.height = `${box.scrollHeight}px`;
  }

  /** What goes with the message that is written, or is a part of the one that is edited. */
  get #files() {
    return (this.#editing ? this.#editing.files : this.#room?.chips) ?? [];
  }

  get #said() {
    return this.#box.value.trim() !== '' || this.#files.length > 0;
  }

  /** Seconds until slow mode lets one write again; counted down while there are some. */
  #waits() {
    const waits = this.#editing ? 0 : Math.max(0, (this.#room?.waitsUntil ?? 0) - Date.now()) / 1000;
    if (!waits) {
      clearInterval(this.#timer);
      this.#timer = null;
    } else {
      this.#timer ??= setInterval(() => this.#fit(), 500);
    }
    return waits;
  }

  /** The caret went elsewhere, by a key that writes nothing. */
  #moved(event) {
    if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) this.#completion.look();
  }

  #key(event) {
    // Input methods use Enter to choose a word; some browsers tell so by the code alone.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#completion.key(event)) return;
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
      else if (this.#room.replyTo !== null) this.#answers(null);
      else this.#box.blur();
    }
  }

  #submit() {
    const text = this.#box.value.trim();
    if (!this.#said || [...text].length > this.#limit || this.#waits()) return;
    const editing = this.#editing;
    if (editing) {
      this.#cancel();
      if (text !== editing.text) this.#wish.edit(editing, text);
      return;
    }
    const { replyTo } = this.#room;
    const files = this.#wish.taken(this.#room);
    if (files === null) return;
    this.#room.draft = '';
    this.#room.replyTo = null;
    this.#put('');
    this.#drawStrip();
    this.#wish.drafted(this.#room);
    this.#wish.send(text, { ...(replyTo !== null && { reply_to: replyTo }), ...(files.length && { files }) });
  }

  /** Says it later: once it is kept for then, the box is empty. */
  async #schedule() {
    const room = this.#room;
    const text = this.#box.value.trim();
    if (!(await this.#wish.later(text, room.replyTo))) return;
    room.draft = '';
    room.replyTo = null;
    this.#wish.drafted(room);
    if (this.#room !== room) return;
    this.#put('');
    this.#drawStrip();
    this.focus();
  }

  #cancel() {
    this.#stopEditing();
    this.#put(this.#room.draft);
    this.#drawStrip();
    this.#box.focus();
  }

  #stopEditing() {
    this.#editing = null;
  }
}

/** A placeholder is one line, and browsers do not shorten it. */
function shortened(name) {
  const letters = [...name];
  return letters.length > 24 ? `${letters.slice(0, 23).join('')}…` : name;
}
