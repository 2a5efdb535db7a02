// The dialogs: join or make a room, write to somebody, add somebody, invite, settings, "sure?".

import { bdi, fill, h, icon, iconButton } from './dom.js';
import { plural } from './format.js';

/** A dialog over the page. Esc and a tap beside it close it. */
export function openDialog(title, ...content) {
  const node = h(
    'dialog',
    { 'aria-labelledby': 'dialog-title', onclose: () => node.remove() },
    h(
      'div',
      { class: 'inside' },
      h('header', {}, h('h2', { id: 'dialog-title' }, title), iconButton('close', 'Close', { onclick: () => node.close() })),
      content,
    ),
  );
  node.addEventListener('pointerdown', (event) => {
    if (event.target === node) node.close();
  });
  document.body.append(node);
  node.showModal();
  return node;
}

/**
 * A form whose `act` may fail in words. It is busy meanwhile; on success its dialog is closed, and
 * `then` gets what came of it: the keyboard's focus is the page's again.
 */
function form(act, then, label, ...fields) {
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'main' }, label);
  const submit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    wrong.textContent = '';
    button.disabled = true;
    try {
      const result = await act();
      node.closest('dialog')?.close();
      then(result);
    } catch (error) {
      wrong.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  };
  const node = h('form', { onsubmit: submit }, fields, wrong, h('div', { class: 'actions' }, button));
  return node;
}

function input(label, props, hint = null) {
  const id = `field-${label.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  const node = h('input', { id, autocomplete: 'off', ...props });
  return { node, parts: [h('label', { for: id }, label), node, hint && h('p', { class: 'hint' }, hint)] };
}

/** Public rooms to join, and a way to make one. `go(room)` shows it. */
export async function rooms(chat, store, go) {
  const list = h('div', { class: 'choose' }, h('p', { class: 'nothing' }, 'Loading…'));
  const filter = h('input', { type: 'search', placeholder: 'Find a room', 'aria-label': 'Find a room' });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const make = h('button', { type: 'button', class: 'main', onclick: () => {
    dialog.close();
    newRoom(chat, go, filter.value.trim());
  } }, icon('plus'), 'Make a new room');
  const dialog = openDialog('Rooms', filter, list, wrong, h('div', { class: 'actions' }, make));
  let found;
  try {
    found = await chat.publicRooms();
  } catch (error) {
    fill(list);
    wrong.textContent = error.message;
    return;
  }
  const enter = async (room) => {
    wrong.textContent = '';
    try {
      if (!store.rooms.has(room.room)) await chat.join(room.room);
      dialog.close();
      go(room.room);
    } catch (error) {
      wrong.textContent = error.message;
    }
  };
  const draw = () => {
    const words = filter.value.trim().toLocaleLowerCase();
    const fits = (room) => `${room.name} ${room.topic ?? ''}`.toLocaleLowerCase().includes(words);
    const shown = found.filter(fits);
    fill(
      list,
      shown.map((room) => choice(room, store.rooms.has(room.room), () => enter(room))),
      !shown.length &&
        h('p', { class: 'nothing' }, found.length ? 'No room is called that.' : 'There are no public rooms yet. Make the first one.'),
    );
  };
  filter.addEventListener('input', draw);
  draw();
}

function choice(room, mine, onclick) {
  const members = plural(room.members, 'member', 'members');
  return h(
    'button',
    { type: 'button', class: 'choice', onclick },
    h('span', { class: 'sign' }, icon('hash')),
    h('span', { class: 'about' }, bdi(room.name, 'name'), h('small', {}, room.topic ? [bdi(room.topic), ` · ${members}`] : members)),
    h('span', { class: 'verb' }, mine ? 'Open' : 'Join'),
  );
}

export function newRoom(chat, go, called = '') {
  const name = input('Name', { required: true, maxlength: '64', value: called, autofocus: true });
  const topic = input('Topic', { maxlength: '500', placeholder: 'What is it about? (optional)' });
  const secret = h('input', { type: 'checkbox', id: 'secret', role: 'switch' });
  const act = () => {
    const kind = secret.checked ? 'private' : 'public';
    return chat.create(name.node.value.trim(), kind, topic.node.value.trim());
  };
  openDialog(
    'Make a room',
    form(
      act,
      go,
      'Make the room',
      name.parts,
      topic.parts,
      h(
        'label',
        { class: 'switch', for: 'secret' },
        h('span', {}, 'Private', h('small', {}, 'Only people who are added can find and read it.')),
        secret,
      ),
    ),
  );
}

/** Somebody by user name, for a conversation or for a room. */
function person(title, label, hint, act, then) {
  const name = input('User name', { required: true, maxlength: '64', autofocus: true, autocapitalize: 'none', spellcheck: 'false' }, hint);
  const reference = () => `@${name.node.value.trim().replace(/^@/u, '')}`;
  openDialog(title, form(() => act(reference()), then, label, name.parts));
}

export function write(chat, go) {
  const hint = 'As they sign in here, such as anna.';
  person('Write to somebody', 'Start', hint, (user) => chat.direct(user), go);
}

export function add(chat, room) {
  const hint = 'They see this room at once.';
  person('Add somebody', 'Add', hint, (user) => chat.addMember(room.id, user), () => {});
}

/** A link that makes an account: shown once, to be handed on. */
export function invite(api) {
  const uses = input('For how many people', { type: 'number', min: '1', max: '1000', value: '1', required: true });
  const place = h('div');
  const make = async (event) => {
    event.preventDefault();
    wrong.textContent = '';
    try {
      const { secret, expires } = await api.invite(Number(uses.node.value));
      shown(`${location.origin}/#invitation=${secret}`, expires);
    } catch (error) {
      wrong.textContent = error.message;
    }
  };
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const shown = (link, expires) => {
    const box = h('input', { readonly: true, value: link, 'aria-label': 'Invitation link', class: 'link' });
    const copy = h('button', { type: 'button', class: 'main' }, 'Copy the link');
    copy.addEventListener('click', async () => {
      box.select();
      try {
        await navigator.clipboard.writeText(link);
        copy.textContent = 'Copied';
      } catch {
        copy.textContent = 'Press Ctrl C';
      }
    });
    const until = new Date(expires).toLocaleDateString(undefined, { day: 'numeric', month: 'long' });
    fill(
      place,
      h('p', { class: 'lead' }, `Send this link to whom you invite. It works until ${until} and is shown only now.`),
      box,
      h('div', { class: 'actions' }, copy),
    );
    copy.focus();
  };
  fill(
    place,
    h('p', { class: 'lead' }, 'Whoever has the link can make an account on this server.'),
    h(
      'form',
      { onsubmit: make },
      uses.parts,
      wrong,
      h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'main' }, 'Make a link')),
    ),
  );
  openDialog('Invite people', place);
}

