// The buttons over a list: down to the newest message, and up to where what is new begins.

import { many, t } from '../words/words.js';
import { fill, h, icon } from './dom.js';

export class Pills {
  #down;
  #up;

  constructor(toEnd, toUnread) {
    this.#down = h('button', { type: 'button', class: 'pill', hidden: true, onclick: toEnd });
    this.#up = h('button', { type: 'button', class: 'pill new-pill', hidden: true, onclick: toUnread });
  }

  get nodes() {
    return [this.#down, this.#up];
  }

  /**
   * `atEnd`: whether the end is in view; `unseen`: messages that came below what is; `far`: whether
   * some are missing between that and the end; `unread`: the row above what is new, if it is further up.
   */
  draw({ atEnd, unseen, far, unread }) {
    show(this.#down, !atEnd);
    const words = unseen ? told(unseen) : far ? t('Back to now') : '';
    reword(this.#down, words, words || t('To the newest message'), () => [icon('down'), words]);
    show(this.#up, unread !== null);
    if (unread) reword(this.#up, told(unread.count), null, () => [told(unread.count), icon('up')]);
  }
}

function told(count) {
  return many(count, '{count} new message', '{count} new messages');
}

/** Without a change nothing is written: the browser would look at the button's style again. */
function show(button, yes) {
  if (button.hidden === yes) button.hidden = !yes;
}

/** A button that says the same already stays as it is: this runs with every frame of scrolling. */
function reword(button, words, label, make) {
  if (button.hasChildNodes() && button.textContent === words) return;
  if (label) button.setAttribute('aria-label', label);
  fill(button, make());
}
