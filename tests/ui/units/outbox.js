import { Outbox } from '/ui/net/outbox.js';
import { Database } from '/ui/net/database.js';
import { equal, settle, test } from '/units/harness.js';

const HOUR = 3_600_000;

/** A table of records in memory. */
function table() {
  const records = new Map();
  return {
    records,
    all: async () => [...records.values()],
    put: async (record) => void records.set(record.key, record),
    delete: async (key) => void records.delete(key),
    clear: async () => void records.clear(),
  };
}

/** The locks of a browser, which says that a tab is gone when `die(tab)` is called. */
function browser() {
  const held = new Set();
  const waits = new Map();
  const free = (name) => {
    held.delete(name);
    for (const next of waits.get(name)?.splice(0) ?? []) next();
  };
  const locks = {
    async request(name, ...rest) {
      while (held.has(name)) await new Promise((then) => waits.set(name, [...(waits.get(name) ?? []), then]));
      held.add(name);
      try {
        return await rest.at(-1)();
      } finally {
        free(name);
      }
    },
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
  };
  return { locks, die: (tab) => free(`chatd tab ${tab}`) };
}

const message = (key, at = 0, user = 'anna') => ({ key, user, room: 'tea', text: `text ${key}`, more: {}, at });
const keys = (found) => found.map(({ key }) => key);

test('what a tab that is gone left is taken over once, in the order in which it was written', async () => {
  const { locks, die } = browser();
  const shared = table();
  const first = new Outbox(shared, locks, { now: () => 0, tab: 'first' });
  for (const key of ['a', 'b', 'c']) await first.keep(message(key));
  await first.done('b');
  const second = new Outbox(shared, locks, { now: () => 0, tab: 'second' });
  const third = new Outbox(shared, locks, { now: () => 0, tab: 'third' });
  equal(keys(await second.adopt('anna')), []);
  die('first');
  equal(keys(await second.adopt('anna')), ['a', 'c']);
  equal(keys(await third.adopt('anna')), []);
  equal(keys(await second.adopt('anna')), []);
  die('second');
  equal(keys(await third.adopt('anna')), ['a', 'c']);
});

test('a tab of which the browser tells late that it is gone is taken over from as soon as it does', async () => {
  const { locks, die } = browser();
  const shared = table();
  const killed = new Outbox(shared, locks, { now: () => 0, tab: 'killed' });
  await killed.keep(message('a'));
  const [second, third] = ['second', 'third'].map((tab) => new Outbox(shared, locks, { now: () => 0, tab }));
  const found = [];
  for (const one of [second, third]) one.onGone = async () => found.push(...keys(await one.adopt('anna')));
  for (const one of [second, third, second]) equal(keys(await one.adopt('anna')), []);
  await settle();
  equal(found, []);
  die('killed');
  await settle();
  equal(found, ['a']);
});

test('nobody waits for a tab that has nothing of theirs', async () => {
  const { locks, die } = browser();
  const shared = table();
  const other = new Outbox(shared, locks, { now: () => 0, tab: 'other' });
  const one = new Outbox(shared, locks, { now: () => 0, tab: 'one' });
  let told = 0;
  one.onGone = () => (told += 1);
  equal(await one.adopt('anna'), []);
  await other.keep(message('a', 0, 'ben'));
  equal(await one.adopt('anna'), []);
  die('other');
  await settle();
  equal(told, 0);
});

test('it knows what it holds, and nothing of what found no place', async () => {
  const { locks } = browser();
  const shared = table();
  const outbox = new Outbox(shared, locks, { now: () => 0, tab: 'first' });
  await outbox.keep(message('a'));
  equal(outbox.holds('a'), true);
  await outbox.done('a');
  equal(outbox.holds('a'), false);
  shared.put = async () => Promise.reject(new Error('full'));
  await outbox.keep(message('b'));
  equal(outbox.holds('b'), false);
});

test('nobody gets what somebody else wrote', async () => {
  const { locks, die } = browser();
  const shared = table();
  const first = new Outbox(shared, locks, { now: () => 0, tab: 'first' });
  await first.keep(message('a'));
  die('first');
  const second = new Outbox(shared, locks, { now: () => 0, tab: 'second' });
  equal(keys(await second.adopt('ben')), []);
  await second.forget();
  equal(keys(await second.adopt('anna')), []);
});

test('what is older than a day is told apart', () => {
  const one = new Outbox(table(), null, { now: () => 100 * HOUR, tab: 'one' });
  equal([one.isOld({ at: 77 * HOUR }), one.isOld({ at: 75 * HOUR })], [false, true]);
});

test('where nothing can be kept, everything goes on without', async () => {
  const broken = async () => {
    throw new Error('no room');
  };
  const full = { all: broken, put: broken, delete: broken, clear: broken };
  const one = new Outbox(full, browser().locks, { now: () => 0, tab: 'one' });
  await one.keep(message('a'));
  await one.done('a');
  equal(await one.adopt('anna'), []);
  equal(await new Outbox(full, null, { now: () => 0, tab: 'two' }).adopt('anna'), []);
});

test('records are in the browser until they are deleted', async () => {
  const database = new Database();
  await database.clear();
  await database.put({ key: 'a', text: 'one' });
  await database.put({ key: 'b', text: 'two' });
  await database.put({ key: 'a', text: 'three' });
  equal((await new Database().all()).map(({ text }) => text).sort(), ['three', 'two']);
  await database.delete('a');
  equal(keys(await database.all()), ['b']);
  await database.clear();
  equal(await database.all(), []);
});
