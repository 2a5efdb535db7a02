// The page's shell, kept in this browser so that it opens without a network: the page itself and what it
// names, and never anything about anybody.

import { SHELL } from '../state/chosen.js';

/** Milliseconds that the network has for the page; after that, what is kept is shown. */
const PATIENCE = 3000;
/** Names by content, as the server gives them: app.0123456789abcdef.js; after the home's path. */
const LASTING = /^ui\/[\w.-]+\.[0-9a-f]{16}\.[a-z0-9]+$/u;

/**
 * One version's. `ports`: the worker's `caches` and `fetch`, `later(ms, call)`; `version` as in files.js,
 * `files` the addresses of those there, `home` the page's among them.
 */
export class Shell {
  #ports;
  #name;
  #files;
  #home;

  constructor(ports, version, files, home) {
    this.#ports = ports;
    this.#name = SHELL + version;
    this.#files = files;
    this.#home = home;
  }

  /** Fetches all of it, or fails and keeps nothing: a shell of two versions is no shell. */
  async keep() {
    const { caches, fetch } = this.#ports;
    const answers = await Promise.all(
      this.#files.map(async (file) => {
        // A file named by its content may come from the browser's own store.
        const answer = await fetch(file, { cache: this.#lasts(file) ? 'default' : 'no-cache' });
        if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
        return answer;
      }),
    );
    const cache = await caches.open(this.#name);
    await Promise.all(answers.map((answer, place) => cache.put(this.#files[place], answer)));
  }

  /** This version's turn: earlier ones go. */
  async clean() {
    for (const name of await this.#ports.caches.keys()) {
      if (name.startsWith(SHELL) && name !== this.#name) await this.#ports.caches.delete(name);
    }
  }

  /**
   * The answer to a request as a promise, or null if it is none of the shell's business: whatever is not the
   * page itself or a file of it goes its way untouched.
   */
  answer({ method, mode, url }, origin) {
    const address = new URL(url);
    if (method !== 'GET' || address.origin !== origin || address.search) return null;
    if (mode === 'navigate') return address.pathname === this.#home ? this.#page() : null;
    if (this.#lasts(address.pathname)) return this.file(address.pathname);
    return this.#files.includes(address.pathname) ? this.#changing(address.pathname) : null;
  }

  /** The network's, otherwise the one kept: there is no network, no server, or one that is not itself. */
  async #page() {
    const { fetch, later } = this.#ports;
    const coming = fetch(this.#home, { cache: 'no-cache', redirect: 'manual' });
    coming.catch(() => {});
    const tired = new Promise((resolve) => later(PATIENCE, resolve));
    const answer = await Promise.race([coming, tired]).catch(() => undefined);
    if (answer && answer.status < 500) return answer;
    return (await this.#kept(this.#home)) ?? coming;
  }

  /** A file of the shell: the one kept, otherwise the network's. */
  async file(path) {
    return (await this.#kept(path)) ?? this.#ports.fetch(path);
  }

  /** What may change under the same name, as the operator's logo: the network's, otherwise the one kept. */
  async #changing(path) {
    try {
      const answer = await this.#ports.fetch(path, { cache: 'no-cache' });
      if (answer.status < 500) return answer;
    } catch {
      // No network.
    }
    return (await this.#kept(path)) ?? Response.error();
  }

  #lasts(path) {
    return path.startsWith(this.#home) && LASTING.test(path.slice(this.#home.length));
  }

  async #kept(path) {
    if (!(await this.#ports.caches.has(this.#name))) return undefined;
    return (await this.#ports.caches.open(this.#name)).match(path);
  }
}
