// The little of IndexedDB that is needed: one table of records, each with a `key`.

import { own } from './base.js';

const NAME = own('chatd');
const TABLE = 'outbox';

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

  async all() {
    return result((await this.#table('readonly')).getAll());
  }

  /** On the disk once this is done. */
  async put(record) {
    const table = await this.#table('readwrite');
    const { transaction } = table;
    table.put(record);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  async delete(key) {
    await result((await this.#table('readwrite')).delete(key));
  }

  async clear() {
    await result((await this.#table('readwrite')).clear());
  }

  async #table(mode) {
    this.#opening ??= this.#open();
    const database = await this.#opening;
    return database.transaction(TABLE, mode, { durability: 'strict' }).objectStore(TABLE);
  }

  #open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'key' });
    return result(request);
  }
}
