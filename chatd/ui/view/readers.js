// Who has read up to a message, as small circles at its end.

import { list, many, number, t } from '../words/words.js';
import { h } from './dom.js';
import { momentWithin } from './format.js';
import { avatar } from './parts.js';

/** So many circles; more are a number. Their place is kept in every row, so that nothing moves. */
const SHOWN = 2;
/** So many are named to ears and on pointing. */
const NAMED = 5;

/** `shown`: a row with `here` and `hereCalled`, the names that go with it; `ask()` tells more. */
export function readersHere({ here, hereCalled = [] }, ask) {
  if (!here.length) return null;
  const circles = here.slice(0, here.length > SHOWN ? SHOWN - 1 : SHOWN);
  const rest = here.length - circles.length;
  const names = hereCalled.filter(Boolean).slice(0, NAMED);
  const others = here.length - names.length;
  const who = { names: list([...names, others > 0 && many(others, '{count} other', '{count} others')].filter(Boolean)) };
  const at = here.length === 1 ? here[0].at : null;
  const label = at
    ? t('Read up to here by {names}, seen {time}', { ...who, time: momentWithin(at) })
    : t('Read up to here by {names}', who);
  return h(
    'button',
    { type: 'button', class: 'readers', 'aria-label': label, title: label, onclick: ask },
    rest > 0 && h('span', { class: 'rest', 'aria-hidden': 'true' }, `+${number(rest)}`),
    circles.map(({ user }, place) => avatar(user, hereCalled[place] ?? '')),
  );
}
