// What the service worker has to know to speak as the page does: the language that was chosen, and what
// the server calls itself and looks like. A worker cannot read what the page keeps; both can read this,
// beside the page in the shell. Another version's shell begins without, and the next page puts it there.

import { at, own } from '../net/base.js';

/** What the names of shells begin with, each a cache with one version of the page. */
export const SHELL = own('shell ');
const PLACE = at('/ui/chosen');

/** Puts down {language, name, icon}: the page's, in a language's short tag; the icon's address. */
export async function choose(caches, chosen) {
  try {
    const name = (await caches.keys()).findLast((one) => one.startsWith(SHELL));
    if (name) await (await caches.open(name)).put(PLACE, new Response(JSON.stringify(chosen)));
  } catch {
    // A private window keeps nothing, and has no worker that would ask.
  }
}

/** What was put down last, {} for nothing. */
export async function chosen(caches) {
  try {
    return (await (await caches.match(PLACE))?.json()) ?? {};
  } catch {
    return {};
  }
}
