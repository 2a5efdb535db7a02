// The little of IndexedDB that is needed: a table of records, each with a `key`.

import { own } from './base.js';

/** What a request brings, as a promise. */
function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Records that outlive the page, also one that was killed. Every method may fail: then it is full, or forbidden. */
export class Database {
  #opening = null;
  #name;
  #table;

  /** Each table has a database of its own: so one that is new waits for no page that has the others open. */
  constructor(name = 'chatd', table = 'outbox') {
    this.#name = own(name);
    this.#table = table;
  }

  async get(key) {
    return result((await this.#records('readonly')).get(key));
  }

  async all() {
    return result((await this.#records('readonly')).getAll());
  }

  /** On the disk once this is done. */
  async put(record) {
    const table = await this.#records('readwrite');
    const { transaction } = table;
    table.put(record);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  async delete(key) {
    await result((await this.#records('readwrite')).delete(key));
  }

  async clear() {
    await result((await this.#records('readwrite')).clear());
  }

  async #records(mode) {
    this.#opening ??= this.#open();
    const database = await this.#opening;
    return database.transaction(this.#table, mode, { durability: 'strict' }).objectStore(this.#table);
  }

  #open() {
    const request = indexedDB.open(this.#name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(this.#table, { keyPath: 'key' });
    return result(request);
  }
}
