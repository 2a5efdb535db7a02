// The service worker's end in the page: it is installed once the page has settled, and never where
// the browser or the person does without.

const ADDRESS = '/worker.js';

/** `container`: navigator.serviceWorker, or undefined. Without a worker the page works as well. */
export async function install(container) {
  if (!container) return;
  try {
    await container.register(ADDRESS, { updateViaCache: 'none' });
  } catch {
    // Private windows and strict settings forbid it.
  }
}
