// Somebody's card: who they are, what they are up to, and what one can do with them.

import { compare, t } from '../words/words.js';
import { bdi, h } from './dom.js';
import { openDialog, problem } from './dialogs/dialog.js';
import { sure } from './dialogs/sure.js';
import { ago, until as untilWords } from './format.js';
import { Kept, arrange } from './kept.js';
import { openMenu } from './menu.js';
import { avatar } from './parts.js';
import { words } from './words.js';

const kindWord = (kind) => ({ bot: t('Program'), guest: t('Guest') })[kind];
const stateWord = (state) => ({ online: t('Online'), away: t('Away') })[state];

/** `wish`: go(room) shows a room, profile() one's own settings; null where those are elsewhere. */
export function personCard({ chat, store, wish }, user) {
  if (document.querySelector(`dialog[data-card="${CSS.escape(user)}"]`)) return;
  const place = h('div', { class: 'card-of' });
  const { node: wrong, attempt } = problem();
  const dialog = openDialog('', place, wrong);
  dialog.dataset.card = user;
  dialog.setAttribute('aria-label', t('Person'));
  const kept = new Kept();
  /** What is asked anew comes while somebody reaches for a button: only what changed is made anew. */
  const draw = () => {
    const person = store.people.get(user);
    if (!person) {
      arrange(place, kept.get('looking', null, () => h('p', { class: 'nothing' }, t('Looking…'))));
      return;
    }
    const state = stateWord(store.presence(user)) ?? (person.lastSeen && t('Last seen {ago}', { ago: ago(person.lastSeen) }));
    const status = store.people.status(user, Date.now());
    const { name, display, kind, about, deleted, avatar: picture } = person;
    const who = () => h('div', { class: 'who' }, avatar(user, display), h('div', { class: 'about' }, names(person, state)));
    const may = [store.blocked.has(user), roomsOf(store).length > 0];
    arrange(
      place,
      kept.get('who', [name, display, kind, deleted, picture, state], who),
      status && kept.get('status', status, () => mood(status)),
      about && kept.get('about', about, () => h('div', { class: 'about-them' }, words(about))),
      !deleted && kept.get('actions', [display, ...may], () => actions(person)),
    );
  };
  const mood = ({ emoji, text, until }) =>
    h(
      'p',
      { class: 'status' },
      bdi([emoji, text].filter(Boolean).join(' ')),
      until && h('small', {}, ` ${untilWords(until)}`),
    );
  const leave = (act) => async ({ currentTarget: button }) => {
    button.disabled = true;
    const result = await attempt(act);
    button.disabled = false;
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
        h('button', { type: 'button', onclick: notes }, t('Notes to self')),
        wish.profile && h('button', { type: 'button', class: 'main', onclick: () => (dialog.close(), wish.profile()) }, t('Edit profile')),
      );
    }
    const isBlocked = store.blocked.has(user);
    const adding = h('button', { type: 'button' }, t('Add to a room'));
    adding.addEventListener('click', () => addTo(person, adding));
    return h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', onclick: () => block(person, !isBlocked) }, isBlocked ? t('Unblock') : t('Block')),
      !isBlocked && roomsOf(store).length > 0 && adding,
      !isBlocked && h('button', { type: 'button', class: 'main', autofocus: true, onclick: leave(() => chat.direct(user)) }, t('Write')),
    );
  };
  const block = async (person, yes) => {
    const text = t('You and they cannot write to one another, bring one another into rooms, or see whether the other is there. They are not told.');
    if (yes && !(await sure(t('Block {name}?', { name: person.display }), text, t('Block')))) return;
    await attempt(() => chat.people.block(user, yes));
    draw();
  };
  const addTo = (person, button) =>
    openMenu(
      t('Add to a room'),
      roomsOf(store).map((room) => ({
        label: room.name,
        icon: room.kind === 'public' ? 'hash' : 'lock',
        act: () =>
          attempt(async () => {
            await chat.addMember(room.id, user);
            wish.say(t('{name} is in {room} now.', { name: person.display, room: room.name }));
          }),
      })),
      button,
    );
  const stop = store.watch((what) => (what === 'people' || what === 'here') && draw());
  dialog.addEventListener('close', stop);
  draw();
  attempt(() => chat.people.person(user)).then(draw);
}

function names(person, state) {
  return [
    h('h2', {}, bdi(person.display)),
    h('p', { class: 'hint' }, bdi(person.deleted ? t('This account was deleted') : `@${person.name}`), kindWord(person.kind) && ` · ${kindWord(person.kind)}`),
    state && h('p', { class: 'hint' }, state),
  ];
}

/** Rooms that one may bring people into. */
function roomsOf(store) {
  return [...store.rooms.values()]
    .filter((room) => room.kind !== 'direct' && !room.archived && (room.role === 'owner' || room.role === 'moderator'))
    .sort((a, b) => compare(a.name, b.name));
}
