// What one is up to: an emoji, a few words, and until when.

import { h } from '../dom.js';
import { end } from '../format.js';
import { input, select, staying } from './dialog.js';

const READY = [
  ['🍽️', 'At lunch', '3600'],
  ['🎧', 'Please do not disturb', '3600'],
  ['🏠', 'Working from home', 'today'],
  ['🤒', 'Ill', 'never'],
  ['🌴', 'On holiday', 'never'],
];
const UNTIL = [['1800', 'In 30 minutes'], ['3600', 'In an hour'], ['today', 'At the end of today'], ['week', 'At the end of this week'], ['never', 'Never']];

/** The moment that a word of `UNTIL` means, null for never; weeks end on Sunday (ISO 8601). */
export function moment(word, now = new Date()) {
  if (word === 'never') return null;
  if (word !== 'today' && word !== 'week') return now.getTime() + Number(word) * 1000;
  const end = new Date(now);
  const days = word === 'today' ? 0 : (7 - end.getDay()) % 7;
  end.setDate(end.getDate() + days + 1);
  end.setHours(0, 0, 0, 0);
  return end.getTime();
}

export function status(store, chat) {
  const now = store.people.status(store.me.user, Date.now());
  const emoji = input('Emoji', { value: now?.emoji ?? '', maxlength: '32', class: 'one-emoji' });
  const text = input('Words', { value: now?.text ?? '', maxlength: '100', placeholder: 'What are you up to?' });
  const until = select('It ends', UNTIL, 'today');
  const ready = READY.map(([drawing, word, ends]) =>
    h(
      'button',
      {
        type: 'button',
        class: 'chip',
        onclick: () => {
          emoji.node.value = drawing;
          text.node.value = word;
          until.node.value = ends;
        },
      },
      `${drawing} ${word}`,
    ),
  );
  const act = async () => {
    const fields = { emoji: emoji.node.value.trim(), text: text.node.value.trim() };
    const ends = moment(until.node.value);
    const any = fields.emoji || fields.text;
    await chat.people.setStatus(any ? { ...fields, ...(ends !== null && { until: ends }) } : {});
    return any;
  };
  const clear = () => {
    emoji.node.value = text.node.value = '';
    node.requestSubmit();
  };
  const done = (any, say) => say(any ? 'Your status is set' : 'You have no status');
  const node = staying(
    act,
    done,
    'Set status',
    h('div', { class: 'side-by-side status-line' }, h('div', {}, emoji.parts), h('div', {}, text.parts)),
    until.parts,
  );
  node.querySelector('.actions').prepend(h('button', { type: 'button', class: 'quiet', onclick: clear }, 'No status'));
  return [
    now?.until && h('p', { class: 'lead' }, `Your status holds until ${end(now.until)}.`),
    h('div', { class: 'chips' }, ready),
    node,
  ];
}