/** `signOut()` may fail in words. */
export function settings(store, signOut) {
  const root = document.documentElement;
  const now = root.dataset.theme ?? 'system';
  const choose = (theme) => {
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
    localStorage.setItem('theme', theme);
  };
  const option = (theme, label) =>
    h(
      'label',
      {},
      h('input', { type: 'radio', name: 'theme', checked: theme === now, onchange: () => choose(theme) }),
      h('span', {}, label),
    );
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      wrong.textContent = error.message;
    }
  };
  openDialog(
    'Settings',
    h('p', { class: 'lead' }, 'Signed in as ', h('strong', {}, bdi(store.me.name)), '.'),
    h(
      'fieldset',
      { class: 'segments' },
      h('legend', {}, 'Colours'),
      option('system', 'System'),
      option('light', 'Light'),
      option('dark', 'Dark'),
    ),
    wrong,
    h('div', { class: 'actions' }, h('button', { type: 'button', onclick: leave }, 'Sign out')),
  );
}

/** Asks before what cannot be taken back; true for yes. */
export function sure(question, text, yes) {
  return new Promise((resolve) => {
    const answer = (value) => () => {
      resolve(value);
      dialog.close();
    };
    const dialog = openDialog(
      question,
      h('p', { class: 'lead' }, text),
      h(
        'div',
        { class: 'actions' },
        h('button', { type: 'button', onclick: answer(false) }, 'Cancel'),
        h('button', { type: 'button', class: 'danger', autofocus: true, onclick: answer(true) }, yes),
      ),
    );
    dialog.addEventListener('close', () => resolve(false));
  });
}
