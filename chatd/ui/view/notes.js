// What happens in a room beside messages, in words.

import { list, listParts, many, manyParts, parts, t } from '../words/words.js';
import { bdi, h } from './dom.js';

/** So many are named of those who came or went one after the other. */
const FEW = 2;

/**
 * The notes of one row, those about one kind of coming or going put together: a note of several has
 * `names`.
 */
export function together(notes) {
  const found = [];
  for (const note of notes) {
    const last = found.at(-1);
    const same = note.type === 'membership' && note.change !== 'role' && last?.type === 'membership' && last.change === note.change;
    if (same) found[found.length - 1] = { ...last, names: [...(last.names ?? [last.user_name]), note.user_name] };
    else found.push(note);
  }
  return found;
}

/** One thing that happened; `wish.goTo(seq)` leads to a message. */
export function said(note, wish) {
  if (note.type === 'membership') return note.names ? several(note) : came(note);
  const name = bdi(note.name);
  if (note.type === 'pinned') {
    const go = { type: 'button', class: 'inline', onclick: () => wish.goTo(note.target) };
    const message = h('button', go, t('a message'));
    return note.on ? parts('{name} pinned {message}', { name, message }) : parts('{name} unpinned {message}', { name, message });
  }
  return changed(note, name);
}

/** "Anna, Ben and 12 others joined"; all the names are told on pointing. */
function several({ names, change }) {
  const unique = [...new Set(names)];
  if (unique.length === 1) return came({ change, user_name: unique[0] });
  // "And 1 other" would be as long as the name.
  const named = unique.slice(0, unique.length === FEW + 1 ? FEW + 1 : FEW).map((name) => bdi(name));
  const rest = unique.length - named.length;
  const who = { names: listParts([...named, rest > 0 && many(rest, '{count} other', '{count} others')].filter(Boolean)) };
  const changes = {
    joined: parts('{names} joined', who),
    left: parts('{names} left', who),
    added: parts('{names} were added', who),
    kicked: parts('{names} were removed', who),
    banned: parts('{names} were banned', who),
    unbanned: parts('{names} may come back', who),
  };
  return h('span', { title: list(unique) }, changes[change]);
}

function came({ change, role, user_name: called }) {
  const who = { name: bdi(called) };
  const roles = {
    owner: parts('{name} is an owner now', who),
    moderator: parts('{name} is a moderator now', who),
    member: parts('{name} is a member now', who),
    reader: parts('{name} is a reader now', who),
  };
  const changes = {
    joined: parts('{name} joined', who),
    left: parts('{name} left', who),
    added: parts('{name} was added', who),
    kicked: parts('{name} was removed', who),
    banned: parts('{name} was banned', who),
    unbanned: parts('{name} may come back', who),
  };
  return change === 'role' ? roles[role] : changes[change];
}

function changed(note, name) {
  if (note.seq === 1) return parts('{name} made the room', { name });
  if (note.title !== undefined) return parts('{name} renamed the room to {title}', { name, title: bdi(note.title) });
  if (note.topic !== undefined) return parts('{name} changed the topic', { name });
  if (note.archived !== undefined) {
    return note.archived ? parts('{name} archived the room', { name }) : parts('{name} took the room out of the archive', { name });
  }
  if (note.posting !== undefined) return writing(note.posting, { name });
  if (note.slow !== undefined) {
    if (!note.slow) return parts('{name} turned slow mode off', { name });
    return parts('{name} turned slow mode on: one message in {count} s each', { name, count: note.slow });
  }
  if (note.avatar !== undefined) return parts('{name} changed the picture', { name });
  return parts('{name} changed the room', { name });
}

function writing(posting, who) {
  return {
    member: parts('{name} changed the room: everybody may write', who),
    moderator: parts('{name} changed the room: only moderators may write', who),
    owner: parts('{name} changed the room: only owners may write', who),
  }[posting];
}

/** "Anna is typing…", "Anna and Ben are typing…", "Anna, Ben and 2 others are typing…" */
export function typists({ users, count }) {
  if (!count) return [];
  const [name, other] = users.slice(0, 2).map((user) => bdi(user.name, 'author'));
  if (count === 1) return parts('{name} is typing…', { name });
  const rest = count - 2;
  if (!other) return manyParts(count, '{count} person is typing…', '{count} people are typing…', {});
  if (rest === 0) return parts('{name} and {other} are typing…', { name, other });
  return manyParts(rest, '{name}, {other} and {count} other are typing…', '{name}, {other} and {count} others are typing…', { name, other });
}
