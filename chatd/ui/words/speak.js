// Which language the page speaks: its catalogue is loaded; and the worker, which says something while no page
// is open, finds the choice in a place that both can read.

import { direction, spoken, use } from './words.js';

const CATALOGUES = {
  de: () => import('./de.js'),
  ar: () => import('./ar.js'),
};

/** Speaks `one` from now on; `wanted` says how it is written where its reader lives. */
export async function speak(one, wanted = navigator.languages) {
  const language = Object.hasOwn(CATALOGUES, one) ? one : 'en';
  try {
    use(language, (await CATALOGUES[language]?.())?.default, wanted);
  } catch {
    // English is better than no page.
    use('en');
  }
  document.documentElement.lang = spoken().language;
  document.documentElement.dir = direction();
}
