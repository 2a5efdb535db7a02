// The left half: a command chosen from the schema, its frame as text, its fields beside it.

import { append, fill, h } from '../view/dom.js';
import { KEPT } from './schema.js';

const FIRST = 'rooms';

export class Editor {
  #schema;
  #send;
  #next = 1;
  /** Values to begin with, by field: what was said last. */
  #known = { room: '#tea', user: '@alice', text: 'hello', name: 'Tea', slug: 'tea', emoji: '👍', seq: 1 };
  #text;
  #choice;
  #keeps;
  #problem;
  #fields;
  #about;
  #button;
  #online = false;

  /** `send(text)` returns whether it could. */
  constructor(schema, send) {
    this.#schema = schema;
    this.#send = send;
    this.node = this.#build();
    this.choose(FIRST);
  }

  /** A frame arrived: the rooms and seqs it names are used for what comes next. */
  heard(data) {
    try {
      const { type, room, seq, rooms } = JSON.parse(data);
      const id = room?.room ?? (typeof room === 'string' ? room : rooms?.[0]?.room);
      if (id) this.#known.room = id;
      if (type === 'message' && seq) this.#known.seq = seq;
    } catch {
      // Then it teaches nothing.
    }
  }

  connected(yes) {
    this.#online = yes;
    this.#check();
  }

  /** The command's frame, with what it needs filled in. */
  choose(type) {
    this.#choice.value = type;
    const frame = { type, id: this.#next };
    if (this.#schema.isKeyed(type)) frame.key = key();
    for (const { name, needed } of this.#schema.fields(type)) {
      if (needed) frame[name] = this.#schema.example(type, name, this.#known);
    }
    this.#write(frame);
    this.#describe(type);
  }

  #build() {
    const types = [...this.#schema.commands.keys()];
    this.#choice = h(
      'select',
      { id: 'command', onchange: () => this.choose(this.#choice.value) },
      types.map((type) => h('option', { value: type }, type)),
    );
    this.#text = h('textarea', {
      id: 'frame',
      spellcheck: 'false',
      autocomplete: 'off',
      autocapitalize: 'none',
      'aria-describedby': 'problem',
      oninput: () => this.#check(),
      onkeydown: (event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          this.#submit();
        }
      },
    });
    this.#keeps = h('input', { type: 'checkbox', id: 'keeps' });
    this.#problem = h('p', { id: 'problem', role: 'status' });
    this.#button = h('button', { type: 'submit', class: 'main' }, 'Send');
    this.#about = h('p', { class: 'about' });
    this.#fields = h('div', { class: 'fields' });
    return h(
      'section',
      { class: 'editor', 'aria-label': 'A frame to send' },
      h(
        'form',
        {
          onsubmit: (event) => {
            event.preventDefault();
            this.#submit();
          },
        },
        h('label', { for: 'command' }, 'Command'),
        this.#choice,
        h('label', { for: 'frame' }, 'Frame'),
        this.#text,
        this.#problem,
        h(
          'div',
          { class: 'doing' },
          this.#button,
          h('button', { type: 'button', onclick: () => this.#tidy() }, 'Format'),
          h('label', { class: 'tick', title: 'To see what a retry gets' }, this.#keeps, 'Keep id and key'),
        ),
      ),
      this.#about,
      this.#fields,
    );
  }

  #describe(type) {
    fill(this.#about, code(this.#schema.about(type)));
    const rows = this.#schema.fields(type).map(({ name, type: words, note, needed }) =>
      h(
        'li',
        {},
        h(
          'button',
          {
            type: 'button',
            class: 'field-name',
            title: `Put ${name} into the frame`,
            onclick: () => this.#insert(name),
          },
          name,
        ),
        h('span', { class: 'kind' }, words),
        h('span', { class: needed ? 'needed' : 'optional' }, needed ? 'required' : 'optional'),
        note && h('span', { class: 'note' }, code(note)),
      ),
    );
    fill(
      this.#fields,
      h('h2', {}, 'Fields'),
      rows.length ? h('ul', {}, rows) : h('p', { class: 'hint' }, 'None of its own.'),
      h(
        'p',
        { class: 'hint' },
        'Every frame has a ',
        h('code', {}, 'type'),
        ' and an ',
        h('code', {}, 'id'),
        ', which its answer repeats',
        this.#schema.isKeyed(type) ? [', this one a ', h('code', {}, 'key'), ' too: sent again with the same, it counts once.'] : '.',
      ),
    );
  }

  #insert(name) {
    const frame = this.#parsed();
    const type = this.#choice.value;
    if (!frame || name in frame) {
      this.#text.focus();
      return;
    }
    this.#write({ ...frame, [name]: this.#schema.example(type, name, this.#known) });
    this.#text.focus();
  }

  #tidy() {
    const frame = this.#parsed();
    if (frame) this.#write(frame);
  }

  #submit() {
    const text = this.#text.value;
    if (!this.#send(text)) {
      this.#check();
      return;
    }
    const frame = this.#parsed();
    if (!frame || this.#keeps.checked) return;
    this.#next = Math.max(this.#next, Number.isSafeInteger(frame.id) ? frame.id : 0) + 1;
    const next = { ...frame, id: this.#next };
    if ('key' in next) next.key = key();
    this.#write(next);
  }

  #parsed() {
    try {
      const frame = JSON.parse(this.#text.value);
      return frame && typeof frame === 'object' && !Array.isArray(frame) ? frame : null;
    } catch {
      return null;
    }
  }

  #write(frame) {
    // What is kept filled in stands first, on one line: one reads it least.
    const lines = Object.entries(frame).map(([name, value]) => `${JSON.stringify(name)}: ${shown(value)}`);
    const kept = lines.filter((_, index) => KEPT.has(Object.keys(frame)[index]));
    const own = lines.filter((_, index) => !KEPT.has(Object.keys(frame)[index]));
    this.#text.value = `{\n${[kept.join(', '), ...own].map((line) => `  ${line}`).join(',\n')}\n}`;
    this.#text.rows = Math.max(7, this.#text.value.split('\n').length + 1);
    this.#check();
  }

  #check() {
    let problem = '';
    try {
      JSON.parse(this.#text.value);
    } catch (error) {
      problem = `No JSON yet: ${error.message}`;
    }
    fill(this.#problem, problem || (this.#online ? '' : 'Connect first.'));
    this.#problem.classList.toggle('wrong', Boolean(problem));
    // What is broken may be sent as well, to see what the server says to it.
    this.#button.disabled = !this.#online;
    fill(this.#button, problem ? 'Send as it is' : 'Send');
  }
}

function shown(value) {
  return JSON.stringify(value, null, 2).replace(/\n/gu, '\n  ');
}

function key() {
  return `try-${crypto.randomUUID().slice(0, 8)}`;
}

/** Text with `words` set as code. */
function code(text) {
  return append(
    h('span'),
    text.split('`').map((part, index) => (index % 2 ? h('code', {}, part) : part)),
  );
}
