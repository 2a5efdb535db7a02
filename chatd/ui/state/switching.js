// Which rooms the switcher offers for what is typed, the best first.

import { isQuiet, isUnread } from './keeping.js';

/** Rooms offered at a time. */
const MOST = 50;

/** Without accents and case, so that "cafe" finds "Café". */
export function folded(text) {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLocaleLowerCase();
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
    const parts = name.split(/[\s._-]+/u);
    const begins = words.every((word) => name.startsWith(word) || parts.some((part) => part.startsWith(word)));
    if (!begins && !words.every((word) => name.includes(word))) continue;
    const calls = room.mentions > 0 || (room.kind === 'direct' && room.unread > 0);
    const rank = isQuiet(room, now) || !isUnread(room) ? 2 : calls ? 0 : 1;
    found.push({ room, name, key: [begins ? 0 : 1, room.archived ? 1 : 0, rank, places.get(room.id) ?? Infinity] });
  }
  found.sort((a, b) => {
    for (const [at, one] of a.key.entries()) if (one !== b.key[at]) return one - b.key[at];
    return a.name < b.name ? -1 : Number(a.name > b.name);
  });
  return found.slice(0, MOST).map(({ room }) => room);
}
