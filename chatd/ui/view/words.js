// What somebody wrote: text, links and mentions. All of it is text, whatever it holds.

import { marked } from '../state/marking.js';
import { mentionPieces } from '../state/mentions.js';
import { hue, onlyEmoji, pieces } from '../state/text.js';
import { bdi, h } from './dom.js';

/**
 * `mentions`: ids as of the message; `me`: one's own id; `name(user)`: user names. Links open
 * elsewhere and tell nobody where they came from; those to messages of this page open here.
 */
export function words(text, { mentions = [], me = null, name = () => undefined } = {}) {
  const node = bdi('', onlyEmoji(text) ? 'text large' : 'text');
  for (const { text: part, link } of pieces(text)) {
    if (link) {
      node.append(link.startsWith(HERE) ? h('a', { href: link, dir: 'ltr' }, part) : elsewhere(link, part));
      continue;
    }
    for (const { text: rest, mention } of mentionPieces(part, mentions, name)) {
      node.append(mention ? called(rest, mention, me) : rest);
    }
  }
  return node;
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
  for (const { text: part, marked: hit } of marked(text, found)) node.append(hit ? h('mark', {}, part) : part);
  return node;
}
