// To a day of a conversation.

import { t } from '../../words/words.js';
import { h } from '../dom.js';
import { form, input, openDialog } from './dialog.js';

/** `from`: a time (ms) of the day to begin with; `act(ms)` goes to that day's first moment. */
export function jump(from, act) {
  const day = input(t('Day'), { type: 'date', required: true, max: written(Date.now()), value: written(from) });
  const go = () => {
    // Without a time of day a date is in UTC; with one it is in local time.
    const at = new Date(`${day.node.value}T00:00`).getTime();
    if (Number.isNaN(at)) throw new Error(t('Choose a day.'));
    return act(at);
  };
  openDialog(t('Go to a day'), form(go, () => {}, t('Go'), h('div', {}, day.parts)));
  day.node.focus();
}

/** The day as a date field writes it. */
function written(ms) {
  const date = new Date(ms);
  const two = (number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
