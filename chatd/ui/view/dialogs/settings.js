// What one sets for oneself: the sections, and those that have little in them.

import { append, bdi, fill, h } from '../dom.js';
import { avatar } from '../parts.js';
import { choosing } from '../picture.js';
import { account, email, password } from './settings_account.js';
import { closed } from './settings_push.js';
import { status } from './settings_status.js';
import { input, problem, sectioned, segments, staying, toggle } from './dialog.js';

/** `upload(blob)` brings a picture here; `signOut()` may fail in words; `first`: where to begin. */
export function settings({ store, chat, api, upload, signOut, first = null }) {
  const { node: wrong, attempt } = problem();
  const out = h('button', { type: 'button', onclick: () => attempt(signOut) }, 'Sign out');
  const shown = (make) => (place) => append(place, make());
  return sectioned(
    'Settings',
    [
      { label: 'Profile', show: shown(() => profile(store, chat, upload)) },
      { label: 'Status', show: shown(() => status(store, chat)) },
      { label: 'Privacy', show: (place) => privacy(chat, place) },
      { label: 'Blocked people', show: (place) => blocked(chat, place) },
      { label: 'Page closed', show: (place) => closed(chat.push, store.me.user, place) },
      { label: 'E-mail', show: (place) => email(api, place) },
      { label: 'Password', show: shown(() => password(api, store)) },
      { label: 'Colours', show: shown(colours) },
      { label: 'Account', show: shown(() => account(store, api)) },
    ],
    { end: [wrong, out], first },
  );
}

function profile(store, chat, upload) {
  const { user, name } = store.me;
  const known = store.people.get(user) ?? { display: name, about: '', avatar: null };
  const { node: wrong, attempt } = problem();
  const display = input('Name that people see', { required: true, maxlength: '80', value: known.display });
  const about = input('About you', { tag: 'textarea', rows: '4', maxlength: '500', value: known.about });
  const act = () => chat.people.setProfile({ display: display.node.value.trim(), about: about.node.value.trim() });
  return [
    h('p', { class: 'lead' }, 'Signed in as ', h('strong', {}, bdi(name)), '.'),
    choosing({
      picture: known.avatar,
      under: () => avatar(user, known.display),
      label: 'Your picture',
      upload,
      choose: (picture) => chat.people.setProfile({ avatar: picture }),
      attempt,
    }),
    wrong,
    staying(act, (_, say) => say('Saved'), 'Save', display.parts, about.parts),
  ];
}

async function privacy(chat, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, 'Loading…'), wrong);
  const found = await attempt(() => chat.people.privacy());
  if (!found) return;
  const said = h('p', { class: 'said', role: 'status' });
  const set = async (fields) => {
    said.textContent = '';
    if (await attempt(() => chat.people.setPrivacy(fields))) said.textContent = 'Saved';
  };
  const switched = (field, label, hint) => {
    const one = toggle(label, hint, { checked: found[field], onchange: () => set({ [field]: one.node.checked }) });
    return one.parts;
  };
  fill(
    place,
    segments('Who sees when you were last here', [['all', 'Everybody'], ['none', 'Nobody']], found.seen_by, (value) => set({ seen_by: value })),
    h('p', { class: 'hint' }, 'If nobody sees it of you, you do not see it of others either.'),
    segments(
      'Who may begin a conversation with you',
      [['all', 'Everybody'], ['rooms', 'People of my rooms'], ['none', 'Nobody']],
      found.direct_from,
      (value) => set({ direct_from: value }),
    ),
    h('p', { class: 'hint' }, 'Conversations that are there already go on.'),
    switched('receipts', 'Tell what I have read', 'Without this nobody sees how far you got, and what you read counts nowhere.'),
    switched('typing', 'Tell that I type', 'Without this nobody sees that you are writing something.'),
    wrong,
    said,
  );
}

async function blocked(chat, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, 'Loading…'), wrong);
  const people = await attempt(() => chat.people.blocked());
  if (!people) return;
  const free = async (person) => {
    await attempt(() => chat.people.block(person.user, false));
    if (!wrong.textContent) blocked(chat, place);
  };
  const line = (person) =>
    h(
      'li',
      {},
      avatar(person.user, person.display),
      h('span', { class: 'about' }, bdi(person.display, 'name'), h('small', {}, `@${person.name}`)),
      h('button', { type: 'button', onclick: () => free(person) }, 'Unblock'),
    );
  fill(
    place,
    h('p', { class: 'lead' }, 'You and those you block cannot write to one another, bring one another into rooms, or see whether the other is there.'),
    people.length
      ? h('ul', { class: 'lines' }, people.map(line))
      : h('p', { class: 'nothing' }, 'You block nobody. You find "Block" on a person’s card.'),
    wrong,
  );
}

function colours() {
  const root = document.documentElement;
  const choose = (theme) => {
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
    localStorage.setItem('theme', theme);
  };
  const options = [['system', 'System'], ['light', 'Light'], ['dark', 'Dark']];
  return [segments('Colours', options, root.dataset.theme ?? 'system', choose)];
}
