// What lets a framed chat in: a secret that the site's token was exchanged for, renewed before it ends, and a
// ticket for each connection. It lives in memory alone: no cookie, no storage.

/**
 * Seconds before its end from which a secret is no longer of use, or is better renewed. The server says a
 * minute before that it is time, if there is a connection; if there is none, or that failed, another secret
 * is asked for.
 */
const TOO_LATE = 10;
const EARLY = 30;

export class Pass {
  /** Who one is: {user, name, public_rooms}, once known. */
  who = null;
  /** Why there is no way in, in words. */
  reason = '';
  #ports;
  #secret = null;
  #ends = 0;
  #protocols = null;
  /** The secret that the last ticket was bought with: the connection rests on it. */
  #bought = null;
  #renewing = null;
  #cancelRenewal = null;

  /**
   * `ports`: `token()` the site's token as a promise, `exchange(token)` and `ticket(secret)` of the server,
   * `now()` in milliseconds, `later(seconds, call)` returning a function that cancels.
   */
  constructor(ports) {
    this.#ports = ports;
  }

  /** What the connection asks to learn who one is, with a ticket at hand for the socket. */
  async session() {
    try {
      if (this.#ports.now() > this.#ends - TOO_LATE * 1000) await this.#renew();
      try {
        await this.#buy();
      } catch (error) {
        if (error.code !== 'unauthorized') throw error;
        // It was ended early; a fresh token tells whether one may come in again.
        await this.#renew();
        await this.#buy();
      }
    } catch (error) {
      const forGood = error.name === 'NoToken' || (error.name === 'Refused' && error.retryAfter === null);
      if (!forGood) throw error;
      this.reason = error.message;
      return { signed_in: false };
    }
    return { signed_in: true, ...this.who };
  }

  /** What proves to the HTTP API who one is, good for a while. */
  async secret() {
    if (this.#ports.now() > this.#ends - TOO_LATE * 1000) await this.#renew();
    return this.#secret;
  }

  /** The subprotocols to open a socket with: once. */
  protocols() {
    const protocols = this.#protocols ?? [];
    this.#protocols = null;
    return protocols;
  }

  /**
   * The connection's sign-in is about to end: a fresh token goes over it, by `ask`, and it goes on, and the
   * secret with it. If the site says that it is now somebody else, it ends as it would have.
   */
  async goOn(ask) {
    const bought = this.#bought;
    const { expires } = await ask('renew', { token: await this.#ports.token() });
    if (bought === this.#secret) this.#until(expires);
  }

  async #buy() {
    this.#bought = this.#secret;
    this.#protocols = (await this.#ports.ticket(this.#secret)).protocols;
  }

  /** Anyone who asks meanwhile waits for the same one. */
  #renew() {
    this.#renewing ??= this.#exchange().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #exchange() {
    const { token, user, name, public_rooms, expires } = await this.#ports.exchange(await this.#ports.token());
    this.#secret = token;
    this.who = { user, name, public_rooms };
    this.#until(expires);
  }

  #until(expires) {
    this.#ends = expires;
    this.#cancelRenewal?.();
    const left = (expires - this.#ports.now()) / 1000;
    // A short one is renewed in its last quarter; if that fails, the next connection tells why.
    const wait = Math.max(left - EARLY, left * 0.75, 1);
    this.#cancelRenewal = this.#ports.later(wait, () => this.#renew().catch(() => {}));
  }
}
