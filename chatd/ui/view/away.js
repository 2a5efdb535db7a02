// Whether the connection is away, for whoever waits for an answer and looks at what they asked.

import { t } from '../words/words.js';

let away = false;
const watchers = new Set();

/** The connection went or came. */
export function setAway(yes) {
  if (yes === away) return;
  away = yes;
  for (const call of [...watchers]) call(yes);
}

export const isAway = () => away;

/** `call(away)` now and whenever that changes. Gives a function that ends it. */
export function watchAway(call) {
  watchers.add(call);
  call(away);
  return () => watchers.delete(call);
}

/** Runs `act`; for as long as it waits for the connection, `place` says so. */
export async function waiting(place, act) {
  const say = (yes) => {
    place.textContent = yes ? t('No connection. This waits until it is back.') : '';
    place.classList.toggle('waits', yes);
  };
  const stop = watchAway(say);
  try {
    return await act();
  } finally {
    stop();
    say(false);
  }
}
