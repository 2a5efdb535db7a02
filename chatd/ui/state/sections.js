// The list of one's rooms in its sections, each in one's own order.

import { compare } from '../words/words.js';

/**
 * {favourites, rooms, people, archived, notes}: lists of rooms, and the room of one's notes to
 * oneself or null. `nameOf(room)` is what the list shows.
 */
export function sections(rooms, me, nameOf = (room) => room.name) {
  const place = (room) => room.place ?? Number.MAX_SAFE_INTEGER;
  const byPlace = (a, b) =>
    place(a) - place(b) ||
    compare(nameOf(a), nameOf(b)) ||
    (a.id < b.id ? -1 : 1);
  const found = { favourites: [], rooms: [], people: [], archived: [], notes: null };
  for (const room of [...rooms].sort(byPlace)) {
    if (room.archived) found.archived.push(room);
    else if (room.favourite) found.favourites.push(room);
    else if (room.kind === 'direct' && room.other === me) found.notes = room;
    else if (room.kind === 'direct') found.people.push(room);
    else found.rooms.push(room);
  }
  return found;
}

/**
 * One's whole order, ids, with `room` one place further up (`by` -1) or down (1) in its section;
 * null where it is at that end already.
 */
export function moved({ favourites, rooms, people, archived }, room, by) {
  const lists = [favourites, rooms, people, archived].map((list) => list.map(({ id }) => id));
  const list = lists.find((ids) => ids.includes(room));
  const at = list?.indexOf(room) ?? -1;
  if (at < 0 || at + by < 0 || at + by >= list.length) return null;
  [list[at], list[at + by]] = [list[at + by], list[at]];
  return lists.flat();
}
