// Finding a public room among many, and joining it.

import { many, t } from '../../words/words.js';
import { bdi, fill, h, icon } from '../dom.js';
import { sign } from '../parts.js';
import { openDialog, problem } from './dialog.js';
import { newRoom } from './new_room.js';

/** Seconds of rest after which what one types is looked for. */
const REST = 0.25;

/** `go(room)` shows a room. */
export function rooms(chat, store, go) {
  const list = h('div', { class: 'choose', 'aria-live': 'polite' }, h('p', { class: 'nothing' }, t('Loading…')));
  const query = h('input', { type: 'search', placeholder: t('Find a room'), 'aria-label': t('Find a room'), maxlength: '100', autofocus: true });
  const { node: wrong, attempt } = problem();
  const make = () => {
    dialog.close();
    newRoom(chat, go, query.value.trim());
  };
  const dialog = openDialog(
    t('Rooms'),
    query,
    list,
    wrong,
    h('div', { class: 'actions' }, h('button', { type: 'button', class: 'main', onclick: make }, icon('plus'), t('Create a new room'))),
  );
  const enter = (room) =>
    attempt(async () => {
      if (!store.rooms.has(room.room)) await chat.join(room.room);
      dialog.close();
      go(room.room);
    });
  const show = (found, more) => {
    const next = more && h('button', { type: 'button', class: 'more-of', onclick: () => look(found) }, t('Show more'));
    const none = query.value.trim()
      ? t('No public room has all of these words in its name or topic.')
      : t('There are no public rooms yet. Create the first one.');
    fill(
      list,
      found.map((room) => choice(room, store.rooms.has(room.room), () => enter(room))),
      next,
      !found.length && h('p', { class: 'nothing' }, none),
    );
  };
  let asked = 0;
  /** Looks for what stands there; `onto`: what was found before this page. */
  const look = async (onto = []) => {
    const round = (asked += 1);
    const reply = await attempt(() => chat.rooms.find(query.value.trim(), onto.at(-1)?.room));
    if (round !== asked) return;
    if (reply) show([...onto, ...reply.rooms], reply.more);
    else fill(list);
  };
  let timer = null;
  query.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(), REST * 1000);
  });
  look();
}

function choice(room, mine, onclick) {
  const members = many(room.members, '{count} member', '{count} members');
  return h(
    'button',
    { type: 'button', class: 'choice', onclick },
    sign({ avatar: null, ...room }),
    h('span', { class: 'about' }, bdi(room.name, 'name'), h('small', {}, members, room.topic && [' · ', bdi(room.topic)])),
    h('span', { class: 'verb' }, mine ? t('Open') : t('Join')),
  );
}
