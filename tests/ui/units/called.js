import { called } from '/ui/state/called.js';
import { equal, test } from '/units/harness.js';

const NAMES = { a: 'Anna L.', b: 'Ben O.' };
const store = {
  people: { display: (user, name) => NAMES[user] ?? name },
  names: new Map([['c', 'carla']]),
  titleOf: () => 'Ben O.',
};

test('whoever spoke, was answered, passed on or has read shows under the name of now', () => {
  const message = { from: 'a', name: 'anna', forwarded: { user: 'b', name: 'ben', at: 1 } };
  const row = { kind: 'message', message, quote: { from: 'b', name: 'ben' }, here: [{ user: 'b' }, { user: 'c' }] };
  const shown = called(row, store, {});
  equal([shown.called, shown.quoteCalled, shown.viaCalled, shown.hereCalled], ['Anna L.', 'Ben O.', 'Ben O.', ['Ben O.', 'carla']]);
  equal([shown.message, message.name], [message, 'anna']);
});

test('who is not known keeps the name that came along', () => {
  const row = { kind: 'message', message: { from: 'x', name: 'xenia' }, quote: undefined, here: [] };
  const shown = called(row, store, {});
  equal([shown.called, shown.quoteCalled, shown.viaCalled], ['xenia', undefined, undefined]);
});

test('so do notes and the beginning of a conversation; other rows stay as they are', () => {
  const note = { from: 'a', name: 'anna', user: 'b', user_name: 'ben', type: 'membership' };
  equal(called({ kind: 'note', notes: [note] }, store, {}).notes, [{ ...note, name: 'Anna L.', user_name: 'Ben O.' }]);
  equal(called({ kind: 'start' }, store, {}).called, 'Ben O.');
  const day = { kind: 'day', at: 1 };
  equal(called(day, store, {}) === day, true);
});
