// Somebody's card: who they are, what they are up to, and what one can do with them.

import { t } from '../words/words.js';
import { h } from './dom.js';
import { openDialog, problem } from './dialogs/dialog.js';
import { Kept, arrange } from './kept.js';
import { addButton, blockButton, mayDo, portrait } from './portrait.js';

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
    const may = person && !person.deleted && kept.get('actions', mayDo(store, person), () => actions(person));
    arrange(place, portrait(store, kept, user), may);
  };
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
    const ports = { chat, store, attempt, say: wish.say };
    const write = () => h('button', { type: 'button', class: 'main', autofocus: true, onclick: leave(() => chat.direct(user)) }, t('Write'));
    return h(
      'div',
      { class: 'actions' },
      blockButton(ports, person, draw),
      addButton(ports, person),
      !store.blocked.has(user) && write(),
    );
  };
  const stop = store.watch((what) => (what === 'people' || what === 'here') && draw());
  dialog.addEventListener('close', stop);
  draw();
  attempt(() => chat.people.person(user)).then(draw);
}
