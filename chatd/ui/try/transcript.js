// The right half: every frame of the connection as it went, newest last.

import { fill, h } from '../view/dom.js';
import { CLOSES, CODES } from '../wire.js';

/** Most rows kept; the oldest go. */
const KEPT = 1000;

export class Transcript {
  #rows = [];
  #list = h('ol', { class: 'frames', tabindex: 0, 'aria-label': 'Frames, the newest last' });
  #ears = h('p', { class: 'ears', role: 'status' });
  #filter;
  #beats;
  #pause;
  #note = h('p', { class: 'hint' });
  #paused = false;
  #held = [];
  #dropped = 0;
  /** Whether the newest is in view, and stays so. */
  #follows = true;
  #size = '';

  constructor() {
    this.#list.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#list;
      // What moves because the window was resized is nobody's wish.
      if (this.#size === this.#measure()) this.#follows = scrollHeight - scrollTop - clientHeight < 40;
    });
    new ResizeObserver(() => {
      this.#size = this.#measure();
      this.#follow();
    }).observe(this.#list);
    this.#filter = h('input', {
      type: 'search',
      id: 'filter',
      placeholder: 'Filter',
      'aria-label': 'Show only frames with this text',
      oninput: () => this.#refilter(),
    });
    this.#beats = h('input', { type: 'checkbox', onchange: () => this.#refilter() });
    this.#pause = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.#turn() }, 'Pause');
    const copy = h('button', { type: 'button', onclick: () => this.#copy(copy) }, 'Copy');
    this.node = h(
      'section',
      { class: 'transcript', 'aria-label': 'Transcript' },
      h(
        'div',
        { class: 'tools' },
        this.#filter,
        h('label', { class: 'tick' }, this.#beats, 'Heartbeats'),
        this.#pause,
        copy,
        h('button', { type: 'button', onclick: () => this.#clear() }, 'Clear'),
      ),
      this.#list,
      this.#note,
      this.#ears,
    );
    this.#tell();
  }

  sent(text) {
    this.#add({ way: 'out', text });
  }

  received(text) {
    this.#add({ way: 'in', text });
  }

  closed(code, reason) {
    const known = CLOSES[code];
    const word = known ? ` ${known.word}` : '';
    this.#add({ way: 'end', text: `closed: ${code}${word}${reason ? `, “${reason}”` : ''}`, meaning: known?.meaning });
  }

  #add({ way, text, meaning = '' }) {
    const row = { way, text, meaning, at: new Date(), type: '', wrong: way === 'end' };
    try {
      const frame = JSON.parse(text);
      row.type = typeof frame?.type === 'string' ? frame.type : '';
      if (way === 'in' && row.type === 'error') {
        row.wrong = true;
        row.meaning = CODES[frame.code]?.meaning ?? '';
        fill(this.#ears, `Refused: ${frame.message}`);
      }
    } catch {
      row.type = way === 'end' ? '' : 'no JSON';
    }
    if (this.#paused) {
      this.#held.push(row);
      if (this.#held.length > KEPT) this.#held.shift();
      this.#tell();
    } else {
      this.#put([row]);
    }
  }

  #put(rows) {
    for (const row of rows) {
      row.node = draw(row);
      row.node.hidden = !this.#fits(row);
      this.#rows.push(row);
      this.#list.append(row.node);
    }
    while (this.#rows.length > KEPT) {
      this.#rows.shift().node.remove();
      this.#dropped += 1;
    }
    this.#follow();
    this.#tell();
  }

  #measure() {
    return `${this.#list.clientWidth} ${this.#list.clientHeight}`;
  }

  #follow() {
    if (this.#follows) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #fits({ type, text }) {
    if (type === 'heartbeat' && !this.#beats.checked) return false;
    return text.toLowerCase().includes(this.#filter.value.trim().toLowerCase());
  }

  #refilter() {
    for (const row of this.#rows) row.node.hidden = !this.#fits(row);
    this.#follows = true;
    this.#follow();
    this.#tell();
  }

  #turn() {
    this.#paused = !this.#paused;
    this.#pause.setAttribute('aria-pressed', String(this.#paused));
    fill(this.#pause, this.#paused ? 'Go on' : 'Pause');
    if (!this.#paused) this.#put(this.#held.splice(0));
    this.#tell();
  }

  #clear() {
    this.#rows = [];
    this.#held = [];
    this.#dropped = 0;
    fill(this.#list);
    this.#tell();
  }

  async #copy(button) {
    const lines = this.#rows
      .filter((row) => !row.node.hidden)
      .map(({ at, way, text }) => `${at.toISOString()} ${{ in: '<', out: '>', end: '-' }[way]} ${text}`);
    try {
      await navigator.clipboard.writeText(`${lines.join('\n')}\n`);
      fill(button, 'Copied');
    } catch {
      fill(button, 'Not allowed');
    }
    setTimeout(() => fill(button, 'Copy'), 1500);
  }

  #tell() {
    const shown = this.#rows.filter((row) => !row.node.hidden).length;
    const parts = [];
    if (this.#rows.length === 0) parts.push('Nothing was said yet.');
    else if (shown < this.#rows.length) parts.push(`${shown} of ${this.#rows.length} frames shown.`);
    if (this.#dropped) parts.push(`${this.#dropped} older ones are not kept.`);
    if (this.#paused) parts.push(`Paused; ${this.#held.length} waiting.`);
    fill(this.#note, parts.join(' '));
    this.#note.hidden = parts.length === 0;
  }
}

const SIGNS = { in: '↓', out: '↑', end: '×' };
const WORDS = { in: 'received', out: 'sent', end: 'closed' };

function draw({ way, text, meaning, at, type, wrong }) {
  const body = h('code', { class: 'body' }, text);
  const time = at.toLocaleTimeString('en-GB', { hour12: false });
  const whole = pretty(text);
  let open = false;
  const head = h(
    'button',
    {
      type: 'button',
      class: 'head',
      disabled: whole === null,
      'aria-expanded': whole === null ? null : 'false',
      onclick: () => {
        open = !open;
        head.setAttribute('aria-expanded', String(open));
        fill(body, open ? whole : text);
      },
    },
    h('span', { class: 'way', title: WORDS[way] }, SIGNS[way], h('span', { class: 'ears' }, WORDS[way])),
    h('time', { datetime: at.toISOString() }, `${time}.${String(at.getMilliseconds()).padStart(3, '0')}`),
    h('span', { class: 'type' }, type),
  );
  return h(
    'li',
    { class: `${way}${wrong ? ' refused' : ''}` },
    head,
    body,
    meaning && h('p', { class: 'meaning' }, meaning),
  );
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}
