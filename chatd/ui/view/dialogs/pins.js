// What a room keeps in view: its pinned messages, the newest pin first.

import { bdi, fill, h, iconButton } from '../dom.js';
import { exactly, shortDay, time } from '../format.js';
import { avatar } from '../parts.js';
import { line } from '../quote.js';
import { openDialog } from './dialog.js';

/** `goTo(seq)` shows a message; `unpin(seq)` takes it off, and tells whether that worked. */
export async function pins(talk, room, goTo, unpin) {
  const list = h('div', { class: 'found' }, h('p', { class: 'nothing' }, 'Loading…'));
  const dialog = openDialog('Pinned messages', list);
  dialog.classList.add('finds');
  const nothing = () =>
    h('p', { class: 'nothing' }, room.mayPin ? 'Nothing is pinned here yet. Pin a message with its ⋯ menu.' : 'Nothing is pinned here yet.');
  let all;
  try {
    all = await talk.pins(room.id);
  } catch (error) {
    fill(list, h('p', { class: 'wrong', role: 'alert' }, error.message));
    return;
  }
  const entry = ({ message, name, at }) => {
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
          avatar(message.from, message.name),
          bdi(message.name, 'author'),
          h('time', { class: 'when', title: exactly(message.at) }, `${shortDay(message.at)}, ${time(message.at)}`),
        ),
        h('span', { class: 'quoted', dir: 'auto' }, line(message)),
        h('small', {}, 'Pinned by ', bdi(name), `, ${shortDay(at)}`),
      ),
      room.mayPin &&
        iconButton('close', 'Unpin', {
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
