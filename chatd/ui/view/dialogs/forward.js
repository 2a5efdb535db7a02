// Passing a message on: to which room or whom, and with what words before it.

import { fold } from '../../state/completion.js';
import { compare, t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
import { sign } from '../parts.js';
import { line } from '../quote.js';
import { openDialog } from './dialog.js';

/** `go(room)` shows the room it went to. */
export function forward(talk, store, message, go) {
  const rooms = [...store.rooms.values()]
    .filter((room) => !room.closedTo)
    .sort((a, b) => compare(store.titleOf(a), store.titleOf(b)));
  const list = h('div', { class: 'choose' });
  const filter = h('input', { type: 'search', placeholder: t('Find a room or a person'), 'aria-label': t('Find a room or a person') });
  const text = h('input', { placeholder: t('Say something with it (optional)'), 'aria-label': t('Say something with it'), maxlength: '4096', autocomplete: 'off' });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  let busy = false;
  const send = async (room) => {
    if (busy) return;
    busy = true;
    wrong.textContent = '';
    try {
      await talk.forward(message.room, message.seq, room.id, text.value.trim());
      dialog.close();
      go(room.id);
    } catch (error) {
      wrong.textContent = error.message;
    } finally {
      busy = false;
    }
  };
  const draw = () => {
    const words = fold(filter.value.trim());
    const shown = rooms.filter((room) => fold(`${store.titleOf(room)} ${room.name}`).includes(words));
    fill(
      list,
      shown.map((room) =>
        h(
          'button',
          { type: 'button', class: 'choice', onclick: () => send(room) },
          sign(room, null, store.titleOf(room)),
          h('span', { class: 'about' }, bdi(store.titleOf(room), 'name')),
          h('span', { class: 'verb' }, t('Send')),
        ),
      ),
      !shown.length && h('p', { class: 'nothing' }, t('No room or person is called that.')),
    );
  };
  filter.addEventListener('input', draw);
  draw();
  const dialog = openDialog(
    t('Forward'),
    h('blockquote', { class: 'passage' }, h('span', { class: 'author' }, bdi(store.people.display(message.from, message.name))), h('span', { class: 'quoted', dir: 'auto' }, line(message))),
    h('div', { class: 'asks' }, text, filter),
    list,
    wrong,
  );
  filter.focus();
}
