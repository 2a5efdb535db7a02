// Whom one may want to write to, before anything is typed and while there is no connection.

import { folded, place } from './switching.js';

/** People shown at a time. */
const MOST = 20;

/**
 * People as {user, name, display}: those one talks with, then those of the room in view, then whoever else was
 * heard of. Without oneself, those who are blocked, whose accounts are gone, and `but` (ids).
 */
export function acquaintances(store, but = []) {
  const left = new Set([store.me.user, ...store.blocked, ...but]);
  const found = [];
  const take = (user, name) => {
    const known = store.people.get(user) ?? { name, display: name };
    if (left.has(user) || known.deleted || !known.name) return;
    left.add(user);
    found.push({ user, name: known.name, display: known.display });
  };
  for (const room of store.rooms.values()) if (room.other) take(room.other, room.name);
  for (const { user, name } of store.room?.members ?? []) take(user, name);
  for (const [user, name] of store.names) take(user, name);
  return found;
}

/** Those of `people` whose names have the words that are typed, the best first, at most 20. */
export function fitting(people, typed) {
  const words = folded(typed.replace(/^@/u, '')).split(/\s+/u).filter(Boolean);
  const ranked = people.map((one) => ({ one, rank: place(`${one.display} ${one.name}`, words) }));
  return ranked
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ one }) => one);
}
