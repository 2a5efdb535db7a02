// What somebody wrote: text, links, mentions and code. All of it is text, whatever it holds.

import { codePieces } from '../state/code.js';
import { marked } from '../state/marking.js';
import { mentionPieces } from '../state/mentions.js';
import { hue, onlyEmoji, pieces } from '../state/text.js';
import { t } from '../words/words.js';
import { bdi, h } from './dom.js';

/**
 * `mentions`: ids as of the message; `me`: one's own id; `name(user)`: user names. Links open
 * elsewhere and tell nobody where they came from; those to messages of this page open here.
 */
export function words(text, { mentions = [], me = null, name = () => undefined } = {}) {
  const node = bdi('', onlyEmoji(text) ? 'text large' : 'text');
  for (const { text: plain, code, block } of codePieces(text)) {
    if (block) node.append(h('pre', { dir: 'ltr', tabindex: '0', role: 'group', 'aria-label': t('Lines of code') }, h('code', {}, code)));
    else if (code !== undefined) node.append(inline(code));
    else node.append(...linked(plain, mentions, me, name));
  }
  return node;
}

function linked(text, mentions, me, name) {
  return pieces(text).flatMap(({ text: part, link }) => {
    if (link) return [link.startsWith(HERE) ? h('a', { href: link, dir: 'ltr' }, part) : elsewhere(link, part)];
    return mentionPieces(part, mentions, name).map(({ text: rest, mention }) => (mention ? called(rest, mention, me) : rest));
  });
}

function inline(...children) {
  return h('code', { dir: 'ltr' }, children);
}

/** A text in one line of at most so many letters: strings, and code. */
export function wordsInLine(text, most) {
  const found = [];
  let left = most;
  for (const { text: plain, code, block } of codePieces(text)) {
    if (block && found.length) found.push(' ');
    const letters = [...(code ?? plain).replaceAll(/\s+/gu, ' ')];
    const shown = letters.length > left ? `${letters.slice(0, left).join('')}…` : letters.join('');
    found.push(code === undefined ? shown : inline(shown.trim()));
    if (block) found.push(' ');
    left -= letters.length;
    if (left < 0) break;
  }
  return found;
}

const HERE = `${location.origin}${location.pathname}#/room/`;

/** A link out of this page. */
export function elsewhere(href, ...children) {
  return h('a', { href, dir: 'ltr', target: '_blank', rel: 'noopener noreferrer' }, children);
}

function called(text, mention, me) {
  const self = mention === '*' || mention === me;
  return h('bdi', { dir: 'auto', class: self ? 'mention to-me' : `mention hue-${hue(mention)}` }, text);
}

/** A text with what was looked for marked in it. */
export function markedWords(text, found) {
  const node = bdi('', 'text');
  for (const { text: plain, code } of codePieces(text)) {
    const parts = marked(code ?? plain, found).map(({ text: part, marked: hit }) => (hit ? h('mark', {}, part) : part));
    node.append(...(code === undefined ? parts : [inline(parts)]));
  }
  return node;
}
