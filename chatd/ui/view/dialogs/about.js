// What became of a message: who has read it, who reacted, and how it read before.

import { many, t } from '../../words/words.js';
import { bdi, fill, h, icon } from '../dom.js';
import { exactly, shortMoment } from '../format.js';
import { avatar } from '../parts.js';
import { card } from '../card.js';
import { words } from '../words.js';
import { openDialog } from './dialog.js';

/**
 * A dialog with a list that comes in pages: `ask(last)` gives a reply, `show(reply)` its nodes and
 * `next(reply)` what to ask with for more. A failure is told in its place.
 */
async function paged(title, ask, show, next) {
  const list = h('div', { class: 'told' });
  const place = h('div', { class: 'actions' }, h('p', { class: 'nothing' }, t('Loading…')));
  const dialog = openDialog(title, list, place);
  const page = async (after) => {
    try {
      const reply = await ask(after);
      list.append(...[show(reply, after === null)].flat(Infinity).filter(Boolean));
      const more = h('button', { type: 'button', onclick: () => page(next(reply)) }, t('More'));
      fill(place, reply.more && more);
    } catch (error) {
      fill(place, h('p', { class: 'wrong', role: 'alert' }, error.message));
    }
  };
  await page(null);
  return dialog;
}

/** `called(user, name)`: the name that people see. */
export function readers(talk, { room, seq }, called) {
  const show = ({ of, delivered, read, people }, first) => [
    first &&
      h(
        'p',
        { class: 'lead' },
        of === 0
          ? t('There is nobody else here whose reading shows.')
          : many(of, 'Read by {read}, delivered to {delivered}, of {count} person. People who hide what they read are not counted.', 'Read by {read}, delivered to {delivered}, of {count} people. People who hide what they read are not counted.', { read, delivered }),
      ),
    people.map(({ user, name, state }) => {
      const reads = state === 'read';
      return h(
        'div',
        { class: 'item' },
        avatar(user, called(user, name)),
        bdi(called(user, name), 'name'),
        h('span', { class: `progress ${reads ? 'seen' : ''}` }, icon(reads ? 'checks' : 'check')),
        h('span', { class: 'role' }, reads ? t('Read') : t('Delivered')),
      );
    }),
  ];
  paged(t('Who has read it'), (after) => talk.readBy(room, seq, after), show, (reply) => reply.people.at(-1)?.name);
}

export function reactors(talk, { room, seq }, called) {
  const show = ({ reactors: found }, first) => [
    first && !found.length && h('p', { class: 'nothing' }, t('Nobody reacts to it any more.')),
    found.map(({ user, name, emoji, at }) =>
      h(
        'div',
        { class: 'item', title: exactly(at) },
        avatar(user, called(user, name)),
        bdi(called(user, name), 'name'),
        h('span', { class: 'emoji' }, emoji),
      ),
    ),
  ];
  paged(t('Who reacted'), (after) => talk.reactors(room, seq, after), show, (reply) => reply.reactors.at(-1)?.place);
}

export function versions(talk, { room, seq }) {
  const show = ({ revisions }, first) => [
    first && !revisions.length && h('p', { class: 'nothing' }, t('There are no earlier versions.')),
    revisions.map(({ at, text = '', data }) =>
      h(
        'article',
        { class: 'version' },
        h('time', { class: 'when', title: exactly(at) }, shortMoment(at)),
        h('div', { class: 'line', dir: 'auto' }, words(text)),
        card(data),
      ),
    ),
  ];
  paged(t('Earlier versions'), (after) => talk.revisions(room, seq, after), show, (reply) => reply.revisions.at(-1)?.revision);
}
