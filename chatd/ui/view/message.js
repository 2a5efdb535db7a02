// One row of a conversation.

import { direction } from '../state/text.js';
import { parts, t } from '../words/words.js';
import { attached, keepPictures } from './attached.js';
import { card } from './card.js';
import { chips } from './reactions.js';
import { bdi, h, hidden, icon, iconButton } from './dom.js';
import { dayName, exactly, shortTime, time } from './format.js';
import { said, together } from './notes.js';
import { avatar, progress } from './parts.js';
import { readersHere } from './readers.js';
import { forwarded, quote } from './quote.js';
import { words } from './words.js';

/** Rows that nobody pointed at yet, and what gives them what they lack. */
const bare = new WeakMap();

/**
 * The node for a row of `rows`. `room`: the room; `wish`: me (one's own id), name(user), reply(message),
 * react(message, emoji, on), pick(anchor, message), more(anchor, message), reactors(message),
 * goTo(seq), show(user), retry(key), takeBack(key), discard(key), before(seq): what its buttons ask for.
 */
export function row(shown, room, wish) {
  switch (shown.kind) {
    case 'start':
      return start(shown, room, wish);
    case 'more':
      return h('div', { class: 'more', 'aria-hidden': 'true' }, t('Loading earlier messages…'));
    case 'apart':
      return h('p', { class: 'apart' }, apart());
    case 'day':
      return day(shown, wish);
    case 'unread':
      return h('div', { class: 'new', role: 'separator' }, h('span', {}, t('New')));
    case 'gap':
      return gap(shown, wish);
    case 'note':
      return h('p', { class: 'note' }, together(shown.notes).map((note, at) => [at > 0 && ' · ', said(note, wish)]));
    default:
      return shown.blocked ? unwanted(shown, wish) : message(shown, room, wish);
  }
}

/** Why there are no messages, and what becomes of those that one writes. */
export const apart = () =>
  t('The messages of this room come as soon as the server can be reached. What you write now is kept, and sent then.');

function day({ at }, wish) {
  const name = dayName(at);
  const props = { type: 'button', title: t('Go to a day'), 'aria-label': t('{day}. Go to a day', { day: name }), onclick: () => wish.jump(at) };
  return h('div', { class: 'day' }, h('button', props, name));
}

/** What of a row its node depends on: as long as this stays the same, so does the node. */
export function signature(shown, room) {
  switch (shown.kind) {
    case 'message': {
      const { message: one, first, state, seenBy, quote: answered, reactions } = shown;
      const about = [one.text, one.files?.map(look), one.name, shown.called, one.edited, one.deleted, one.failed, one.final, one.seq, one.at];
      const more = [one.data, one.mentions, answered?.text, answered?.files?.length, answered?.deleted, answered === null, answered?.name];
      const names = [shown.hereCalled, shown.quoteCalled, shown.viaCalled];
      const around = [first, state, seenBy, shown.here, shown.pinned, shown.blocked, shown.quoteBlocked, room.mayReact, one.failed && room.closedTo];
      return JSON.stringify([about, more, names, around, reactions]);
    }
    case 'day':
      return dayName(shown.at);
    case 'start':
      return JSON.stringify([shown.empty, room.moderates, room.closedTo, shown.called]);
    case 'note':
      return JSON.stringify(shown.notes.map((note) => [note.name, note.user_name]));
    default:
      return '';
  }
}

function start({ empty, called }, room, wish) {
  const text =
    room.kind === 'direct'
      ? parts('This is the beginning of your conversation with {name}. Say hello.', { name: bdi(called) })
      : parts('This is the beginning of {room}.', { room: bdi(room.name) });
  return h(
    'div',
    { class: 'start' },
    room.kind === 'direct'
      ? avatar(room.other ?? room.id, called)
      : h('span', { class: 'emblem' }, icon(room.kind === 'public' ? 'hash' : 'lock')),
    h('h2', {}, bdi(called)),
    h('p', {}, text),
    empty && room.kind !== 'direct' && begin(room, wish),
  );
}

/** Nothing was said here yet: what one can do about it. */
function begin(room, wish) {
  const words = room.closedTo ? t('Nobody has said anything here yet.') : t('Nobody has said anything here yet. Say the first word below.');
  const add = room.moderates && !room.archived && h('button', { type: 'button', onclick: () => wish.add(room) }, t('Add people'));
  return [h('p', {}, words), add && h('div', { class: 'choices' }, add)];
}

function gap(shown, wish) {
  return h(
    'div',
    { class: 'gap' },
    h('button', { type: 'button', onclick: () => wish.before(shown.before) }, t('Show what is between')),
  );
}

/** A message of somebody whom one blocked. */
function unwanted({ message: one }, wish) {
  const show = h('button', { type: 'button', class: 'inline', onclick: () => wish.show(one.from) }, t('Show'));
  return h(
    'article',
    { class: 'message unwanted', tabindex: '-1', 'data-seq': String(one.seq) },
    h('div', { class: 'body' }, h('p', {}, t('Message from somebody you blocked'), ' · ', show)),
  );
}

