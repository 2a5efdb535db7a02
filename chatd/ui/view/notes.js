// What happens in a room beside messages, in words.

import { bdi, h } from './dom.js';
import { plural } from './format.js';

const CHANGES = {
  joined: 'joined',
  left: 'left',
  added: 'was added',
  kicked: 'was removed',
  banned: 'was banned',
  unbanned: 'may come back',
};
const WRITERS = { member: 'everybody may write', moderator: 'only moderators may write', owner: 'only owners may write' };

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
  if (note.type === 'membership') {
    if (note.names) return several(note);
    const what =
      note.change === 'role'
        ? `is ${note.role === 'owner' ? 'an' : 'a'} ${note.role} now`
        : CHANGES[note.change];
    return [bdi(note.user_name), ` ${what}`];
  }
  if (note.type === 'pinned') {
    const message = h('button', { type: 'button', class: 'inline', onclick: () => wish.goTo(note.target) }, 'a message');
    return [bdi(note.name), note.on ? ' pinned ' : ' unpinned ', message];
  }
  return changed(note);
}

const MANY = { ...CHANGES, added: 'were added', kicked: 'were removed', banned: 'were banned' };

/** "Anna, Ben and 12 others joined"; all the names are told on pointing. */
function several({ names, change }) {
  const unique = [...new Set(names)];
  // "And 1 other" would be as long as the name.
  const named = unique.slice(0, unique.length === FEW + 1 ? FEW + 1 : FEW);
  const rest = unique.length - named.length;
  if (unique.length === 1) return [bdi(named[0]), ` ${CHANGES[change]}`];
  const last = rest ? plural(rest, 'other', 'others') : bdi(named.pop());
  const words = [named.map((name, at) => [at > 0 && ', ', bdi(name)]), ' and ', last];
  return h('span', { title: unique.join(', ') }, words, ` ${MANY[change]}`);
}

function changed(note) {
  const who = bdi(note.name);
  if (note.seq === 1) return [who, ' made the room'];
  if (note.title !== undefined) return [who, ' renamed the room to ', bdi(note.title)];
  if (note.topic !== undefined) return [who, ' changed the topic'];
  if (note.archived !== undefined) return [who, note.archived ? ' archived the room' : ' took the room out of the archive'];
  if (note.posting !== undefined) return [who, ` changed the room: ${WRITERS[note.posting]}`];
  if (note.slow !== undefined) {
    return [who, note.slow ? ` turned slow mode on: one message in ${note.slow} s each` : ' turned slow mode off'];
  }
  if (note.avatar !== undefined) return [who, ' changed the picture'];
  return [who, ' changed the room'];
}

/** "Anna types…", "Anna and Ben type…", "Anna, Ben and 2 more type…" */
export function typists({ users, count }) {
  if (!count) return [];
  const names = users.slice(0, 2).map((user) => bdi(user.name, 'author'));
  const rest = count - names.length;
  if (count === 1) return [names[0], ' is typing…'];
  if (rest === 0) return [names[0], ' and ', names[1], ' are typing…'];
  return [names[0], ', ', names[1], ` and ${plural(rest, 'other', 'others')} are typing…`];
}
