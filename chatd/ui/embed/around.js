// The page around the frame: who it is, and the tokens it brings. Only a page of site.origins is believed,
// and the first one that speaks is the only one ever heard.

import { t } from '../words/words.js';

/** Seconds for the page to bring a token. */
const PATIENCE = 20;

/** There is no token, for a reason in words. */
export class NoToken extends Error {
  constructor(message) {
    super(message);
    this.name = 'NoToken';
  }
}

export class Around {
  #ports;
  #origins;
  #heard;
  #page = null;
  #waiting = null;
  #asked = null;

  /**
   * `ports`: `post(message, origin)` to the page around, `later(seconds, call)` returning a function that
   * cancels. `origins`: whose pages are believed. `heard`: `onBegin({room, theme, language})` once,
   * `onTheme(theme)`, `onStranger(origin)`.
   */
  constructor(ports, origins, heard) {
    this.#ports = ports;
    this.#origins = new Set(origins);
    this.#heard = heard;
  }

  /** Says that we listen: nobody need be kept from knowing that. */
  ready() {
    this.#ports.post({ chatd: 'ready' }, '*');
  }

  /** A message from the page around (and only from that: the caller has checked the source). */
  hear(origin, data) {
    if (typeof data?.chatd !== 'string') return;
    if (!this.#origins.has(origin)) {
      this.#heard.onStranger(origin);
      return;
    }
    if (this.#page !== null && this.#page !== origin) return;
    switch (data.chatd) {
      case 'begin':
        if (this.#page !== null) return;
        this.#page = origin;
        this.#heard.onBegin({ room: text(data.room), theme: text(data.theme), language: text(data.language) });
        break;
      case 'token':
        this.#waiting?.(data);
        break;
      case 'theme':
        this.#heard.onTheme(text(data.theme));
        break;
    }
  }

  /** A fresh token, or `NoToken`. One is asked for at a time. */
  token() {
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = null;
    });
    return this.#asked;
  }

  #ask() {
    return new Promise((resolve, reject) => {
      const cancel = this.#ports.later(PATIENCE, () => {
        this.#waiting = null;
        reject(new NoToken(t('The page around this chat brought no token.')));
      });
      this.#waiting = ({ token, error }) => {
        this.#waiting = null;
        cancel();
        if (typeof token === 'string') resolve(token);
        else reject(new NoToken(text(error) ?? t('The page around this chat brought no token.')));
      };
      this.#ports.post({ chatd: 'token' }, this.#page);
    });
  }

  unread(count) {
    if (this.#page !== null) this.#ports.post({ chatd: 'unread', count }, this.#page);
  }
}

function text(value) {
  return typeof value === 'string' && value !== '' ? value : null;
}
