// How one keeps a room: what one wants to be notified of, and what of it counts therefore.

/** "all", "mentions" or "none": what to be notified of, muting aside. */
export function level(room) {
  return room.notify ?? (room.kind === 'direct' ? 'all' : 'mentions');
}

/** Whether a room is muted at that moment; 0 is for good. */
export function isMuted(room, now) {
  return room.mutedUntil === 0 || room.mutedUntil > now;
}

/** Nothing of it shall catch the eye. */
export function isQuiet(room, now) {
  return isMuted(room, now) || level(room) === 'none';
}

export function isUnread(room) {
  return room.unread > 0 || room.unreadFrom !== null;
}

/** How many messages one wants to be told of: the number in the page's title. */
export function told(room, now) {
  if (isQuiet(room, now) || room.archived) return 0;
  return level(room) === 'all' ? room.unread : room.mentions;
}

/** {count, dot}: how many one wants to be told of, and whether anything else is unread. */
export function badgeOf(rooms, now) {
  const count = rooms.reduce((all, room) => all + told(room, now), 0);
  const dot = rooms.some((room) => isUnread(room) && !isQuiet(room, now) && !room.archived);
  return { count, dot };
}

/** What stands before the page's title: "(3) ", "• " where only less than that is unread, "". */
export function titleMark(rooms, now) {
  const { count, dot } = badgeOf(rooms, now);
  if (count > 0) return `(${count > 99 ? '99+' : count}) `;
  return dot ? '• ' : '';
}
