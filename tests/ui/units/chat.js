import { Chat } from '/ui/chat.js';
import { Store } from '/ui/state/store.js';
import { equal, settle, test } from '/units/harness.js';

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
    close: async (room) => void asked.push({ type: 'close', room }),
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
  return { chat: made, connection, store, asked };
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
  const connection = { state: 'live', keep: () => new Promise((resolve) => (stored = resolve)) };
  const store = new Store();
  store.signedIn({ user: 'anna', name: 'anna' });
  store.list([state('tea')], []);
  for (const held of [true, false]) {
    const place = { ...outbox, holds: () => held };
    const one = new Chat(store, connection, { now: () => 0, later: () => {}, key: () => 'k', outbox: place });
    const sending = one.send('tea', 'hello');
    await settle();
    equal(one.held, held ? 1 : 0);
    stored({ seq: 1 });
    await sending;
    equal(one.held, 0);
  }
});

test('of what nobody can tell, the room in view is opened anew, and the others are closed and asked for', async () => {
  const { chat: one, connection, store, asked } = chat([]);
  store.list(['tea', 'milk'].map(state), []);
  store.show('tea');
  for (const room of store.rooms.values()) room.open = true;
  connection.state = 'connecting';
  one.lostHistory(['tea', 'milk']);
  await settle();
  equal(asked, [{ type: 'close', room: 'milk' }]);
  connection.state = 'live';
  one.lostHistory(['tea', 'milk']);
  await settle();
  equal(asked.slice(1, 4), [{ type: 'open', room: 'tea' }, { type: 'close', room: 'milk' }, { type: 'room', room: 'milk' }]);
  equal([...store.rooms.values()].map(({ open }) => open), [false, false]);
});

for (const [what, more, around] of [
  ['begins above the latest page', { seq: 121, number: 121, read: 1, unread: 120 }, 1],
  ['was marked far above it', { seq: 121, number: 121, read: 121, unread_from: 8 }, 8],
  ['is within the latest page', { seq: 121, number: 121, read: 91, unread: 30 }, null],
  ['is nothing', { seq: 121, number: 121, read: 121 }, null],
]) {
  test(`a room opens with what is new in it, where that ${what}`, async () => {
    const said = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => ({ seq: from + at, number: from + at, from: 'ben' }));
    const { chat: one, connection, store, asked } = chat([]);
    const room = { ...state('tea'), ...more };
    store.list([room], []);
    store.show('tea');
    const ask = connection.ask.bind(connection);
    connection.welcome = { limits: { history_page: 50 } };
    connection.ask = async (type, fields) => {
      await ask(type, fields);
      if (type === 'history') return { messages: said(1, 25), more_after: true };
      if (type === 'open') return { room, messages: said(72, 121), more_before: true };
      return { members: [] };
    };
    await one.open('tea');
    equal(asked.map(({ type }) => type), around ? ['history', 'open', 'members'] : ['open', 'members']);
    equal(asked[0].around ?? null, around);
    equal(asked.find(({ type }) => type === 'open').limit ?? null, around && 10);
    const { messages, gaps } = store.rooms.get('tea').timeline;
    equal([messages.length, [...gaps]], around ? [75, [72]] : [50, []]);
  });
}

/** A chat without a connection, and what its outbox took over from a page that is gone. */
function apart(adopted, state = 'waiting') {
  const store = new Store();
  store.signedIn({ user: 'anna', name: 'anna' });
  store.list([{ room: 'a', kind: 'public', name: 'a', seq: 0, number: 0, members: 1 }], []);
  const went = [];
  const done = [];
  const connection = {
    state,
    rooms: [],
    book: { heads: new Map(), closed: () => {} },
    ask: async (type) => (type === 'rooms' ? { rooms: connection.rooms, more: false } : {}),
    keep: (type, { text }) => {
      went.push(text);
      return new Promise(() => {});
    },
    tell: () => {},
  };
  const left = {
    keep: async () => {},
    holds: () => true,
    isOld: () => false,
    done: async (key) => done.push(key),
    adopt: async () => adopted.splice(0),
  };
  const said = [];
  const say = (text) => said.push(text);
  const ports = { now: () => 2, later: () => {}, key: () => 'mine', outbox: left, say };
  return { chat: new Chat(store, connection, ports), connection, store, went, done, said };
}

const orphan = (room, text) => ({ key: `key of ${text}`, user: 'anna', room, text, more: {}, at: 1 });

test('what a page that is gone left unsent goes before what is said now', async () => {
  const { chat: one, went } = apart([orphan('a', 'first'), orphan('a', 'second')]);
  one.send('a', 'third');
  await new Promise((resolve) => setTimeout(resolve));
  equal(went, ['first', 'second', 'third']);
});

test('what was left for a room that is not known yet waits until the server has told', async () => {
  const { chat: one, connection, went, done, said } = apart([orphan('b', 'first'), orphan('c', 'other')]);
  await one.resend();
  equal([went, done], [[], []]);
  // Live means that the server is there, and not yet that it has told all rooms.
  connection.state = 'live';
  await one.resend();
  equal([went, done, said], [[], [], []]);
  connection.rooms = [{ room: 'b', kind: 'public', name: 'b', seq: 0, number: 0, members: 1 }];
  await one.live();
  await settle();
  equal([went, done], [['first'], ['key of other']]);
  equal(said, ['Not sent, because you are no longer in that room: other']);
});
