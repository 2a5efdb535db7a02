// Which rooms the switcher offers for what is typed, the best first.

import { isQuiet, isUnread } from './keeping.js';

/** Rooms offered at a time. */
const MOST = 50;

/** Without accents and case, so that "cafe" finds "Café". */
export function folded(text) {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLocaleLowerCase();
}

/** 0 where each of `words` begins a word of `text` or all of it, 1 where the text has each of them, else null. */
export function place(text, words) {
  const name = folded(text);
  const parts = name.split(/[\s._-]+/u);
  if (words.every((word) => name.startsWith(word) || parts.some((part) => part.startsWith(word)))) return 0;
  return words.every((word) => name.includes(word)) ? 1 : null;
}

/**
 * The rooms whose names have all the words of `typed` at the beginning of a word, else anywhere in
 * it. With nothing typed: those that call first, then unread ones, then the others as `recent` has
 * them (ids, the latest first). `nameOf(room)` is what the list shows; `now` in ms.
 */
export function offered(rooms, typed, { nameOf, recent, now }) {
  const words = folded(typed).split(/\s+/u).filter(Boolean);
  const places = new Map(recent.map((id, at) => [id, at]));
  const found = [];
  for (const room of rooms) {
    const name = folded(`${nameOf(room)} ${room.slug ?? ''}`);
    const begins = place(name, words);
    if (begins === null) continue;
    const calls = room.mentions > 0 || (room.kind === 'direct' && room.unread > 0);
    const rank = isQuiet(room, now) || !isUnread(room) ? 2 : calls ? 0 : 1;
    found.push({ room, name, key: [begins, room.archived ? 1 : 0, rank, places.get(room.id) ?? Infinity] });
  }
  found.sort((a, b) => {
    for (const [at, one] of a.key.entries()) if (one !== b.key[at]) return one - b.key[at];
    return a.name < b.name ? -1 : Number(a.name > b.name);
  });
  return found.slice(0, MOST).map(({ room }) => room);
}
