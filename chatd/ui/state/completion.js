// What a half-written word in the box may become: @ a person, # a room, : an emoji.

import { compare, emojiName, t } from '../words/words.js';
import { findEmoji } from './emoji.js';

/** Choices offered at once. */
const MOST = 8;
/** The word before the caret. Not within another word, so that neither addresses nor times ask. */
const WORD = /(?:^|[\s([{"'«„“‘])([@#:])([^\s@#:]{0,40})$/u;
/** So much of an emoji's name has to be there: ":)" and ": " are no questions. */
const LEAST = 2;

/** What is asked for at the caret: {kind, query, from, to}, or null. */
export function asked(text, caret) {
  const found = WORD.exec(text.slice(0, caret));
  if (!found) return null;
  const [, kind, query] = found;
  if (kind === ':' && !new RegExp(`^[\\p{L}\\p{N}_+-]{${LEAST},}$`, 'u').test(query)) return null;
  return { kind, query, from: caret - query.length - 1, to: caret };
}

/**
 * The choices for it, the best first: [{put, label, about, user?, room?, emoji?}]; `put` is what takes
 * the word's place. `people`: [{user, name, display}], where `display` is the name that people see;
 * `rooms`: Rooms; `everyone`: whether one may call all.
 */
export function choices({ kind, query }, { people, rooms, everyone }) {
  if (kind === ':') {
    return findEmoji(query, MOST).map(({ emoji, name }) => ({ put: emoji, label: emojiName(name), about: '', emoji }));
  }
  const words = fold(query);
  if (kind === '#') {
    const named = rooms.filter((room) => room.kind !== 'direct');
    return best(named, words, (room) => [room.slug ?? room.name, room.name]).map((room) => ({
      put: `#${room.slug ?? room.name}`,
      label: room.name,
      about: room.slug && fold(room.name) !== room.slug ? `#${room.slug}` : '',
      room,
    }));
  }
  /** @type {{put: string, label: string, about: string, user?: string}[]} */
  const found = best(people, words, ({ name, display }) => [display || name, name]).map(({ user, name, display }) => ({
    put: `@${name}`,
    label: display || name,
    about: display && display !== name ? `@${name}` : '',
    user,
  }));
  if (everyone && 'room'.startsWith(words)) {
    found.splice(MOST - 1);
    found.push({ put: '@room', label: 'room', about: t('Everyone in this room') });
  }
  return found;
}

/** The text with a choice in it, and where the caret is then. */
export function completed(text, { from, to }, { put }) {
  const rest = text.slice(to);
  const space = rest.startsWith(' ') ? '' : ' ';
  return { text: `${text.slice(0, from)}${put}${space}${rest}`, caret: from + put.length + 1 };
}

/** Those of which a name begins with the words, then those that hold them further in. */
function best(all, words, namesOf) {
  const names = (one) => namesOf(one).map(fold);
  const begins = all.filter((one) => names(one).some((name) => name.startsWith(words)));
  const holds = all.filter((one) => !begins.includes(one) && names(one).some((name) => name.includes(words)));
  const byName = (a, b) => compare(namesOf(a)[0], namesOf(b)[0]);
  return [...begins.sort(byName), ...holds.sort(byName)].slice(0, MOST);
}

/** As people compare names: without capitals and accents. */
export function fold(text) {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
