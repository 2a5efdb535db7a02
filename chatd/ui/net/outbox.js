// What one said and the server has not stored yet: kept where a page that is closed or killed finds
// it again. The key goes with it, so that what had arrived after all does not arrive twice.

import { own } from './base.js';

/** Hours after which one is asked whether an old message shall still be sent. */
const OLD = 24;

/** The lock that each tab holds for as long as it lives; its name follows. */
export const TAB = own('chatd tab ');
const ADOPTING = own('chatd outbox');

/**
 * Of every tab of this browser. Each holds a lock for as long as it lives (Web Locks), so that what
 * belongs to a tab that is gone can be taken over by exactly one other.
 */
export class Outbox {
  #database;
  #locks;
  #now;
  #tab;
  #count = 0;
  /** Keys of what is kept, and so outlives this page. */
  #held = new Set();
  /** Tabs that had something waiting and were there when one looked last. */
  #watched = new Set();
  /** A tab that had something waiting is gone: there may be something to adopt. */
  onGone = () => {};

  /** `database`: see there; `locks`: navigator.locks or null; `tab`: a name of this tab's own. */
  constructor(database, locks, { now, tab }) {
    this.#database = database;
    this.#locks = locks;
    this.#now = now;
    this.#tab = tab;
    this.#locks?.request(TAB + tab, () => new Promise(() => {})).catch(() => {});
  }

  /** Keeps a message: {key, user, room, text, more, at, files?, failed?, final?}. Without a place for it, it goes without. */
  async keep(message) {
    this.#count += 1;
    const place = { tab: this.#tab, place: this.#count };
    await this.#database.put({ failed: null, ...message, ...place }).then(
      () => this.#held.add(message.key),
      () => {},
    );
  }

  holds(key) {
    return this.#held.has(key);
  }

  async done(key) {
    this.#held.delete(key);
    await this.#database.delete(key).catch(() => {});
  }

  /** Nothing of anybody stays in this browser. */
  async forget() {
    this.#held.clear();
    await this.#database.clear().catch(() => {});
  }

  /** All that waits, of whomever and in whichever tab. */
  all() {
    return this.#database.all();
  }

  /** The messages of `user` whose tabs are gone, in the order in which they were written; ours now. */
  async adopt(user) {
    if (!this.#locks) return [];
    const adopting = this.#locks.request(ADOPTING, async () => {
      const { held } = await this.#locks.query();
      const alive = new Set(held.map(({ name }) => name));
      const all = await this.#database.all().catch(() => []);
      const theirs = all.filter((one) => one.user === user && one.tab !== this.#tab);
      for (const { tab } of theirs) if (alive.has(TAB + tab)) this.#watch(tab);
      const orphans = theirs
        .filter(({ tab }) => !alive.has(TAB + tab))
        .sort((a, b) => a.at - b.at || a.place - b.place);
      for (const one of orphans) await this.keep(one);
      return orphans;
    });
    // A frame in another site's page may not be let in.
    return adopting.catch(() => []);
  }

  /** The lock of a tab is to be had once it is gone, which a browser tells some time after it killed one. */
  async #watch(tab) {
    if (this.#watched.has(tab)) return;
    this.#watched.add(tab);
    // Shared: every tab that waits is told, and none takes another for the one that is gone.
    const gone = this.#locks.request(TAB + tab, { mode: 'shared' }, () => true);
    const isGone = await gone.catch(() => false);
    this.#watched.delete(tab);
    if (isGone) this.onGone();
  }

  isOld({ at }) {
    return this.#now() - at > OLD * 3_600_000;
  }
}
