// What one is up to: an emoji, a few words, and until when.

import { t } from '../../words/words.js';
import { h } from '../dom.js';
import { until } from '../format.js';
import { input, select, staying } from './dialog.js';

const ready = () => [
  ['🍽️', t('At lunch'), '3600'],
  ['🎧', t('Please do not disturb'), '3600'],
  ['🏠', t('Working from home'), 'today'],
  ['🤒', t('Ill'), 'never'],
  ['🌴', t('On holiday'), 'never'],
];
const endings = () => [
  ['1800', t('30 minutes')],
  ['3600', t('An hour')],
  ['today', t('Today')],
  ['week', t('This week')],
  ['never', t('Don’t clear')],
];

/** The moment that a word of `endings` means, null for never; weeks end on Sunday (ISO 8601). */
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
  const emoji = input(t('Emoji'), { value: now?.emoji ?? '', maxlength: '32', class: 'one-emoji' });
  const text = input(t('Status'), { value: now?.text ?? '', maxlength: '100', placeholder: t('What are you up to?') });
  const ends = select(t('Clear after'), endings(), 'today');
  const chips = ready().map(([drawing, word, after]) =>
    h(
      'button',
      {
        type: 'button',
        onclick: () => {
          emoji.node.value = drawing;
          text.node.value = word;
          ends.node.value = after;
        },
      },
      `${drawing} ${word}`,
    ),
  );
  const act = async () => {
    const fields = { emoji: emoji.node.value.trim(), text: text.node.value.trim() };
    const at = moment(ends.node.value);
    const any = fields.emoji || fields.text;
    await chat.people.setStatus(any ? { ...fields, ...(at !== null && { until: at }) } : {});
    return any;
  };
  const clear = () => {
    emoji.node.value = text.node.value = '';
    node.requestSubmit();
  };
  const done = (any, say) => say(any ? t('Your status is set') : t('You have no status'));
  const node = staying(
    act,
    done,
    t('Set status'),
    h('div', { class: 'side-by-side status-line' }, h('div', {}, emoji.parts), h('div', {}, text.parts)),
    ends.parts,
  );
  node.querySelector('.actions').prepend(h('button', { type: 'button', class: 'quiet', onclick: clear }, t('Clear status')));
  return [
    now?.until && h('p', { class: 'lead' }, t('Your status holds {until}.', { until: until(now.until) })),
    h('div', { class: 'ready' }, chips),
    node,
  ];
}
