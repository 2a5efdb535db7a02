// The reactions below a message.

import { whoReacted } from '../state/reactions.js';
import { number, t } from '../words/words.js';
import { h, icon } from './dom.js';

/** Chips that show at first; the others are one press away. */
const SHOWN = 12;

/**
 * `reactions` as they show; `wish`: me (an id), name(user), react(message, emoji, on),
 * pick(anchor, message), reactors(message); `may`: whether one may react.
 */
export function chips(message, reactions, wish, may) {
  if (!reactions.length) return null;
  const rest = reactions.slice(SHOWN);
  const more =
    rest.length > 1 &&
    h(
      'button',
      { type: 'button', class: 'reaction', onclick: () => more.replaceWith(...rest.map(one)) },
      t('{count} more', { count: rest.length }),
    );
  const one = (reaction) => chip(message, reaction, wish, may);
  const add = may && h(
    'button',
    {
      type: 'button',
      class: 'reaction add',
      'aria-label': t('Add a reaction'),
      title: t('Add a reaction'),
      onclick: () => wish.pick(add, message),
    },
    icon('smile'),
  );
  return h(
    'div',
    { class: 'reactions', role: 'group', 'aria-label': t('Reactions') },
    reactions.slice(0, SHOWN).map(one),
    more || rest.map(one),
    add,
  );
}

function chip(message, reaction, wish, may) {
  const { emoji, count, mine } = reaction;
  const who = whoReacted(reaction, wish.me, wish.name);
  return h(
    'button',
    {
      type: 'button',
      class: `reaction${mine ? ' mine' : ''}`,
      'aria-pressed': String(mine ?? false),
      'aria-label': `${emoji} ${count}: ${who}`,
      title: who,
      'data-emoji': emoji,
      onclick: () => (may ? wish.react(message, emoji, !mine) : wish.reactors(message)),
    },
    h('span', { class: 'emoji', 'aria-hidden': 'true' }, emoji),
    h('span', { class: 'number', 'aria-hidden': 'true' }, number(count)),
  );
}
