// When to try again: full jitter, doubling from half a second to twenty.

export class Backoff {
  #random;
  #first;
  #most;
  #tries = 0;

  /** `random()` is a number from 0 to 1; times are in seconds. */
  constructor(random, first = 0.5, most = 20) {
    this.#random = random;
    this.#first = first;
    this.#most = most;
  }

  /**
   * Seconds until the next try. A server's own `retryAfter` is waited for first, spread over as
   * long again, so that clients do not all come back at once.
   */
  next(retryAfter = null) {
    const ceiling = Math.min(this.#most, this.#first * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 16);
    if (retryAfter !== null) {
      return retryAfter + this.#random() * Math.min(retryAfter, this.#most);
    }
    return this.#random() * ceiling;
  }

  /** A connection held: the next failure starts from the beginning. */
  reset() {
    this.#tries = 0;
  }
}
