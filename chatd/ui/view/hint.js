// One hint at a time for whoever is new, below the list: seen beside everything, in the way of nothing.

import { ownStorage } from '../net/base.js';
import { Hints } from '../state/hints.js';
import { t } from '../words/words.js';
import { fill, h, iconButton } from './dom.js';

const touch = matchMedia('(pointer: coarse)');

export class Hint {
  node = h('aside', { class: 'hint-card', 'aria-label': t('Hint'), hidden: true });
  #hints = null;

  /** `wanted`: whether there is something yet that the hints are about. */
  draw(user, wanted) {
    this.#hints ??= new Hints(ownStorage(localStorage), user);
    const hint = wanted ? this.#hints.next(touch.matches) : null;
    const shown = hint ? String(hint.at) : '';
    if (this.node.dataset.shown === shown) return;
    this.node.dataset.shown = shown;
    this.node.hidden = !hint;
    const step = (act) => () => {
      act();
      this.draw(user, true);
    };
    fill(
      this.node,
      hint && [
        h('p', {}, hint.text),
        h('small', {}, t('{at} of {of}', { at: hint.at, of: hint.of })),
        h('button', { type: 'button', onclick: step(() => this.#hints.done()) }, hint.at < hint.of ? t('Next') : t('Got it')),
        iconButton('close', t('No more hints'), { onclick: step(() => this.#hints.end()) }),
      ],
    );
  }

  /** From the first one on. */
  again(user) {
    this.#hints?.again();
    this.draw(user, true);
    this.node.querySelector('button')?.focus();
  }
}
