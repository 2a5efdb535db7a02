// The words of a notification that a push becomes. Names and texts come from others: they are shown
// as text by the system, and cut where they are long.

import { many, t } from '../words/words.js';

/** What notifications of a room are known by: a later one takes the place of the one before. */
export const TAG = 'room ';
/** Characters of a title and of a body: more than any system shows. */
const TITLE = 80;
const BODY = 300;

/** What a message carries besides words, or in their place. */
const CARRIED = Object.freeze({
  __proto__: null,
  picture: (name) => t('{name} sent a picture', { name }),
  file: (name) => t('{name} sent a file', { name }),
});

/** {title, body} for what a push tells; null stands for one that could not be read. `server`: its name. */
export function sentence(push, server = 'chatd') {
  if (push === null) return { title: server, body: t('There is something new. Open the page to see it.') };
  const { author = '', carries = '', kind, name = '', reason, text = '', unread = 1 } = push;
  const who = author || push.from || t('Somebody');
  const more = unread > 1 ? many(unread, '{count} unread message', '{count} unread messages') : '';
  const sent = CARRIED[carries]?.(who) ?? '';
  if (kind === 'direct') return shown(who, text || sent || more || t('New message'));
  const said = reason === 'mention' ? t('{name} mentioned you', { name: who }) : sent || t('New message from {name}', { name: who });
  return shown(name || t('A room'), text ? `${who}: ${text}` : [said, more].filter(Boolean).join(' · '));
}

function shown(title, body) {
  return { title: cut(title, TITLE), body: cut(body, BODY) };
}

function cut(text, most) {
  const letters = [...String(text)];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : letters.join('');
}
