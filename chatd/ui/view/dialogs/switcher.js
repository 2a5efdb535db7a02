// Ctrl K: to any room or person by a few letters. All of it is known here, so it works offline too.

import { isQuiet, isUnread } from '../../state/keeping.js';
import { offered } from '../../state/switching.js';
import { number, t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
import { sign } from '../parts.js';
import { openDialog } from './dialog.js';

/** `recent`: ids of the rooms that one was in, the latest first; `go(room)` leads there. */
export function switcher(store, recent, go) {
  let rooms = [];
  let at = 0;
  const field = h('input', {
    // Not a search: Esc would empty it first.
    type: 'text',
    enterkeyhint: 'go',
    class: 'switch-to',
    placeholder: t('Go to a room or a person'),
    'aria-label': t('Go to a room or a person'),
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': 'switch-list',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  });
  const list = h('div', { class: 'choose', id: 'switch-list', role: 'listbox', 'aria-label': t('Rooms and people') });
  const none = h('p', { class: 'nothing', hidden: true }, t('No room of yours is called that.'));
  const dialog = openDialog(t('Go to'), field, list, none);
  dialog.classList.add('switcher');
  const choose = (room) => {
    dialog.close();
    go(room.id);
  };
  const mark = () => {
    const chosen = list.children[at];
    for (const one of list.children) one.setAttribute('aria-selected', String(one === chosen));
    if (chosen) field.setAttribute('aria-activedescendant', chosen.id);
    else field.removeAttribute('aria-activedescendant');
    chosen?.scrollIntoView({ block: 'nearest' });
  };
  const show = () => {
    const nameOf = (room) => store.titleOf(room);
    rooms = offered(store.rooms.values(), field.value, { nameOf, recent, now: Date.now() });
    fill(list, rooms.map((room, place) => option(store, room, place, () => choose(room))));
    none.hidden = rooms.length > 0;
    at = 0;
    mark();
  };
  field.addEventListener('input', show);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter' && rooms[at]) choose(rooms[at]);
    else if (by && rooms.length) at = (at + by + rooms.length) % rooms.length;
    else return;
    event.preventDefault();
    mark();
  });
  show();
  field.focus();
}

function option(store, room, place, onclick) {
  const unread = isUnread(room) && !isQuiet(room, Date.now());
  const other = room.other === store.me.user ? null : room.other;
  const count = room.mentions > 0 ? `@${number(room.mentions)}` : room.unread > 0 && unread ? number(room.unread) : null;
  return h(
    'div',
    { class: unread ? 'choice unread' : 'choice', id: `switch-${place}`, role: 'option', onclick },
    sign(room, other && store.presence(other), store.titleOf(room)),
    h('span', { class: 'about' }, bdi(store.titleOf(room), 'name'), room.topic && h('small', {}, bdi(room.topic))),
    count && h('span', { class: room.mentions > 0 ? 'count at' : 'count' }, count),
  );
}
