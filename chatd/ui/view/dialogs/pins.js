// What a room keeps in view: its pinned messages, the newest pin first.

import { parts, t } from '../../words/words.js';
import { bdi, fill, h, iconButton } from '../dom.js';
import { exactly, shortDay, shortMoment } from '../format.js';
import { avatar } from '../parts.js';
import { line } from '../quote.js';
import { openDialog } from './dialog.js';

/** `goTo(seq)` shows a message; `unpin(seq)` takes it off, and tells whether that worked; `called(user, name)`: the name that people see. */
export async function pins(talk, room, goTo, unpin, called) {
  const list = h('div', { class: 'found' }, h('p', { class: 'nothing' }, t('Loading…')));
  const dialog = openDialog(t('Pinned messages'), list);
  dialog.classList.add('finds');
  const nothing = () =>
    h('p', { class: 'nothing' }, room.mayPin ? t('Nothing is pinned here yet. Pin a message with its ⋯ menu.') : t('Nothing is pinned here yet.'));
  let all;
  try {
    all = await talk.pins(room.id);
  } catch (error) {
    fill(list, h('p', { class: 'wrong', role: 'alert' }, error.message));
    return;
  }
  const entry = ({ message, user, name, at }) => {
    const node = h(
      'div',
      { class: 'hit' },
      h(
        'button',
        {
          type: 'button',
          class: 'go',
          onclick: () => {
            dialog.close();
            goTo(message.seq);
          },
        },
        h(
          'span',
          { class: 'by' },
          avatar(message.from, called(message.from, message.name)),
          bdi(called(message.from, message.name), 'author'),
          h('time', { class: 'when', title: exactly(message.at) }, shortMoment(message.at)),
        ),
        h('span', { class: 'quoted', dir: 'auto' }, line(message)),
        h('small', {}, parts('Pinned by {name}, {day}', { name: bdi(called(user, name)), day: shortDay(at) })),
      ),
      room.mayPin &&
        iconButton('unpin', t('Unpin'), {
          onclick: async () => {
            if (!(await unpin(message.seq))) return;
            node.remove();
            if (!list.children.length) fill(list, nothing());
          },
        }),
    );
    return node;
  };
  fill(list, all.map(entry));
  if (!all.length) fill(list, nothing());
}
