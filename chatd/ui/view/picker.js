// Choosing an emoji: six at once, and behind a press all that the page knows, by groups and by name.

import { GROUPS, QUICK, findEmoji } from '../state/emoji.js';
import { direction, emojiName, t } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { popover } from './popover.js';

/** Emoji in a row of the grid: as many as style/messages.css has. */
const ACROSS = 8;

/** `choose(emoji)` is called once, if at all. `whole`: at once with the grid. */
export function pickEmoji(anchor, choose, { whole = false } = {}) {
  const one = ({ emoji, name }) =>
    h(
      'button',
      {
        type: 'button',
        class: 'emoji',
        'aria-label': emojiName(name),
        title: emojiName(name),
        onclick: () => {
          shown.close();
          choose(emoji);
        },
      },
      emoji,
    );
  const names = new Map(GROUPS.flatMap((group) => group.emoji).map(({ emoji, name }) => [emoji, name]));
  const more = h(
    'button',
    { type: 'button', class: 'emoji', 'aria-label': t('More emoji'), title: t('More emoji'), onclick: () => grow() },
    icon('plus'),
  );
  const quick = h('div', { class: 'quick' }, QUICK.map((emoji) => one({ emoji, name: names.get(emoji) })), more);
  const node = h('div', { class: 'picker', role: 'dialog', 'aria-label': t('Choose an emoji') }, quick);
  let shown;

  const grow = () => {
    const list = h('div', { class: 'all' });
    const search = h('input', { type: 'search', placeholder: t('Find an emoji'), 'aria-label': t('Find an emoji') });
    const draw = () => {
      const query = search.value.trim();
      const found = query ? findEmoji(query) : [];
      if (!query) fill(list, GROUPS.map((group) => [h('h4', { 'aria-level': '2' }, emojiName(group.name)), h('div', { class: 'grid' }, group.emoji.map(one))]));
      else if (found.length) fill(list, h('div', { class: 'grid' }, found.map(one)));
      else fill(list, h('p', { class: 'nothing' }, t('There is none of that name here.')));
    };
    search.addEventListener('input', draw);
    search.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      list.querySelector('button')?.click();
    });
    draw();
    fill(node, search, list);
    node.classList.add('whole');
    if (shown) shown.place();
    else shown = popover(anchor, node);
    search.focus();
  };

  node.addEventListener('keydown', (event) => step(event, node));
  if (whole) {
    grow();
  } else {
    shown = popover(anchor, node);
    quick.querySelector('button').focus();
  }
}

function step(event, node) {
  const all = [...node.querySelectorAll('button.emoji')];
  const at = all.indexOf(document.activeElement);
  const ahead = direction() === 'rtl' ? -1 : 1;
  const down = event.target.matches('input') ? { ArrowDown: 0 } : null;
  const by = { ArrowRight: ahead, ArrowLeft: -ahead, ArrowDown: ACROSS, ArrowUp: -ACROSS }[event.key];
  const to = down ? down[event.key] : by === undefined ? undefined : at + by;
  if (to === undefined) return;
  event.preventDefault();
  (all[to] ?? (to < 0 ? node.querySelector('input') : null))?.focus();
}
