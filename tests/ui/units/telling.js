import { Scenes } from '/ui/state/scenes.js';
import { Store } from '/ui/state/store.js';
import { isToldOf, Telling } from '/ui/state/telling.js';
import { Wants } from '/ui/state/wants.js';
import { Clock, equal, settle, test } from '/units/harness.js';

const plain = { kind: 'public', notify: null, mutedUntil: null, archived: false, read: 0 };
const said = { type: 'message', room: 'tea', seq: 5, number: 5, from: 'ben', name: 'ben', text: 'Hello' };
const around = { me: 'anna', blocked: new Set(['carl']), looked: false, now: 10 };

test('what one is told of, by level, room, author and place', () => {
  const called = { mentions: ['anna'] };
  const everyone = { mentions: ['*'] };
  const cases = [
    // level     room                    message             around             told
    [null, {}, {}, {}, false],
    [null, {}, called, {}, true],
    [null, {}, everyone, {}, true],
    [null, {}, { mentions: ['ben'] }, {}, false],
    [null, { kind: 'direct' }, {}, {}, true],
    ['all', {}, {}, {}, true],
    ['mentions', { kind: 'direct' }, {}, {}, false],
    ['mentions', { kind: 'direct' }, called, {}, true],
    ['none', {}, called, {}, false],
    ['none', { kind: 'direct' }, called, {}, false],
    ['all', { mutedUntil: 0 }, called, {}, false],
    ['all', { mutedUntil: 11 }, called, {}, false],
    ['all', { mutedUntil: 9 }, {}, {}, true],
    ['all', { archived: true }, called, {}, false],
    ['all', {}, { from: 'anna' }, {}, false],
    ['all', {}, { from: 'carl', ...called }, {}, false],
    ['all', {}, { deleted: true }, {}, false],
    ['all', { read: 5 }, called, {}, false],
    ['all', { read: 4 }, {}, {}, true],
    ['all', {}, called, { looked: true }, false],
  ];
  for (const [at, [notify, room, message, more, told]] of cases.entries()) {
    const found = isToldOf({ ...plain, notify, ...room }, { ...said, ...message }, { ...around, ...more });
    equal([at, found], [at, told]);
  }
});

function desk({ kind = 'public', notify = 'all', may = true } = {}) {
  const clock = new Clock();
  const store = new Store();
  store.signedIn({ user: 'anna', name: 'anna' });
  store.set({ room: 'tea', kind, name: 'Tea', seq: 4, number: 4, read: 4, members: 2, notify, other: kind === 'direct' ? 'ben' : null });
  const one = { clock, store, may, looked: null, shown: [], closed: [], asked: [], messages: [] };
  one.telling = new Telling(store, {
    may: () => one.may,
    looked: (room) => one.looked === room,
    now: clock.now,
    later: clock.later,
    ask: async (type, fields) => {
      one.asked.push([type, fields]);
      if (one.broken) throw new Error('the connection broke');
      return { messages: one.messages };
    },
    show: ({ message, count }) => {
      one.shown.push([message.seq, count]);
      return () => one.closed.push(message.seq);
    },
  });
  store.watch((what) => what === 'rooms' && one.telling.changed());
  return one;
}

test('messages of one moment are one notification, and the next one takes its place', async () => {
  const one = desk();
  one.telling.event(said);
  one.telling.event({ ...said, seq: 6 });
  one.telling.event({ ...said, seq: 6 });
  await one.clock.advance(1);
  equal([one.shown, one.closed], [[[6, 2]], []]);
  one.telling.event({ ...said, seq: 7 });
  await one.clock.advance(1);
  equal([one.shown, one.closed], [[[6, 2], [7, 3]], [6]]);
});

test('what is read within the moment is not shown, and what is read later is closed', async () => {
  const one = desk();
  one.telling.event(said);
  one.store.read('tea', 5);
  await one.clock.advance(1);
  equal(one.shown, []);
  one.telling.event({ ...said, seq: 6 });
  await one.clock.advance(1);
  one.store.tell('rooms');
  equal([one.shown, one.closed], [[[6, 1]], []]);
  one.store.read('tea', 6);
  equal(one.closed, [6]);
  one.telling.event({ ...said, seq: 7 });
  await one.clock.advance(1);
  equal(one.shown.at(-1), [7, 1]);
});

test('a deleted message is not left on the screen, nor brought there', async () => {
  const one = desk();
  one.telling.event(said);
  await one.clock.advance(1);
  one.telling.event({ ...said, seq: 6 });
  one.telling.event({ type: 'deleted', room: 'tea', seq: 7, target: 6 });
  await one.clock.advance(1);
  one.telling.event({ type: 'deleted', room: 'tea', seq: 8, target: 5 });
  equal([one.shown, one.closed], [[[5, 1]], [5]]);
});

