// What files need of a browser and of a server, in memory.

import { KIT } from '/ui/files.js';
import { Sending } from '/ui/files/sending.js';
import { Store } from '/ui/state/store.js';
import { Clock } from '/units/harness.js';

/** A table of records in memory. */
export function table() {
  const records = new Map();
  return {
    records,
    all: async () => [...records.values()],
    get: async (key) => records.get(key),
    put: async (record) => void records.set(record.key, record),
    delete: async (key) => void records.delete(key),
    clear: async () => void records.clear(),
  };
}

export function storage() {
  const kept = new Map();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

/** A refusal of the server, or no answer. */
export const refusal = (name, more = {}) => Object.assign(new Error(`${name}.`), { name, ...more });

/**
 * A page with a room "tea" and one "work". `answers`: what the server says to one upload after the
 * other, an Error or null for yes; `brought`: the names that reached it.
 */
export function page({ blobs = table(), kept = storage(), waiting = [] } = {}) {
  const clock = new Clock();
  const store = new Store();
  store.signedIn({ user: 'anna', name: 'anna', files: { max_bytes: 100, each: 10 } });
  store.list(['tea', 'work'].map((room) => ({ room, kind: 'public', name: room, seq: 0, number: 0, members: 1 })), []);
  const told = { brought: [], answers: [], said: [], live: true };
  let keys = 0;
  const sending = new Sending(KIT, {
    blobs,
    storage: kept,
    store,
    limits: () => store.files,
    live: () => told.live,
    now: clock.now,
    later: clock.later,
    key: () => `k${(keys += 1)}`,
    outbox: async () => waiting,
    say: (text) => told.said.push(text),
    upload: async (blob, one) => {
      told.brought.push(one.name);
      const answer = told.answers.shift() ?? null;
      if (answer instanceof Error) throw answer;
      if (answer) return answer;
      return { file: `f${told.brought.length}`, name: one.name, type: one.type, size: blob.size };
    },
  });
  return { blobs, clock, kept, sending, store, told, tea: store.rooms.get('tea'), work: store.rooms.get('work') };
}

export const file = (name, content = 'x', type = 'text/plain') => new File([content], name, { type });

/** All that a few turns of the browser's own bring: reading a file takes some. */
export async function quiet() {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((then) => setTimeout(then, 2));
}
