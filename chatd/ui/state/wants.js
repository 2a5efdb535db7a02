// How one wants to be told in this browser: nothing of it before one asked for it.

const KEY = 'telling';

export class Wants {
  #storage;
  #user;

  /** `storage`: like localStorage; `user()`: who is here. */
  constructor(storage, user) {
    this.#storage = storage;
    this.#user = user;
  }

  /** {desktop, sound}; both false for somebody who never said so. */
  get() {
    const nothing = { desktop: false, sound: false };
    try {
      const { user, desktop, sound } = JSON.parse(this.#storage.getItem(KEY) ?? '{}');
      return user === this.#user() ? { desktop: desktop === true, sound: sound === true } : nothing;
    } catch {
      return nothing;
    }
  }

  set(fields) {
    this.#storage.setItem(KEY, JSON.stringify({ ...this.get(), ...fields, user: this.#user() }));
  }

  forget() {
    this.#storage.removeItem(KEY);
  }
}
