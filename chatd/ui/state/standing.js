// Where in a conversation the others stand: up to which message each of them has read.

import { firstOf } from './halving.js';

/**
 * For `messages` (by ascending seq) and `marks` (user id to {read, at}): the seq of a message to the
 * users who have read up to it and no further, those who came last first. Nobody stands at what they
 * said themselves: that they have read it is no news.
 */
export function standing(messages, marks, me) {
  const found = new Map();
  for (const [user, { read, at = null }] of marks) {
    if (user === me || !read) continue;
    const message = messages[firstOf(messages, ({ seq }) => seq > read) - 1];
    if (!message || message.from === user) continue;
    if (!found.has(message.seq)) found.set(message.seq, []);
    found.get(message.seq).push({ user, at });
  }
  for (const users of found.values()) users.sort((a, b) => (b.at ?? 0) - (a.at ?? 0) || (a.user < b.user ? -1 : 1));
  return found;
}

/**
 * When the other of a conversation saw one's last words there: {at}, null for a time not known; null
 * where the last words are not one's own, or not seen.
 */
export function seenLast({ messages, pending }, marks, me) {
  const last = messages.at(-1);
  if (!last || last.from !== me || last.deleted || pending.length) return null;
  for (const [user, { read, at = null }] of marks) if (user !== me && read >= last.seq) return { at };
  return null;
}
