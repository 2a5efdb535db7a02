// Being told while the page is closed: what the browser and the server can, and switching it on and
// off for this browser. The server keeps one browser for each session.

import { t } from '../words/words.js';
import { TAG } from '../state/push_words.js';
import { registered } from './worker.js';

/** Where it is kept that somebody wants it, and who: the next to sign in here has not asked for it. */
const KEPT = 'push';
/** Seconds for which the browser's own push service is waited for. */
const PATIENCE = 20;

/** Why it cannot be switched on, in words. */
const why = () => ({
  browser:
    t('This browser cannot be told while the page is closed. On an iPhone or iPad it can once the page is on the home screen: Share, then Add to Home Screen.'),
  server: t('This server tells nobody while the page is closed. Its operator can change that.'),
  denied:
    t('This browser does not show notifications of this page. Allow them beside the address or in its settings, then come back here.'),
  worker: t('This window cannot be told while it is closed; a private window, perhaps. Try an ordinary one.'),
  service: t('The push service of this browser cannot be reached. Look at its settings and the connection, then try again.'),
});

export class Push {
  #ask;
  #browser;

  /**
   * `ask(type, fields)` sends a command. `browser`: {container, permission(), request(), supported,
   * storage, later(seconds, call)}, null where the page is in a frame of a site.
   */
  constructor(ask, browser) {
    this.#ask = ask;
    this.#browser = browser;
  }

  /** {on, why, texts, text}: `why` says in words why it cannot be, null where it can. */
  async state() {
    const state = { on: false, why: null, texts: false, text: false };
    if (!this.#browser?.supported) return { ...state, why: why().browser };
    const offered = await this.#ask('push');
    if (!offered.key) return { ...state, why: why().server };
    const known = { ...state, texts: offered.texts ?? false, text: offered.text ?? false };
    if (this.#browser.permission() === 'denied') return { ...known, why: why().denied };
    const here = await this.#here();
    return { ...known, on: here !== null && here.endpoint === offered.endpoint };
  }

  /** Asks the browser, which asks its owner; fails in words. */
  async turnOn(user, text = false) {
    const { storage, request } = this.#browser;
    if ((await request()) !== 'granted') throw new Error(why().denied);
    const offered = await this.#ask('push');
    if (!offered.key) throw new Error(why().server);
    await this.#subscribe(offered.key, text);
    storage.setItem(KEPT, JSON.stringify({ user, text }));
  }

  async turnOff() {
    this.#browser.storage.removeItem(KEPT);
    await this.#ask('push_unsubscribe');
    await this.#leave();
  }

  /** Somebody is signed in: what they asked for holds, and nothing that another did. */
  async sync(user) {
    if (!this.#browser?.supported) return;
    const kept = this.#kept();
    const here = await this.#here();
    if (kept?.user !== user) {
      this.#browser.storage.removeItem(KEPT);
      if (here) await here.unsubscribe();
      return;
    }
    const offered = await this.#ask('push');
    if (!offered.key || this.#browser.permission() !== 'granted') return;
    // The server has another key, forgot this browser, or never heard of its new address.
    if (here && here.endpoint === offered.endpoint && isFor(here, offered.key)) return;
    await this.#subscribe(offered.key, kept.text ?? false);
  }

  /** Somebody signs out: nothing of theirs is shown here any more. */
  async forget() {
    if (!this.#browser?.supported) return;
    this.#browser.storage.removeItem(KEPT);
    await this.clear();
    await this.#leave();
  }

  /** The page is in view and says itself what is new. */
  async clear() {
    const shown = (await (await this.#registration())?.getNotifications()) ?? [];
    for (const one of shown) if (one.tag.startsWith(TAG)) one.close();
  }

  async #subscribe(key, text) {
    const registration = await this.#registration();
    if (!registration) throw new Error(why().worker);
    const before = await registration.pushManager.getSubscription();
    if (before && !isFor(before, key)) await before.unsubscribe();
    const options = { userVisibleOnly: true, applicationServerKey: key };
    const made = await this.#within(registration.pushManager.subscribe(options)).catch(() => null);
    if (!made) throw new Error(why().service);
    const { endpoint, keys } = made.toJSON();
    try {
      await this.#ask('push_subscribe', { endpoint, p256dh: keys.p256dh, auth: keys.auth, text });
    } catch (error) {
      await made.unsubscribe();
      throw error;
    }
  }

  /** The promise, or a failure where it takes too long: some browsers never answer. */
  #within(promise) {
    const late = new Promise((_, reject) => this.#browser.later(PATIENCE, () => reject(new Error('late'))));
    return Promise.race([promise, late]);
  }

  async #here() {
    const registration = await this.#registration();
    return (await registration?.pushManager.getSubscription()) ?? null;
  }

  async #leave() {
    await (await this.#here())?.unsubscribe();
  }

  /** The worker's, null where this browser or window has none. */
  async #registration() {
    return registered(this.#browser?.container);
  }

  #kept() {
    try {
      return JSON.parse(this.#browser.storage.getItem(KEPT));
    } catch {
      return null;
    }
  }
}

/** Whether a subscription was made for the server's key; browsers that do not tell are believed. */
function isFor(subscription, key) {
  const made = subscription.options?.applicationServerKey;
  return !made || base64url(new Uint8Array(made)) === key;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '');
}
