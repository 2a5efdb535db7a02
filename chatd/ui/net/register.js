// The service worker is registered here, and nothing else may be: by the page's policy its address is
// the one that a script can be loaded from by name.

const ADDRESS = '/worker.js';

const policy = globalThis.trustedTypes?.createPolicy('worker', {
  createScriptURL: (address) => {
    if (address !== ADDRESS) throw new TypeError('That is no worker of this page.');
    return address;
  },
});

/** `container`: navigator.serviceWorker, or undefined. Without a worker the page works as well. */
export async function register(container) {
  try {
    await container?.register(policy?.createScriptURL(ADDRESS) ?? ADDRESS, { type: 'module', updateViaCache: 'none' });
  } catch {
    // Private windows and strict settings forbid it.
  }
}
