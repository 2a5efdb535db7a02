// Where a link into a room leads, before one follows it.

import { many, parts, t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
import { kindOf, sign } from '../parts.js';
import { openDialog, problem } from './dialog.js';

/** `go(room)` shows the room. */
export async function join(chat, secret, go) {
  const place = h('div', {}, h('p', { class: 'nothing' }, t('Looking…')));
  const dialog = openDialog(t('Invitation'), place);
  let found;
  try {
    found = await chat.rooms.peek(secret);
  } catch (error) {
    const word = error.code === 'not-found' ? t('This link leads nowhere any more. Ask whoever sent it for a new one.') : error.message;
    fill(place, h('p', { class: 'lead', role: 'alert' }, word), closing(dialog));
    return;
  }
  const { node: wrong, attempt } = problem();
  const enter = async () => {
    button.disabled = true;
    const room = await attempt(() => (found.joined ? found.room : joined(chat, secret, found.room)));
    button.disabled = false;
    if (!room) return;
    dialog.close();
    go(room);
  };
  const button = h('button', { type: 'button', class: 'main', onclick: enter, autofocus: true }, found.joined ? t('Open') : t('Join'));
  fill(place, placard({ ...found, avatar: found.avatar ?? null }), wrong, h('div', { class: 'actions' }, button));
  button.focus();
}

/** A room as people outside it see it. */
export function placard(room) {
  return [
    h(
      'div',
      { class: 'placard' },
      sign(room),
      h(
        'div',
        { class: 'about' },
        h('p', { class: 'name' }, bdi(room.name)),
        h('p', { class: 'hint' }, `${kindOf(room)} · ${many(room.members, '{count} member', '{count} members')}`),
      ),
    ),
    room.topic && h('p', { class: 'topic' }, bdi(room.topic)),
    h('p', { class: 'lead' }, room.joined ? parts('{name} made this link. You are in this room already.', { name: bdi(room.by_name) }) : parts('{name} invites you.', { name: bdi(room.by_name) })),
  ];
}

async function joined(chat, secret, room) {
  try {
    await chat.rooms.joinByLink(secret);
  } catch (error) {
    if (error.code !== 'exists') throw error;
  }
  await chat.known(room);
  return room;
}

function closing(dialog) {
  return h('div', { class: 'actions' }, h('button', { type: 'button', class: 'main', onclick: () => dialog.close() }, t('Close')));
}
