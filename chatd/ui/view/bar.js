// The thin bar over everything: shown only when the connection has been away for a while.

import { t } from '../words/words.js';
import { setAway } from './away.js';
import { h } from './dom.js';

/** Seconds for which a lost connection is nobody's concern. */
const GRACE = 3;
const BROWSER = {
  now: () => Date.now(),
  offline: () => navigator.onLine === false,
  every: (seconds, call) => {
    const timer = setInterval(call, seconds * 1000);
    return () => clearInterval(timer);
  },
};

export class Bar {
  #ears = h('span', { class: 'ears', role: 'status' });
  #text = h('span', { 'aria-hidden': 'true' });
  #now;
  node;
  #connection;
  #onChange;
  #lostAt = null;
  #cancel = null;
  #ports;

  /**
   * `changed()`: the bar comes or goes. `ports`: `now()` in milliseconds, `offline()` whether the browser
   * says so, `every(seconds, call)` giving a function that cancels.
   */
  constructor(connection, changed = () => {}, ports = BROWSER) {
    this.#ports = ports;
    this.#connection = connection;
    this.#onChange = changed;
    this.#now = h('button', { type: 'button', onclick: () => connection.hurry() }, t('Now'));
    this.node = h('div', { class: 'bar', hidden: true }, this.#ears, this.#text, this.#now);
  }

  /** Whether it is told that the connection is lost. */
  get away() {
    return !this.node.hidden;
  }

  /** The connection's state changed. */
  update() {
    const { state } = this.#connection;
    const away = state === 'connecting' || state === 'waiting';
    setAway(away);
    if (!away) {
      this.#lostAt = null;
      this.#cancel?.();
      this.#cancel = null;
    } else if (this.#lostAt === null) {
      this.#lostAt = this.#ports.now();
      this.#cancel = this.#ports.every(0.25, () => this.#draw());
    }
    this.#draw();
  }

  #draw() {
    const { shown, said } = this.#words();
    const changed = this.node.hidden !== !shown;
    this.node.hidden = !shown;
    if (changed) this.#onChange();
    this.#now.hidden = this.#connection.state !== 'waiting';
    if (this.#text.textContent !== shown) this.#text.textContent = shown;
    // The countdown is for eyes; ears hear once what is the matter.
    if (this.#ears.textContent !== said) this.#ears.textContent = said;
  }

  #words() {
    const { state, retryAt, expectedBack, reason } = this.#connection;
    if (state === 'refused') {
      const why = reason || t('it gave no reason');
      const text = t('The server ended the connection: {why}. Reload the page to try again.', { why });
      return { shown: text, said: text };
    }
    const now = this.#ports.now();
    const patient = Math.max((this.#lostAt ?? 0) + GRACE * 1000, expectedBack ?? 0);
    // Believed where there is no connection either: a server on this device needs no network.
    const offline = this.#ports.offline();
    if (this.#lostAt === null || (now < patient && !offline)) return { shown: '', said: '' };
    const seconds = state === 'waiting' ? Math.ceil((retryAt - now) / 1000) : 0;
    if (offline) return { shown: t('This device is offline.'), said: t('This device is offline. What you send will be kept.') };
    const shown = seconds > 0 ? t('Reconnecting in {count} s', { count: seconds }) : t('Reconnecting…');
    return { shown, said: t('The connection is lost. Reconnecting. What you send will be kept.') };
  }
}
