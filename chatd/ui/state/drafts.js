// What is being written, kept for this tab: it survives a reload and ends with signing out.

export class Drafts {
  #storage;
  #store;

  /** `storage`: like sessionStorage. */
  constructor(storage, store) {
    this.#storage = storage;
    this.#store = store;
  }

  /** Gives rooms that were just heard of the draft that they had. */
  load() {
    for (const room of this.#store.rooms.values()) {
      if (!room.draft) room.draft = this.#storage.getItem(this.#key(room)) ?? '';
    }
  }

  save(room) {
    if (room.draft) this.#storage.setItem(this.#key(room), room.draft);
    else this.#storage.removeItem(this.#key(room));
  }

  forget() {
    this.#storage.clear();
  }

  #key(room) {
    return `draft ${this.#store.me.user} ${room.id}`;
  }
}
