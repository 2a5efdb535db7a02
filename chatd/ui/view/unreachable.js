// The page where the server cannot be asked who one is, and nobody was signed in here before.

import { t } from '../words/words.js';
import { fill, h } from './dom.js';

/** Seconds between two tries. */
const AGAIN = 10;

/** `why`: a sentence. `again()` is called once: soon, when the network is back, or when somebody wants it. */
export function unreachable(why, again) {
  const go = () => {
    clearTimeout(timer);
    removeEventListener('online', go);
    button.disabled = true;
    again();
  };
  const button = h('button', { type: 'button', class: 'main', onclick: go }, t('Try again now'));
  const timer = setTimeout(go, AGAIN * 1000);
  addEventListener('online', go);
  const words = navigator.onLine ? why : t('This device is offline.');
  fill(
    document.body,
    h(
      'main',
      { class: 'front' },
      h(
        'div',
        { class: 'card', role: 'alert' },
        h('p', {}, words),
        h('p', { class: 'hint' }, t('This page tries again by itself.')),
        button,
      ),
    ),
  );
}
