// A card that a program said: docs/cards.md. What the server let pass has this shape.

import { bdi, h } from './dom.js';
import { elsewhere } from './words.js';

const COLOURS = new Set(['grey', 'blue', 'green', 'yellow', 'red', 'violet']);

/** The card in a message's `data`, or null: other data is between the programs that use it. */
export function card(data) {
  const one = data?.['chatd.card'];
  if (typeof one?.title !== 'string') return null;
  const { title, text, color, fields = [], buttons = [], footer } = one;
  return h(
    'section',
    { class: `card-in ${COLOURS.has(color) ? color : 'grey'}`, 'aria-label': title },
    h('h4', { 'aria-level': '2' }, bdi(title)),
    text && h('p', { class: 'says', dir: 'auto' }, text),
    fields.length > 0 && h('dl', {}, fields.map(field)),
    buttons.length > 0 && h('div', { class: 'presses' }, buttons.map(button)),
    footer && h('p', { class: 'foot' }, bdi(footer)),
  );
}

function field({ name, value, short = false }) {
  return h('div', { class: short ? 'short' : '' }, h('dt', {}, bdi(name)), h('dd', { dir: 'auto' }, value));
}

function button({ label, url }) {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') return null;
  const link = elsewhere(url, bdi(label));
  link.className = 'press';
  link.title = new URL(url).host;
  return link;
}
