import { Remembered } from '/ui/state/remembered.js';
import { Store } from '/ui/state/store.js';
import { equal, test } from '/units/harness.js';

function memory() {
  const kept = new Map();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

function page(user = 'a') {
  const store = new Store();
  store.signedIn({ user, name: 'anna', admin: true, may_invite: true });
  return store;
}

const TEA = {
  ...{ room: 'tea', kind: 'private', name: 'Tea', slug: 'tea', topic: 'leaves', role: 'owner', seq: 9, number: 7 },
  ...{ read: 4, delivered: 9, unread: 3, mentions: 1, members: 5, archived: true, slow: 10, posting: 'owner' },
  ...{ avatar: 'p1', notify: 'none', muted_until: 12, favourite: true, place: 2, unread_from: 5 },
};
const BEN = { room: 'r2', kind: 'direct', name: 'ben', other: 'b', seq: 1, number: 1, members: 2 };
/** All that a room knows of itself, but for what is only known while it is open. */
const known = (store) => [...store.rooms.values()].map((room) => ({ ...room, timeline: null }));

test('the next start finds the person and the rooms as they were', () => {
  const [one, two, storage] = [page(), new Store(), memory()];
  one.list([TEA, BEN], new Set());
  new Remembered(storage).keep(one);
  const { session, rooms } = new Remembered(storage).read();
  two.signedIn(session);
  two.list(rooms, null);
  equal(two.me, one.me);
  equal(known(two), known(one));
  equal(two.listed, false);
});

test('the next start calls people as they are called, with their pictures and what they are up to', () => {
  const [one, storage] = [page(), memory()];
  const notes = { room: 'r3', kind: 'direct', name: 'anna', other: 'a', seq: 0, number: 0, members: 1 };
  one.list([TEA, BEN, notes], new Set());
  const anna = { user: 'a', name: 'anna', display: 'Anna L', about: 'Of the garden', avatar: 'p2' };
  const ben = { user: 'b', name: 'ben', display: 'Ben', status: { emoji: '🌴', text: '', until: 9 }, about: 'His own words' };
  one.learnPeople([anna, ben, { user: 'c', name: 'cleo', display: 'Cleo' }], { whole: true });
  new Remembered(storage).keep(one);
  const { session, rooms, people } = new Remembered(storage).read();
  const two = new Store();
  two.signedIn(session);
  two.list(rooms, null);
  two.learnPeople(people, { whole: true });
  equal(two.people.get('a'), one.people.get('a'));
  equal(two.people.get('b'), { ...one.people.get('b'), about: '' });
  equal(two.people.get('c'), undefined);
  equal([...two.rooms.values()].map((room) => two.titleOf(room)), ['Tea', 'Ben', 'Notes to self']);
});

test('what an older page remembered is read, too', () => {
  const storage = memory();
  storage.setItem('remembered', '{"session":{"user":"a"},"rooms":[]}');
  equal(new Remembered(storage).read(), { session: { user: 'a' }, rooms: [], people: [] });
});

test('nothing that was said is remembered', () => {
  const [store, storage] = [page(), memory()];
  store.list([TEA], new Set());
  const message = { type: 'message', room: 'tea', seq: 10, number: 8, from: 'b', name: 'ben', text: 'secret', at: 1 };
  store.event(message);
  store.rooms.get('tea').draft = 'secret too';
  new Remembered(storage).keep(store);
  const text = storage.kept.get('remembered');
  equal([text.includes('Tea'), text.includes('secret')], [true, false]);
});

test('before the rooms are listed nothing is remembered', () => {
  const storage = memory();
  new Remembered(storage).keep(page());
  equal(new Remembered(storage).read(), null);
});

test('what was forgotten stays forgotten when the page goes', () => {
  const [store, storage] = [page(), memory()];
  store.list([TEA], new Set());
  const remembered = new Remembered(storage);
  remembered.keep(store);
  remembered.update(store);
  equal(remembered.read().rooms.length, 1);
  remembered.forget();
  remembered.update(store);
  equal(storage.kept.size, 0);
});

test('a page of somebody else changes nothing', () => {
  const [anna, ben, storage] = [page('a'), page('b'), memory()];
  for (const one of [anna, ben]) one.list([TEA], new Set());
  const remembered = new Remembered(storage);
  remembered.keep(anna);
  remembered.update(ben);
  equal(remembered.read().session.user, 'a');
});

test('what is no memory of this page is none', () => {
  for (const text of ['{', 'null', '7', '{}', '{"session":{}}', '{"session":{"user":"a"},"rooms":[{}]}', '{"session":{"user":"a"},"rooms":[],"people":[{}]}']) {
    const storage = memory();
    storage.setItem('remembered', text);
    equal(new Remembered(storage).read(), null);
  }
});

test('without storage nothing is remembered and nothing fails', () => {
  const fail = () => {
    throw new DOMException('forbidden');
  };
  const store = page();
  store.list([TEA], new Set());
  const remembered = new Remembered({ getItem: fail, setItem: fail, removeItem: fail });
  remembered.keep(store);
  remembered.update(store);
  remembered.forget();
  equal(remembered.read(), null);
});
