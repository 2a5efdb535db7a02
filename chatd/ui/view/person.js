// Somebody's card: who they are, what they are up to, and what one can do with them.

import { bdi, fill, h } from './dom.js';
import { openDialog, problem } from './dialogs/dialog.js';
import { sure } from './dialogs/sure.js';
import { ago, end } from './format.js';
import { openMenu } from './menu.js';
import { avatar } from './parts.js';
import { words } from './words.js';

const KINDS = { bot: 'Program', guest: 'Guest' };
const HERE = { online: 'Online', away: 'Away' };

/** `wish`: go(room) shows a room, profile() one's own settings; null where those are elsewhere. */
export function personCard({ chat, store, wish }, user) {
  if ([...document.querySelectorAll('dialog[data-card]')].some((one) => one.dataset.card === user)) return;
  const place = h('div', { class: 'card-of' });
  const { node: wrong, attempt } = problem();
  const dialog = openDialog('', place, wrong);
  dialog.dataset.card = user;
  dialog.setAttribute('aria-label', 'Person');
  const draw = () => {
    const person = store.people.get(user);
    if (person) fill(place, ...card(person));
    else fill(place, h('p', { class: 'nothing' }, 'Looking…'));
  };
  const card = (person) => [
    h('div', { class: 'who' }, avatar(user, person.display), h('div', { class: 'about' }, ...names(person), presence(person))),
    status(person),
    person.about && h('div', { class: 'about-them' }, words(person.about)),
    !person.deleted && actions(person),
  ];
  const presence = (person) => {
    const state = HERE[store.presence(user)];
    const seen = person.lastSeen && `Last seen ${ago(person.lastSeen)}`;
    const text = state ?? seen;
    return text && h('p', { class: 'hint' }, text);
  };
  const status = (person) => {
    const found = store.people.status(person.user, Date.now());
    return (
      found &&
      h(
        'p',
        { class: 'status' },
        bdi([found.emoji, found.text].filter(Boolean).join(' ')),
        found.until && h('small', {}, ` until ${end(found.until)}`),
      )
    );
  };
  const leave = (act) => async () => {
    const result = await attempt(act);
    if (wrong.textContent) return;
    dialog.close();
    if (result) wish.go(result);
  };
  const actions = (person) => {
    if (user === store.me.user) {
      const notes = leave(() => chat.direct(user));
      return h(
        'div',
        { class: 'actions' },
        h('button', { type: 'button', onclick: notes }, 'Notes to self'),
        wish.profile && h('button', { type: 'button', class: 'main', onclick: () => (dialog.close(), wish.profile()) }, 'Edit profile'),
      );
    }
    const isBlocked = store.blocked.has(user);
    const adding = h('button', { type: 'button' }, 'Add to a room');
    adding.addEventListener('click', () => addTo(person, adding));
    return h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', onclick: () => block(person, !isBlocked) }, isBlocked ? 'Unblock' : 'Block'),
      !isBlocked && roomsOf(store).length > 0 && adding,
      !isBlocked && h('button', { type: 'button', class: 'main', autofocus: true, onclick: leave(() => chat.direct(user)) }, 'Write'),
    );
  };
  const block = async (person, yes) => {
    const text = 'You and they cannot write to one another, bring one another into rooms, or see whether the other is there. They are not told.';
    if (yes && !(await sure(`Block ${person.display}?`, text, 'Block'))) return;
    await attempt(() => chat.people.block(user, yes));
    draw();
  };
  const addTo = (person, button) =>
    openMenu(
      'Add to a room',
      roomsOf(store).map((room) => ({
        label: room.name,
        icon: room.kind === 'public' ? 'hash' : 'lock',
        act: () =>
          attempt(async () => {
            await chat.addMember(room.id, user);
            wish.say(`${person.display} is in ${room.name} now.`);
          }),
      })),
      button,
    );
  const stop = store.watch((what) => (what === 'people' || what === 'here') && draw());
  dialog.addEventListener('close', stop);
  draw();
  attempt(() => chat.people.person(user)).then(draw);
}

function names(person) {
  return [
    h('h2', {}, bdi(person.display)),
    h('p', { class: 'hint' }, bdi(person.deleted ? 'This account was deleted' : `@${person.name}`), KINDS[person.kind] && ` · ${KINDS[person.kind]}`),
  ];
}

/** Rooms that one may bring people into. */
function roomsOf(store) {
  return [...store.rooms.values()]
    .filter((room) => room.kind !== 'direct' && !room.archived && (room.role === 'owner' || room.role === 'moderator'))
    .sort((a, b) => a.name.localeCompare(b.name));
}
