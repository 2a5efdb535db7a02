// The keys that the page listens to, for whoever asks with Ctrl /.

import { h } from '../dom.js';
import { openDialog } from './dialog.js';

/** @type {[string, string[][]][]} */
const KEYS = [
  ['Anywhere', [
    ['Ctrl K', 'Go to a room or a person'],
    ['Alt ↑ or Alt ↓', 'The room above or below'],
    ['Alt Shift ↑ or Alt Shift ↓', 'The next unread room above or below'],
    ['Ctrl /', 'This page'],
    ['Esc', 'Close what is open'],
  ]],
  ['In the box', [
    ['Enter', 'Send'],
    ['Shift Enter', 'A new line'],
    ['↑ in an empty box', 'Edit what you said last'],
    ['@  #  :', 'Complete a person, a room, an emoji'],
    ['Esc', 'Give up the answer or the edit, then leave the box'],
  ]],
  ['In the conversation', [
    ['↑ or ↓', 'From message to message'],
    ['Tab', 'To the buttons of a message'],
    ['Home or End', 'To the beginning of what is loaded, to the newest'],
  ]],
];

export function shortcuts() {
  const apple = /Mac|iPhone|iPad/u.test(navigator.platform);
  const named = (keys) => (apple ? keys.replace('Ctrl', '⌘').replace('Alt', '⌥') : keys);
  openDialog(
    'Keys',
    KEYS.map(([title, rows]) =>
      h(
        'section',
        { class: 'keys' },
        h('h3', {}, title),
        h('dl', {}, rows.map(([keys, what]) => h('div', {}, h('dt', {}, h('kbd', {}, named(keys))), h('dd', {}, what)))),
      ),
    ),
  );
}
