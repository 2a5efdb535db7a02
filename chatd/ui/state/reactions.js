// Reactions to one message: [{emoji, count, users, mine}], as the server counts them.

import { list, many, t } from '../words/words.js';

/** So many of those who react are named. */
const NAMED = 10;

/** What a `reacted` event makes of them: its count is the count. */
export function reacted(reactions, { emoji, on, count, from }, me) {
  const known = reactions.find((one) => one.emoji === emoji);
  if (count === 0) return reactions.filter((one) => one !== known);
  const { users = [], mine = false } = known ?? {};
  const rest = users.filter((user) => user !== from);
  const next = {
    emoji,
    count,
    users: on && rest.length < NAMED ? [...rest, from] : rest,
    mine: from === me ? on : mine,
  };
  return known ? reactions.map((one) => (one === known ? next : one)) : [...reactions, next];
}

/** As they show to somebody (`me`) who asked for changes that are not confirmed: `wishes` holds
 * "seq emoji" to whether one reacts. */
export function wished(seq, reactions, wishes, me) {
  let shown = reactions;
  for (const [wish, on] of wishes) {
    const [target, emoji] = wish.split(' ');
    if (Number(target) !== seq) continue;
    const known = shown.find((one) => one.emoji === emoji);
    if ((known?.mine ?? false) === on) continue;
    const count = (known?.count ?? 0) + (on ? 1 : -1);
    shown = reacted(shown, { emoji, on, count, from: me }, me);
  }
  return shown;
}

/** "anna, ben and 3 others": `name(user)` gives a name, or undefined where it is not known. */
export function whoReacted({ users, count, mine }, me, name) {
  const named = [];
  if (mine) named.push(t('You'));
  for (const user of users) if (user !== me && name(user)) named.push(name(user));
  const rest = count - named.length;
  if (rest > 0) named.push(many(rest, '{count} other', '{count} others'));
  return list(named);
}
