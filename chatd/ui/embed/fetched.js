// Files in a frame: there the server knows nobody by a cookie, so an address alone brings no file. They are
// fetched with the token, once somebody is about to see them.

import { t } from '../words/words.js';

/** Most pictures held, each for as long as it may be shown again. */
const HELD = 60;

export class Fetched {
  #fetch;
  #say;
  /** Addresses of fetched pictures by id, as promises; the last used is last. */
  #held = new Map();
  #watch = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '50%' });

  /** `fetch(id)`: a Blob as a promise; `say(text)`: why a file does not come. */
  constructor(fetch, say) {
    this.#fetch = fetch;
    this.#say = say;
  }

  /** Puts a picture into an image as soon as that is about to be seen. */
  show = (image, id) => {
    image.dataset.file = id;
    this.#watch.observe(image);
  };

  /** Brings a file to the reader's disk. */
  save = async ({ file, name }) => {
    try {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await this.#fetch(file));
      link.download = name;
      link.click();
      // By then the browser has it; until then the address must stay.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch {
      this.#say(t('The server cannot be reached. Check the connection and try again.'));
    }
  };

  #seen(entries) {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#watch.unobserve(target);
      this.#put(/** @type {HTMLImageElement} */ (target));
    }
  }

  async #put(image) {
    const { file } = image.dataset;
    const known = this.#held.get(file) ?? this.#fetch(file).then((blob) => URL.createObjectURL(blob));
    this.#held.delete(file);
    this.#held.set(file, known);
    try {
      image.src = await known;
    } catch {
      this.#held.delete(file);
      image.dispatchEvent(new Event('error'));
    }
    if (this.#held.size > HELD) {
      const [oldest, address] = this.#held.entries().next().value;
      this.#held.delete(oldest);
      address.then((url) => URL.revokeObjectURL(url), () => {});
    }
  }
}
