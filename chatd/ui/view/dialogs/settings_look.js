// How the page looks and in which language it speaks, in this browser: kept here, not by the server.

import { ownStorage } from '../../net/base.js';
import { LANGUAGES, t } from '../../words/words.js';
import { h } from '../dom.js';
import { segments, select } from './dialog.js';

const storage = ownStorage(localStorage);

/** What was chosen, "system" if nothing was. */
function kept(name) {
  try {
    return storage.getItem(name) ?? 'system';
  } catch {
    return 'system';
  }
}

export function look() {
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  /** theme.js applies it, here and in the other tabs. */
  const choose = (name, value) => {
    wrong.textContent = '';
    try {
      if (value === 'system') storage.removeItem(name);
      else storage.setItem(name, value);
    } catch {
      wrong.textContent = t('This browser keeps nothing for this page, so nothing can be chosen here.');
      return false;
    }
    dispatchEvent(new Event('look'));
    return true;
  };
  const languages = [['system', t('As the browser has it')], ...Object.entries(LANGUAGES)];
  const language = select(t('Language'), languages, kept('language'), {
    // Everything drawn so far is in the other one; drafts and what is under way are kept.
    onchange: () => choose('language', language.node.value) && location.reload(),
  });
  const themes = [['system', t('System')], ['light', t('Light')], ['dark', t('Dark')]];
  const densities = [['system', t('Comfortable')], ['compact', t('Compact')]];
  return [
    h('p', { class: 'lead' }, t('These hold in this browser alone.')),
    language.parts,
    segments(t('Theme'), themes, kept('theme'), (value) => choose('theme', value)),
    segments(t('Density'), densities, kept('density'), (value) => choose('density', value)),
    wrong,
  ];
}
