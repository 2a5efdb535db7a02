// Who has read up to a message, as small circles at its end.

import { h } from './dom.js';
import { plural } from './format.js';
import { avatar, seenWords } from './parts.js';

/** So many circles; more are a number. Their place is kept in every row, so that nothing moves. */
const SHOWN = 2;
/** So many are named to ears and on pointing. */
const NAMED = 5;

/** `shown`: a row with `here` and `hereCalled`, the names that go with it; `ask()` tells more. */
export function readersHere({ here, hereCalled = [] }, ask) {
  if (!here.length) return null;
  const circles = here.slice(0, here.length > SHOWN ? SHOWN - 1 : SHOWN);
  const rest = here.length - circles.length;
  const names = hereCalled.slice(0, NAMED);
  const others = here.length - names.length;
  const all = others > 0 ? `${names.join(', ')} and ${plural(others, 'other', 'others')}` : names.join(', ');
  const when = here.length === 1 && here[0].at ? `, ${seenWords(here[0].at).toLocaleLowerCase()}` : '';
  const label = `Read up to here by ${all}${when}`;
  return h(
    'button',
    { type: 'button', class: 'readers', 'aria-label': label, title: label, onclick: ask },
    rest > 0 && h('span', { class: 'rest', 'aria-hidden': 'true' }, `+${rest}`),
    circles.map(({ user }, at) => avatar(user, hereCalled[at] ?? '')),
  );
}
