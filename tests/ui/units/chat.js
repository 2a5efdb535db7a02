import { Chat } from '/ui/chat.js';
import { Store } from '/ui/state/store.js';
import { equal, test } from '/units/harness.js';

const state = (room) => ({ room, kind: 'public', name: room, seq: 1, number: 0, members: 1 });

const outbox = { keep: async () => {}, done: async () => {}, adopt: async () => [] };

/** A chat whose server has `pages` of one's rooms; `asked` keeps what it was asked. */
function chat(pages, meanwhile = () => {}) {
  const store = new Store();
  store.signedIn({ user: 'anna', name: 'anna' });
  const asked = [];
  const connection = {
    state: 'live',
    book: { heads: new Map(), closed: () => {} },
    async ask(type, fields) {
      asked.push({ type, ...fields });
      if (type === 'room') return { room: state(fields.room) };
      if (type !== 'rooms') return {};
      const page = pages.shift();
      if (asked.length > 1) await meanwhile(made, store);
      return { rooms: page.map(state), more: pages.length > 0 };
    },
    tell: () => {},
  };
  const made = new Chat(store, connection, { now: () => 0, later: () => {}, key: () => 'k', outbox });
  return { chat: made, store, asked };
}

test('all pages of one’s rooms are read, and what is in none is forgotten', async () => {
  const { chat: one, store, asked } = chat([['a', 'b'], ['c']]);
  store.list([state('b'), state('old')], []);
  await one.live();
  equal([...store.rooms.keys()].sort(), ['a', 'b', 'c']);
  equal(asked.slice(0, 2), [{ type: 'rooms' }, { type: 'rooms', after: 'b' }]);
});

test('who is brought into a room, or out of one, while the list is read sees that', async () => {
  const { chat: one, store } = chat([['b', 'c'], ['d']], async (made) => {
    made.signal({ type: 'room_added', room: 'a' });
    made.signal({ type: 'room_removed', room: 'c' });
  });
  await one.live();
  equal([...store.rooms.keys()].sort(), ['a', 'b', 'd']);
});

test('of what is on its way it tells what another page would send', async () => {
  let stored;
  const connection = { keep: () => new Promise((resolve) => (stored = resolve)) };
  const store = new Store();
  store.signedIn({ user: 'anna', name: 'anna' });
  store.list([state('tea')], []);
  for (const held of [true, false]) {
    const place = { ...outbox, holds: () => held };
    const one = new Chat(store, connection, { now: () => 0, later: () => {}, key: () => 'k', outbox: place });
    const sending = one.send('tea', 'hello');
    await Promise.resolve();
    await Promise.resolve();
    equal(one.held, held ? 1 : 0);
    stored({ seq: 1 });
    await sending;
    equal(one.held, 0);
  }
});
