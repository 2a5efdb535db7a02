// The keys that the page listens to, for whoever asks with Ctrl /.

import { t } from '../../words/words.js';
import { h } from '../dom.js';
import { openDialog } from './dialog.js';

/** @type {() => [string, string[][]][]} */
const keys = () => [
  [t('Anywhere'), [
    [t('Ctrl K'), t('Go to a room or a person')],
    [t('Alt ↑ or Alt ↓'), t('The room above or below')],
    [t('Alt Shift ↑ or Alt Shift ↓'), t('The next unread room above or below')],
    [t('Ctrl /'), t('This page')],
    [t('Esc'), t('Close what is open')],
  ]],
  [t('In the box'), [
    [t('Enter'), t('Send')],
    [t('Shift Enter'), t('A new line')],
    [t('↑ in an empty box'), t('Edit what you said last')],
    ['@  #  :', t('Complete a person, a room, an emoji')],
    [t('Esc'), t('Cancel the reply or edit, then leave the box')],
  ]],
  [t('In the conversation'), [
    [t('↑ or ↓'), t('From message to message')],
    [t('Tab'), t('To the buttons of a message')],
    [t('Home or End'), t('To the beginning of what is loaded, to the newest')],
  ]],
];

export function shortcuts() {
  const apple = /Mac|iPhone|iPad/u.test(navigator.platform);
  const named = (keys) => (apple ? keys.replace(/Ctrl|Strg/u, '⌘').replaceAll('Alt', '⌥') : keys);
  openDialog(
    t('Keyboard shortcuts'),
    keys().map(([title, rows]) =>
      h(
        'section',
        { class: 'keys' },
        h('h3', {}, title),
        h('dl', {}, rows.map(([keys, what]) => h('div', {}, h('dt', {}, h('kbd', {}, named(keys))), h('dd', {}, what)))),
      ),
    ),
  );
}