function message(shown, room, wish) {
  const { message: one, first, own, state, seenBy, reactions } = shown;
  const stored = one.seq !== undefined;
  const body = h(
    'div',
    { class: 'body' },
    first && h('div', { class: 'by' }, author(shown), ' ', when(one, 'when'), shown.pinned && pinned()),
    one.reply_to !== undefined && !one.deleted && quote(shown.quote, shown.quoteCalled, shown.quoteBlocked, () => wish.goTo(one.reply_to)),
    one.forwarded && !one.deleted && forwarded(one.forwarded, shown.viaCalled),
    (one.text || one.deleted || !one.files?.length) &&
      h('div', { class: 'line', dir: direction(one.text ?? '') }, content(one, stored, wish), !first && shown.pinned && pinned()),
    !one.deleted && attached(one.files, wish),
    !one.deleted && card(one.data),
    stored && chips(one, reactions, wish, room.mayReact),
    one.failed && failure(one, room, wish),
  );
  const classes = ['message', first && 'first', own && 'own', shown.forMe && 'for-me', state].filter(Boolean);
  const node = h(
    'article',
    {
      class: classes.join(' '),
      tabindex: '-1',
      'data-seq': stored ? String(one.seq) : null,
      'aria-label': `${shown.called ?? one.name}, ${time(one.at)}${shown.forMe ? t(', mentions you') : ''}`,
    },
    h('div', { class: 'side' }, first ? face(shown) : when(one, 'aside', shortTime)),
    body,
    h(
      'div',
      { class: 'end' },
      room.kind !== 'direct' && readersHere(shown, () => wish.readers(one)),
      state && state !== 'failed' && progress(state, seenBy, room.kind === 'direct', shown.here[0]?.at),
    ),
  );
  bare.set(node, () => {
    for (const each of node.querySelectorAll('.when, .aside')) each.title = exactly(one.at);
    if (stored) node.append(tools(one, own, room, wish));
  });
  return node;
}

/** Gives a row what it has for whoever points at it or comes to it: most go by without. */
export function equip(node) {
  bare.get(node)?.();
  bare.delete(node);
}

/** Puts a row in the place of another, with the keyboard's focus where it was. */
export function replace(old, node) {
  const focused = old.contains(document.activeElement);
  if (!bare.has(old)) equip(node);
  keepPictures(old, node);
  old.replaceWith(node);
  if (focused) node.focus();
}

/** What of a file its part of a row depends on. */
function look({ file, key, answer, url, width, height }) {
  return [file ?? answer?.file ?? key, url, width, height];
}

/** The name people see; the user name is told on pointing, and the card has both. */
function author({ message: { from, name }, called = name }) {
  const title = called === name ? null : `@${name}`;
  return h('button', { type: 'button', class: 'author', title, 'data-person': from }, bdi(called));
}

/** For eyes and pointers: the name beside it does the same for keys and ears. */
function face({ message: { from, name }, called = name }) {
  return h('span', { class: 'face', 'data-person': from }, avatar(from, called));
}

function content(one, stored, wish) {
  if (one.deleted) return h('span', { class: 'gone' }, t('This message was deleted.'));
  return [
    words(one.text, { mentions: one.mentions, me: wish.me, name: wish.name }),
    one.edited &&
      stored && [' ', h('span', { class: 'edited', title: exactly(one.edited) }, t('(edited)'))],
  ];
}

function pinned() {
  return h('span', { class: 'pinned', title: t('Pinned') }, icon('pin'), hidden(t('Pinned')));
}

function when(one, className, write = time) {
  const at = new Date(one.at);
  return h('time', { class: className, datetime: at.toISOString() }, write(at));
}

/** In a room where one cannot write any more there is no box for it to go back to. */
function failure(one, room, wish) {
  return h(
    'div',
    { class: 'failure', role: 'alert' },
    h('div', { class: 'why-not' }, icon('alert'), h('span', {}, t('Not sent. {why}', { why: one.failed }))),
    ' ',
    h(
      'span',
      { class: 'again' },
      !one.final && h('button', { type: 'button', onclick: () => wish.retry(one.pending) }, t('Retry')),
      !room.closedTo && h('button', { type: 'button', onclick: () => wish.takeBack(one.pending) }, t('Edit')),
      h('button', { type: 'button', onclick: () => wish.discard(one.pending) }, t('Discard')),
    ),
  );
}

function tools(one, own, room, wish) {
  const button = (drawing, label, act) => {
    const node = iconButton(drawing, label, { onclick: () => act(node) });
    return node;
  };
  return h(
    'div',
    { class: 'tools' },
    !one.deleted && room.mayReact && button('smile', t('React'), (node) => wish.pick(node, one)),
    !one.deleted && !room.closedTo && button('reply', t('Reply'), () => wish.reply(one)),
    own && !one.deleted && !one.forwarded && !room.closedTo && button('edit', t('Edit'), () => wish.edit(one)),
    button('dots', t('More'), (node) => wish.more(node, one)),
  );
}
