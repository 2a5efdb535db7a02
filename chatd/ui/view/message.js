// One row of a conversation.

import { direction } from '../state/text.js';
import { bdi, h, icon, iconButton } from './dom.js';
import { dayName, exactly, plural, shortTime, time } from './format.js';
import { avatar, progress, words } from './parts.js';

/**
 * The node for a row of `timeline.rows`. `room`: the room; `wish`: edit(message), remove(message),
 * takeBack(key), before(seq): what its buttons ask for.
 */
export function row(shown, room, wish) {
  switch (shown.kind) {
    case 'start':
      return start(room);
    case 'more':
      return h('div', { class: 'more', 'aria-hidden': 'true' }, 'Loading earlier messages…');
    case 'day':
      return h('div', { class: 'day', role: 'separator' }, h('span', {}, dayName(shown.at)));
    case 'unread':
      return h('div', { class: 'new', role: 'separator' }, h('span', {}, 'New'));
    case 'gap':
      return gap(shown, wish);
    case 'note':
      return h('p', { class: 'note' }, shown.notes.map((note, at) => [at > 0 && ' · ', said(note)]));
    default:
      return message(shown, room, wish);
  }
}

/** What of a row its node depends on: as long as this stays the same, so does the node. */
export function signature(shown) {
  switch (shown.kind) {
    case 'message': {
      const { message: one, first, state, seenBy } = shown;
      return [one.text, one.name, one.edited, one.deleted, one.failed, one.seq, one.at, first, state, seenBy].join('\u0000');
    }
    case 'day':
      return dayName(shown.at);
    case 'note':
      return String(shown.notes.length);
    default:
      return '';
  }
}

function start(room) {
  const text =
    room.kind === 'direct'
      ? ['This is the beginning of your conversation with ', bdi(room.name), '. Say hello.']
      : ['This is the beginning of ', bdi(room.name), '.'];
  return h(
    'div',
    { class: 'start' },
    room.kind === 'direct'
      ? avatar(room.other ?? room.id, room.name)
      : h('span', { class: 'emblem' }, icon(room.kind === 'public' ? 'hash' : 'lock')),
    h('h2', {}, bdi(room.name)),
    h('p', {}, text),
  );
}

function gap(shown, wish) {
  return h(
    'div',
    { class: 'gap' },
    h('button', { type: 'button', onclick: () => wish.before(shown.before) }, 'Show what is between'),
  );
}

function message({ message: one, first, own, state, seenBy }, room, wish) {
  const stored = one.seq !== undefined;
  const body = h(
    'div',
    { class: 'body' },
    first &&
      h(
        'div',
        { class: 'by' },
        bdi(one.name, 'author'),
        ' ',
        when(one, 'when'),
      ),
    h('div', { class: 'line', dir: direction(one.text ?? '') }, content(one, stored)),
    one.failed && failure(one, wish),
  );
  const classes = ['message', first && 'first', own && 'own', state].filter(Boolean);
  return h(
    'article',
    {
      class: classes.join(' '),
      tabindex: '-1',
      'data-seq': stored ? String(one.seq) : null,
      'aria-label': `${one.name}, ${time(one.at)}`,
    },
    h(
      'div',
      { class: 'side' },
      first ? avatar(one.from, one.name) : when(one, 'aside', shortTime),
    ),
    body,
    h('div', { class: 'end' }, state && progress(state, seenBy, room.kind === 'direct')),
    stored && !one.deleted && tools(one, own, room, wish),
  );
}

function content(one, stored) {
  if (one.deleted) return h('span', { class: 'gone' }, 'This message was deleted.');
  return [
    words(one.text),
    one.edited &&
      stored && [' ', h('span', { class: 'edited', title: exactly(one.edited) }, '(edited)')],
  ];
}

function when(one, className, write = time) {
  const at = new Date(one.at);
  return h('time', { class: className, datetime: at.toISOString(), title: exactly(at) }, write(at));
}

function failure(one, wish) {
  return h(
    'div',
    { class: 'failure', role: 'alert' },
    h('span', {}, `Not sent. ${one.failed}`),
    ' ',
    h(
      'button',
      { type: 'button', onclick: () => wish.retry(one.pending) },
      'Retry',
    ),
    h(
      'button',
      { type: 'button', onclick: () => wish.takeBack(one.pending) },
      'Back to the box',
    ),
  );
}

function tools(one, own, room, wish) {
  const mayDelete = own || room.role === 'owner' || room.role === 'moderator';
  if (!mayDelete) return null;
  return h(
    'div',
    { class: 'tools' },
    own && iconButton('edit', 'Edit', { onclick: () => wish.edit(one) }),
    iconButton('trash', 'Delete', { onclick: () => wish.remove(one) }),
  );
}

const CHANGES = {
  joined: 'joined',
  left: 'left',
  added: 'was added',
  kicked: 'was removed',
  banned: 'was banned',
  unbanned: 'may come back',
};

function said(note) {
  if (note.type === 'membership') {
    const what =
      note.change === 'role'
        ? `is ${note.role === 'owner' ? 'an' : 'a'} ${note.role} now`
        : CHANGES[note.change];
    return [bdi(note.user_name), ` ${what}`];
  }
  if (note.title !== undefined && note.seq > 1) return [bdi(note.name), ' renamed the room to ', bdi(note.title)];
  if (note.topic !== undefined && note.seq > 1) return [bdi(note.name), ' changed the topic'];
  return [bdi(note.name), ' made the room'];
}

/** "Anna types…", "Anna and Ben type…", "Anna, Ben and 2 more type…" */
export function typists({ users, count }) {
  if (!count) return [];
  const names = users.slice(0, 2).map((user) => bdi(user.name, 'author'));
  const rest = count - names.length;
  if (count === 1) return [names[0], ' is typing…'];
  if (rest === 0) return [names[0], ' and ', names[1], ' are typing…'];
  return [names[0], ', ', names[1], ` and ${plural(rest, 'other', 'others')} are typing…`];
}

export function spoken(event) {
  return `${event.name}: ${event.text}`;
}

