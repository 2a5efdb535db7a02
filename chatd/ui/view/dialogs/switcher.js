// Ctrl K: to any room or person by a few letters. One's own rooms and the people one knows are known here,
// so it works offline too; other people and public rooms are asked for.

import { acquaintances, fitting } from '../../state/acquaintances.js';
import { isQuiet, isUnread } from '../../state/keeping.js';
import { offered } from '../../state/switching.js';
import { number, t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
import { avatar, sign } from '../parts.js';
import { openDialog, problem } from './dialog.js';

/** Seconds of rest after which what one typed is looked for on the server. */
const REST = 0.25;

/** `recent`: ids of the rooms that one was in, the latest first; `go(room)` leads there. */
export function switcher({ store, chat }, recent, go) {
  /** What is offered: {parts, act()} each, where `act` returns the room to go to. */
  let all = [];
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
    maxlength: '64',
  });
  const list = h('div', { class: 'choose', id: 'switch-list', role: 'listbox', 'aria-label': t('Rooms and people') });
  const none = h('p', { class: 'nothing', hidden: true });
  const { node: wrong, attempt } = problem();
  const dialog = openDialog(t('Go to'), field, list, none, wrong);
  dialog.classList.add('switcher');
  const choose = (one) =>
    attempt(async () => {
      const room = await one.act();
      dialog.close();
      go(room);
    });
  const mark = () => {
    const chosen = list.children[at];
    for (const one of list.children) one.setAttribute('aria-selected', String(one === chosen));
    if (chosen) field.setAttribute('aria-activedescendant', chosen.id);
    else field.removeAttribute('aria-activedescendant');
    chosen?.scrollIntoView({ block: 'nearest' });
  };
  const show = (more, looking) => {
    all = [...mine(store, field.value, recent), ...more.map((one) => (one.room ? joining(chat, one) : person(chat, one)))];
    fill(list, all.map((one, place) => option(one, place, () => choose(one))));
    none.hidden = all.length > 0;
    none.textContent = looking ? t('Loading…') : t('No room or person is called that.');
    at = Math.min(at, Math.max(all.length - 1, 0));
    mark();
  };
  let timer = null;
  let asked = 0;
  const changed = () => {
    const round = (asked += 1);
    const query = field.value.trim();
    const known = query ? fitting(acquaintances(store, talkedWith(store)), query) : [];
    at = 0;
    clearTimeout(timer);
    show(known, query !== '');
    if (!query) return;
    timer = setTimeout(async () => {
      const found = await elsewhere({ store, chat }, query, known);
      if (round === asked && dialog.open) show([...known, ...found], false);
    }, REST * 1000);
  };
  field.addEventListener('input', changed);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter' && all[at]) choose(all[at]);
    else if (by && all.length) at = (at + by + all.length) % all.length;
    else return;
    event.preventDefault();
    mark();
  });
  changed();
  field.focus();
}

/** Those with whom one has a conversation, which is offered as such. */
function talkedWith(store) {
  return [...store.rooms.values()].map((room) => room.other).filter(Boolean);
}

/** What the server finds, people and public rooms, that is not offered already; nothing without a connection. */
async function elsewhere({ store, chat }, query, known) {
  const nothing = () => ({ people: [], rooms: [] });
  const [{ people }, { rooms }] = await Promise.all([
    chat.people.find(query).catch(nothing),
    store.me.mayJoin ? chat.rooms.find(query).catch(nothing) : nothing(),
  ]);
  const shown = new Set([store.me.user, ...talkedWith(store), ...known.map(({ user }) => user)]);
  return [
    ...people.filter(({ user }) => !shown.has(user)),
    ...rooms.filter(({ room }) => !store.rooms.has(room)),
  ];
}

function mine(store, typed, recent) {
  const nameOf = (room) => store.titleOf(room);
  return offered(store.rooms.values(), typed, { nameOf, recent, now: Date.now() }).map((room) => {
    const unread = isUnread(room) && !isQuiet(room, Date.now());
    const other = room.other === store.me.user ? null : room.other;
    const count = room.mentions > 0 ? `@${number(room.mentions)}` : room.unread > 0 && unread ? number(room.unread) : null;
    return {
      unread,
      act: () => room.id,
      parts: [
        sign(room, other && store.presence(other), nameOf(room)),
        h('span', { class: 'about' }, bdi(nameOf(room), 'name'), room.topic && h('small', {}, bdi(room.topic))),
        count && h('span', { class: room.mentions > 0 ? 'count at' : 'count' }, count),
      ],
    };
  });
}

function person(chat, { user, name, display }) {
  return {
    act: () => chat.direct(user),
    parts: [avatar(user, display), h('span', { class: 'about' }, bdi(display, 'name'), h('small', {}, bdi(`@${name}`)))],
  };
}

/** A public room that one is not in. */
function joining(chat, room) {
  return {
    act: () => chat.join(room.room),
    parts: [
      sign({ avatar: null, ...room }),
      h('span', { class: 'about' }, bdi(room.name, 'name'), room.topic && h('small', {}, bdi(room.topic))),
      h('span', { class: 'verb' }, t('Join')),
    ],
  };
}

function option({ unread, parts }, place, onclick) {
  return h('div', { class: unread ? 'choice unread' : 'choice', id: `switch-${place}`, role: 'option', onclick }, parts);
}
