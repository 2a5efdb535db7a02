// Which of the few hints for newcomers is to be shown: each account in each browser sees them once.

import { t } from '../words/words.js';

/** At most three: what nobody finds by looking. */
const COUNT = 3;

/** In the language of the page; `touch`: the same for a finger. */
const hints = () => [
  { text: t('Ctrl K leads to any room or person by a few letters.'), touch: t('The ⋯ above the list leads to any room or person by a few letters.') },
  { text: t('Point at a message to react, reply and more.'), touch: t('Hold a message to react, reply and more.') },
  { text: t('Right-click a room to mute it or to keep it on top.'), touch: t('Hold a room in the list to mute it or to keep it on top.') },
];

export class Hints {
  #storage;
  #key;

  /** `storage`: as localStorage is; it may refuse. The user's id itself is not left behind. */
  constructor(storage, user) {
    this.#storage = storage;
    this.#key = `hints ${mark(user)}`;
  }

  /** {text, at, of} for the next one, null where all were seen. */
  next(touch) {
    const at = this.#seen;
    const hint = hints()[at];
    return hint ? { text: touch ? hint.touch : hint.text, at: at + 1, of: COUNT } : null;
  }

  /** One was read. */
  done() {
    this.#keep(this.#seen + 1);
  }

  /** No more of them, for good. */
  end() {
    this.#keep(COUNT);
  }

  /** From the first one again, as the menu offers. */
  again() {
    this.#keep(0);
  }

  get #seen() {
    try {
      return Number(this.#storage.getItem(this.#key)) || 0;
    } catch {
      // A browser that keeps nothing would show them for ever.
      return COUNT;
    }
  }

  #keep(count) {
    try {
      this.#storage.setItem(this.#key, String(count));
    } catch {
      // As above: they are not shown at all then.
    }
  }
}

/** A short word that is the same for the same user, and does not tell who it is (FNV-1a). */
function mark(text) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16);
}
