// What a push becomes: a notification in the system's place for them, and where a press on it leads. It works
// while no page is open; an open page itself says what there is.

import { at } from '../net/base.js';
import { sentence, TAG } from '../state/push_words.js';

/** Ids of rooms as the server makes them; nothing else gets into an address. */
const ROOM = /^[\w-]{1,64}$/u;

export class Pushes {
  #registration;
  #clients;
  #fetch;
  #words;

  /** `registration` and `clients` are the worker's, `fetch(path, options)`, `words()` as in words.js. */
  constructor({ registration, clients, fetch, words }) {
    this.#words = words;
    this.#registration = registration;
    this.#clients = clients;
    this.#fetch = fetch;
  }

  /** A push arrived; `data` is the event's, null if it held nothing. */
  async told(data) {
    // Browsers want something shown for every push, unless the page is in view.
    const pages = await this.#pages();
    if (pages.some((page) => page.visibilityState === 'visible' && page.focused)) return;
    const push = read(data);
    const { name, icon, language } = await this.#words();
    const { title, body } = sentence(push, name);
    await this.#registration.showNotification(title, {
      body,
      tag: TAG + (push?.room ?? ''),
      renotify: true,
      icon,
      lang: language,
      timestamp: push?.at ?? undefined,
      data: { room: push?.room ?? null },
    });
  }

  /** A notification was pressed: to the room, in a page that is open or in a new one. */
  async pressed(notification) {
    notification.close();
    const { room = null, seq = null } = notification.data ?? {};
    const pages = await this.#pages();
    const page = pages.find((one) => one.focused) ?? pages.find((one) => one.visibilityState === 'visible') ?? pages[0];
    if (!page) {
      await this.#clients.openWindow(at(room ? `/#/room/${room}` : '/'));
      return;
    }
    if (room) page.postMessage({ type: 'go', room, seq });
    // Some systems let nobody come to the front; the page is where it should be all the same.
    await page.focus().catch(() => {});
  }

  /** The browser gave up the subscription: the server gets the next one, if it had the last. */
  async changed({ newSubscription = null } = {}) {
    const session = await this.#asked('GET', '/api/session');
    if (!session?.signed_in) return;
    const offered = await this.#asked('GET', '/api/v1/push');
    if (!offered?.key || !offered.endpoint) return;
    const options = { userVisibleOnly: true, applicationServerKey: offered.key };
    const made = newSubscription ?? (await this.#registration.pushManager.subscribe(options));
    const { endpoint, keys } = made.toJSON();
    const fields = { endpoint, p256dh: keys.p256dh, auth: keys.auth, text: offered.text ?? false };
    await this.#asked('PUT', '/api/v1/push', session.csrf, fields);
  }

  /** This server's pages, except frames and the developer's. */
  async #pages() {
    const pages = await this.#clients.matchAll({ type: 'window', includeUncontrolled: true });
    return pages.filter((page) => page.frameType !== 'nested' && new URL(page.url).pathname === at('/'));
  }

  /** The answer, null if there is none of use. */
  async #asked(method, path, csrf = null, body = null) {
    const headers = { Accept: 'application/json' };
    if (csrf) headers['X-CSRF-Token'] = csrf;
    if (body) headers['Content-Type'] = 'application/json';
    const answer = await this.#fetch(at(path), {
      method,
      headers,
      body: body && JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
    });
    if (!answer.ok || answer.status === 204) return null;
    return answer.json();
  }
}

/** What a push says, null if it is not one of this server's. */
function read(data) {
  try {
    const push = data.json();
    const ours = push.type === 'message' && typeof push.room === 'string' && ROOM.test(push.room);
    return ours ? push : null;
  } catch {
    return null;
  }
}
