// How one is notified in this browser of what is said.

import { t } from '../../words/words.js';
import { chime } from '../chime.js';
import { allow, permission } from '../desktop.js';
import { h } from '../dom.js';
import { toggle } from './dialog.js';

const blocked = () =>
  t('Your browser blocks notifications from this site. Allow them in its settings for this site (beside the address), then switch this on again.');
const none = () => t('This browser has no notifications.');

/** `wants`: see there. */
export function telling(wants) {
  const wrong = h('p', { class: 'wrong', role: 'alert' }, permission() === 'denied' && blocked());
  const desktop = toggle(t('Show on the desktop'), t('While this page is open in any tab; not for the room that you are looking at.'), {
    checked: wants.get().desktop && permission() === 'granted',
    disabled: permission() === 'none',
    onchange: async ({ target }) => {
      wrong.textContent = '';
      if (target.checked && (await allow()) !== 'granted') {
        target.checked = false;
        if (permission() === 'denied') wrong.textContent = blocked();
      }
      wants.set({ desktop: target.checked });
    },
  });
  const sound = toggle(t('Sound'), t('Two short notes when there is something to tell.'), {
    checked: wants.get().sound,
    onchange: ({ target }) => {
      wants.set({ sound: target.checked });
      if (target.checked) chime().catch(() => {});
    },
  });
  return [
    h('p', { class: 'lead' }, t('For this browser only.')),
    desktop.parts,
    permission() === 'none' && h('p', { class: 'hint' }, none()),
    wrong,
    sound.parts,
    h(
      'p',
      { class: 'hint' },
      t('You are told of everything in conversations and of mentions in rooms. Choose something else for a room in its menu.'),
    ),
  ];
}
