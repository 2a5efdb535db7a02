// Small parts that several views show: a person's circle, a text with its links, a room's sign.

import { hue, initials, onlyEmoji, pieces } from '../state/text.js';
import { bdi, h, hidden, icon } from './dom.js';

export function logo(size) {
  return h('img', { src: '/ui/icon.svg', alt: '', width: String(size), height: String(size) });
}

/** A circle with initials; `presence` (online, away, offline) adds a dot. */
export function avatar(id, name, presence = null) {
  return h(
    'span',
    { class: `avatar hue-${hue(id)}`, 'aria-hidden': 'true' },
    initials(name),
    presence && presence !== 'offline' && h('span', { class: `dot ${presence}` }),
  );
}

/** What somebody wrote: text, and links that open elsewhere and tell nobody where they came from. */
export function words(text) {
  const node = bdi('', onlyEmoji(text) ? 'text large' : 'text');
  for (const { text: part, link } of pieces(text)) {
    node.append(
      link ? h('a', { href: link, dir: 'ltr', target: '_blank', rel: 'noopener noreferrer' }, part) : part,
    );
  }
  return node;
}

/** What stands before a room's name: # for everybody's, a lock, or the other person, present or not. */
export function sign(room, presence) {
  if (room.kind === 'direct') {
    return avatar(room.other ?? room.id, room.name, presence);
  }
  return h('span', { class: 'sign', 'aria-hidden': 'true' }, icon(signOf(room.kind)));
}

function signOf(kind) {
  return kind === 'public' ? 'hash' : 'lock';
}

/** What a room is, in words. */
export function kindOf(room) {
  return { public: 'Public room', private: 'Private room', direct: 'Conversation' }[room.kind];
}

/** How far one's own message got: a drawing of one width, and words. */
export function progress(state, seenBy, direct) {
  const [drawing, label] = {
    waiting: ['clock', 'Waiting to be sent'],
    failed: ['alert', 'Not sent'],
    stored: ['check', 'Sent'],
    delivered: ['checks', 'Delivered'],
    seen: ['checks', direct ? 'Seen' : `Seen by ${seenBy}`],
  }[state];
  return h('span', { class: `progress ${state}`, title: label }, icon(drawing), hidden(label));
}
