// Asking before doing what cannot be taken back.

import { t } from '../../words/words.js';
import { h } from '../dom.js';
import { openDialog } from './dialog.js';

/** True for yes. */
export function sure(question, text, yes) {
  return new Promise((resolve) => {
    const answer = (value) => () => {
      resolve(value);
      dialog.close();
    };
    const dialog = openDialog(
      question,
      h('p', { class: 'lead' }, text),
      h(
        'div',
        { class: 'actions' },
        h('button', { type: 'button', onclick: answer(false) }, t('Cancel')),
        h('button', { type: 'button', class: 'danger', autofocus: true, onclick: answer(true) }, yes),
      ),
    );
    dialog.addEventListener('close', () => resolve(false));
  });
}
