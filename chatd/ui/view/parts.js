// Small parts that several views show: a person's circle, a room's sign, how far a message got.

import { at } from '../net/base.js';
import { hue, initials } from '../state/text.js';
import { t } from '../words/words.js';
import { brand } from './brand.js';
import { h, hidden, icon } from './dom.js';
import { momentWithin } from './format.js';

export function logo(size) {
  return h('img', { class: 'logo', src: brand.icon, alt: '', width: String(size), height: String(size) });
}

/**
 * The id of somebody's picture, null for none; the page says where that is known.
 * @type {(user: string) => string}
 */
let faceOf = () => null;

export function facesFrom(look) {
  faceOf = look;
}

/** A circle with a picture or initials; `presence` (online, away, offline) adds a dot. */
export function avatar(id, name, presence = null) {
  return h(
    'span',
    { class: `avatar hue-${hue(id)}`, 'aria-hidden': 'true', 'data-user': id },
    h('span', { class: 'letters' }, initials(name)),
    face(id),
    presence && presence !== 'offline' && h('span', { class: `dot ${presence}` }),
  );
}

function face(id) {
  const picture = faceOf(id);
  return picture && pictured(picture);
}

/** A picture; where it cannot be had, what lies under it shows. */
export function pictured(picture) {
  const node = h('img', {
    src: at(`/pictures/${encodeURIComponent(picture)}`),
    alt: '',
    loading: 'lazy',
    draggable: false,
    'data-picture': picture,
  });
  node.addEventListener('error', () => node.remove());
  return node;
}

/** Somebody has another picture: it is changed wherever they are shown. */
export function repaintFaces() {
  for (const node of document.querySelectorAll('.avatar[data-user]')) {
    const shown = node.querySelector('img');
    const picture = faceOf(node.dataset.user);
    if ((shown?.dataset.picture ?? null) === picture) continue;
    shown?.remove();
    if (picture) node.querySelector('.letters').after(pictured(picture));
  }
}

/** What stands before a room's name: # for everybody's, a lock, or the other person, as `called`, present or not. */
export function sign(room, presence, called = room.name) {
  if (room.kind === 'direct') {
    return avatar(room.other ?? room.id, called, presence);
  }
  return h(
    'span',
    { class: 'sign', 'aria-hidden': 'true' },
    icon(signOf(room.kind)),
    room.avatar && pictured(room.avatar),
  );
}

function signOf(kind) {
  return kind === 'public' ? 'hash' : 'lock';
}

/** What a room is, in words. */
export function kindOf(room) {
  return { public: t('Public room'), private: t('Private room'), direct: t('Conversation') }[room.kind];
}

/** Whether there is anybody to show beside a conversation: not beside one's notes. */
export function hasBeside(room, me) {
  return room.kind !== 'direct' || ((room.other ?? null) !== null && room.other !== me.user);
}

/** What that shows, in words. */
export function besideOf(room) {
  return room.kind === 'direct' ? t('Profile') : t('People in this room');
}

/**
 * Guests, who are brought into their rooms and come back to none, leave none; nor does a visitor the room
 * of a site's page, nor anybody a conversation.
 */
export function mayLeave(room, me) {
  return room.kind !== 'direct' && !me.guest && !me.single;
}

/** The emoji of somebody's status, beside their name; the words are told on pointing. */
export function mood(status) {
  if (!status?.emoji) return null;
  const { emoji, text } = status;
  return h('span', { class: 'mood', role: 'img', 'aria-label': text || emoji, title: text || null }, emoji);
}

/** "Seen" or, where it is known, "Seen 14:02". */
export function seenWords(at) {
  return at ? t('Seen {time}', { time: momentWithin(at) }) : t('Seen');
}

/** How far one's own message got: a drawing of one width, and words. */
export function progress(state, seenBy, direct, at = null) {
  const [drawing, label] = {
    waiting: ['clock', t('Waiting to be sent')],
    stored: ['check', t('Sent')],
    delivered: ['checks', t('Delivered')],
    seen: ['checks', direct ? seenWords(at) : t('Seen by {count}', { count: seenBy })],
  }[state];
  return h('span', { class: `progress ${state}`, title: label }, icon(drawing), hidden(label));
}
