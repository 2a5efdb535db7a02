// What stands above a message: the line that it answers, or where it was passed on from.

import { filesInWords } from '../state/attached.js';
import { hue } from '../state/text.js';
import { parts, t } from '../words/words.js';
import { bdi, h, icon } from './dom.js';
import { shortDay } from './format.js';
import { wordsInLine } from './words.js';

/** So much of a quoted text is shown at all; what is seen of it is two lines. */
const LONGEST = 300;

/** The quoted `message` (null: cannot be had, undefined: on its way), its author as `called`; `go()`
 * leads to it. */
export function quote(message, called, blocked, go) {
  if (!message) {
    const text = message === null ? t('A message you cannot see') : '…';
    return h('div', { class: 'quote none' }, h('span', { class: 'quoted' }, text));
  }
  return h(
    'button',
    {
      type: 'button',
      class: `quote hue-${hue(message.from)}`,
      title: t('Go to the message'),
      onclick: go,
    },
    h('span', { class: 'author' }, bdi(called ?? message.name)),
    h('span', { class: `quoted${message.deleted ? ' gone' : ''}`, dir: 'auto' }, blocked ? t('Somebody you blocked') : line(message)),
  );
}

/** A message in one line: children of a node. */
export function line(message) {
  if (message.deleted) return t('This message was deleted.');
  const text = (message.text ?? '').trim();
  return text ? wordsInLine(text, LONGEST) : filesInWords(message.files) || message.data?.['chatd.card']?.title || '…';
}

/** `called`: the name that people see. */
export function forwarded({ user, name, at }, called = name) {
  return h(
    'p',
    { class: 'forwarded' },
    icon('forward'),
    parts('Forwarded from {name}, {day}', { name: h('span', { class: `author hue-${hue(user)}` }, bdi(called)), day: shortDay(at) }),
  );
}
