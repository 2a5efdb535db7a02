// What the service worker has to know to speak as the page does: the language that was chosen, and what
// the server calls itself and looks like. A worker cannot read what the page keeps; both can read this.

const CACHE = 'chosen';
const PLACE = '/chosen';

/** Puts down {language, name, icon}: the page's, in a language's short tag; the icon's address. */
export async function choose(caches, chosen) {
  try {
    await (await caches.open(CACHE)).put(PLACE, new Response(JSON.stringify(chosen)));
  } catch {
    // A private window keeps nothing, and has no worker that would ask.
  }
}

/** What was put down last, {} for nothing. */
export async function chosen(caches) {
  try {
    return (await (await caches.match(PLACE, { cacheName: CACHE }))?.json()) ?? {};
  } catch {
    return {};
  }
}
