// Where this server's addresses begin: at the root of its host, or below a path of a host that it shares
// with other pages, which then share all that browsers keep by origin, too.

/** "" or such as "/chat": what stands in front of every path. `back` leads there from the document. */
export const prefix = (address, back = '.') => new URL(back, address).pathname.slice(0, -1);

const PREFIX = prefix(location.href, globalThis.document?.documentElement.dataset.home);

/** The address of a path of this server: of "/api/session" perhaps "/chat/api/session". */
export const at = (path) => PREFIX + path;

/** The same with its host, for who reads it elsewhere. */
export const whole = (path) => location.origin + at(path);

/** A name of this server's own where others may stand beside it: of caches, locks, channels, keys. */
export const own = (name, before = PREFIX) => (before ? `${before}/ ${name}` : name);

/** `storage`, as localStorage is, with this server's own keys alone; `clear` wipes no other's. */
export function ownStorage(storage, before = PREFIX) {
  // One at the root shares it with those below paths, whose keys begin with theirs.
  const isOwn = (key) => (before ? key.startsWith(own('', before)) : !key.startsWith('/'));
  return {
    getItem: (key) => storage.getItem(own(key, before)),
    setItem: (key, value) => storage.setItem(own(key, before), value),
    removeItem: (key) => storage.removeItem(own(key, before)),
    clear: () => Object.keys(storage).filter(isOwn).forEach((key) => storage.removeItem(key)),
  };
}
