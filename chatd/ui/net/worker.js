// The service worker's end in the page: it is installed once the page has settled, and never where
// the browser or the person does without.

import { at, whole } from './base.js';

const ADDRESS = at('/worker.js');

let address = null;

/**
 * The only address that this page may give to be run as a script: whatever goes into the policy, this
 * comes out of it, and the page's security policy allows no second one.
 */
function trusted() {
  address ??= globalThis.trustedTypes?.createPolicy('worker', { createScriptURL: () => ADDRESS });
  return address?.createScriptURL('') ?? ADDRESS;
}

/**
 * `container`: navigator.serviceWorker, or undefined. Looks for a newer worker, too. Without a worker
 * the page works as well.
 */
export async function install(container) {
  if (!container) return;
  try {
    const registration = await container.register(trusted(), { updateViaCache: 'none' });
    if (registration.active) await registration.update();
  } catch {
    // Private windows and strict settings forbid it; or the server is away again.
  }
}

/** The worker's registration here, or null. Another's that has the whole of a shared host is not ours. */
export async function registered(container) {
  const found = await container?.getRegistration(at('/')).catch(() => null);
  return found?.scope === whole('/') ? found : null;
}
