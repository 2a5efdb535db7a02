// What this server calls itself and shows of itself, as its operator has it; the page brings it.

import { at } from '../net/base.js';
import { t } from '../words/words.js';

const given = read();

function read() {
  try {
    return JSON.parse(document.querySelector('meta[name="chatd-brand"]').getAttribute('content'));
  } catch {
    return {};
  }
}

/** `name` in the page, `title` in the tab, `icon` an address, `own` whether it is the operator's, `text` on the front. */
export const brand = {
  name: given.name ?? location.hostname,
  title: given.name ?? 'chatd',
  // By the name that it has in what this browser keeps, so that it is there without a network, too.
  icon: (given.logo && at(given.logo)) ?? document.querySelector('link[rel="icon"]')?.getAttribute('href') ?? at('/ui/icon.svg'),
  own: Boolean(given.logo),
  text: given.text ?? '',
};

/** Where the operator leads people: [{kind, label, href}], help first. */
export function brandLinks() {
  const labels = { help: t('Help'), terms: t('Terms of use'), privacy: t('Privacy') };
  return Object.entries(labels)
    .filter(([kind]) => /^https:/u.test(given.links?.[kind] ?? ''))
    .map(([kind, label]) => ({ kind, label, href: given.links[kind] }));
}