test('of rooms that are not open the message is asked for: of mentions that one, else the last', async () => {
  for (const [notify, type, asked] of [
    ['mentions', 'mentioned', [['messages', { room: 'tea', seqs: [5] }]]],
    ['all', 'activity', [['history', { room: 'tea', limit: 1 }]]],
    ['mentions', 'activity', []],
    ['all', 'mentioned', []],
    ['none', 'mentioned', []],
  ]) {
    const one = desk({ notify });
    one.messages = [{ ...said, mentions: ['anna'] }];
    one.telling.signal({ type, room: 'tea', seq: 5, number: 5 });
    await one.clock.advance(2);
    await settle();
    equal([notify, type, one.asked, one.shown], [notify, type, asked, asked.length ? [[5, 1]] : []]);
  }
});

test('what was said while the connection was broken is told of when it is back, and nothing older', async () => {
  const known = { room: 'tea', kind: 'public', name: 'Tea', members: 2, notify: 'mentions' };
  for (const [now, asked, shown] of [
    [{ seq: 7, number: 7, mentions: 2 }, 1, [[6, 1]]],
    [{ seq: 7, number: 7, mentions: 1 }, 0, []],
    [{ seq: 7, number: 7, mentions: 2, muted_until: 0 }, 0, []],
    [{ seq: 7, number: 7, mentions: 1, notify: 'all' }, 1, [[7, 2]]],
  ]) {
    const one = desk({ notify: 'mentions' });
    one.store.set({ ...known, seq: 5, number: 5, read: 4, mentions: 1 });
    one.messages = [5, 6, 7].map((seq) => ({ ...said, seq, mentions: seq < 7 ? ['anna'] : [] }));
    one.telling.lost();
    one.store.set({ ...known, seq: 5, number: 5, read: 4, mentions: 1 });
    one.store.listed = true;
    one.telling.back();
    one.telling.lost();
    one.store.set({ ...known, read: 4, ...now });
    one.telling.lost();
    one.telling.back();
    await one.clock.advance(1);
    one.telling.back();
    await one.clock.advance(1);
    equal([now, one.asked.length, one.shown], [now, asked, shown]);
  }
});

test('what was heard of and could not be read, as the connection broke, is told of when it is back', async () => {
  for (const [notify, type] of [['all', 'activity'], ['mentions', 'mentioned']]) {
    const one = desk({ notify });
    const now = { room: 'tea', kind: 'public', name: 'Tea', seq: 5, number: 5, read: 4, members: 2, mentions: 1, notify };
    one.messages = [4, 5].map((seq) => ({ ...said, seq, mentions: ['anna'] }));
    one.store.listed = true;
    one.store.set(now);
    one.broken = true;
    one.telling.signal({ type, room: 'tea', seq: 5, number: 5 });
    await one.clock.advance(1);
    await settle();
    one.telling.lost();
    one.broken = false;
    for (let times = 0; times < 2; times += 1) {
      one.telling.back();
      await one.clock.advance(1);
      await settle();
      one.telling.lost();
    }
    equal([type, one.asked.length, one.shown], [type, 2, [[5, 1]]]);
  }
});

test('a tab that may not tell neither shows nor asks', async () => {
  const one = desk({ may: false });
  one.telling.event(said);
  one.telling.signal({ type: 'activity', room: 'tea', seq: 5, number: 5 });
  await one.clock.advance(2);
  equal([one.asked, one.shown], [[], []]);
});

test('nothing is told of a room that somebody looks at in any tab, also a moment later', async () => {
  const one = desk();
  one.telling.event(said);
  one.looked = 'tea';
  await one.clock.advance(1);
  equal(one.shown, []);
});

test('what a tab looks at holds until it looks elsewhere, or has not said so for a while', () => {
  let now = 0;
  const scenes = new Scenes(() => now);
  scenes.looks('a', 'tea');
  scenes.looks('b', 'cake');
  equal([scenes.has('tea'), scenes.has('cake'), scenes.has('jam')], [true, true, false]);
  scenes.looks('b', null);
  now = 14_000;
  equal([scenes.has('tea'), scenes.has('cake')], [true, false]);
  now = 16_000;
  equal(scenes.has('tea'), false);
  scenes.looks('a', 'tea');
  scenes.clear();
  equal(scenes.has('tea'), false);
});

test('nobody is told of anything before they asked for it, and nobody by what another wanted', () => {
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  let user = 'anna';
  const wants = new Wants(storage, () => user);
  equal(wants.get(), { desktop: false, sound: false });
  wants.set({ desktop: true });
  equal(wants.get(), { desktop: true, sound: false });
  user = 'ben';
  equal(wants.get(), { desktop: false, sound: false });
  wants.set({ sound: true });
  equal(wants.get(), { desktop: false, sound: true });
  wants.forget();
  equal([wants.get(), kept.size], [{ desktop: false, sound: false }, 0]);
  storage.setItem('telling', 'no JSON');
  equal(wants.get(), { desktop: false, sound: false });
});
