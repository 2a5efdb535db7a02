import { Store } from '/ui/state/store.js';
import { equal, test } from '/units/harness.js';

const state = (fields = {}) => ({
  room: 'tea', kind: 'public', name: 'Tea', role: 'member', seq: 4, number: 2, members: 2, ...fields,
});
const message = (seq, number, from = 'ben') => ({
  type: 'message', room: 'tea', seq, number, at: seq, from, name: from, text: 'hi', cursor: 'c',
});

function store(fields = {}) {
  const made = new Store();
  made.signedIn({ user: 'anna', name: 'anna' });
  made.list([state(fields)], []);
  made.opened({ room: state(fields), messages: [message(3, 1), message(4, 2)], here: { ben: 'online' } });
  return made;
}

const tea = (one) => one.rooms.get('tea');

test('the list is known with its last page', () => {
  const one = new Store();
  one.list([state()], null);
  equal([one.rooms.size, one.listed], [1, false]);
  one.list([state({ room: 'jam' })], []);
  equal([one.rooms.size, one.listed], [2, true]);
  one.list([], null);
  equal(one.listed, true);
});

test('a room that is not in the list any more is forgotten', () => {
  const one = store();
  one.show('tea');
  one.list([], ['tea']);
  equal([one.rooms.size, one.active], [0, null]);
});

test('messages of others count as unread and put up the line', () => {
  const one = store();
  one.show('tea');
  one.event(message(5, 3));
  one.event(message(6, 4));
  equal([tea(one).unread, tea(one).unreadAfter], [2, 4]);
});

test('under somebody’s eyes there is no line', () => {
  const one = store();
  one.show('tea');
  one.look(true);
  one.event(message(5, 3));
  equal(tea(one).unreadAfter, null);
});

test('the line is fixed when the room comes into view', () => {
  const one = store({ unread: 1, read: 3 });
  one.show('tea');
  one.read('tea', 4);
  equal([tea(one).unreadAfter, tea(one).unread], [3, 0]);
});

test('saying something reads what was above, and marks its author as having read', () => {
  const one = store({ unread: 1, read: 3 });
  one.event(message(5, 3, 'anna'));
  equal([tea(one).unread, tea(one).read], [0, 5]);
  one.event(message(6, 4, 'ben'));
  const { delivered, read } = tea(one).marks.get('ben');
  equal([delivered, read], [6, 6]);
});

test('a mark of another connection of one’s own lowers the count', () => {
  const one = store({ unread: 2, read: 2 });
  one.signal({ type: 'marked', room: 'tea', delivered: 3, read: 3 });
  equal(tea(one).unread, 1);
});

test('what one read elsewhere is not unread, though one hears of it later', () => {
  const one = store();
  one.signal({ type: 'marked', room: 'tea', delivered: 9, read: 9 });
  one.signal({ type: 'activity', room: 'tea', seq: 9, number: 5 });
  equal([tea(one).unread, tea(one).number], [0, 5]);
  one.signal({ type: 'activity', room: 'tea', seq: 10, number: 6 });
  equal(tea(one).unread, 1);
});

test('activity counts what is said where one does not listen', () => {
  const one = store();
  one.signal({ type: 'activity', room: 'tea', seq: 9, number: 5 });
  equal([tea(one).unread, tea(one).seq], [3, 9]);
});

test('one’s own typing is no news, and a message ends its author’s', () => {
  const one = store();
  const users = [{ user: 'anna', name: 'anna' }, { user: 'ben', name: 'ben' }];
  one.signal({ type: 'typing', room: 'tea', users, count: 2 });
  equal(tea(one).typing, { users: [users[1]], count: 1 });
  one.event(message(5, 3));
  equal(tea(one).typing.count, 0);
});

test('presence follows the signals', () => {
  const one = store();
  equal(one.presence('ben'), 'online');
  one.signal({ type: 'presence', user: 'ben', state: 'away' });
  equal(one.presence('ben'), 'away');
  one.signal({ type: 'presence', user: 'ben', state: 'offline' });
  equal(one.presence('ben'), 'offline');
});

test('members come, go and change', () => {
  const one = store();
  one.members('tea', [{ user: 'anna', name: 'anna', role: 'owner' }]);
  const move = (seq, change, role) => one.event({
    type: 'membership', room: 'tea', seq, at: 1, from: 'x', name: 'x', user: 'zoe', user_name: 'zoe', change, role,
  });
  move(5, 'joined', 'member');
  equal([tea(one).memberCount, tea(one).members.map(({ name }) => name)], [3, ['anna', 'zoe']]);
  move(6, 'role', 'reader');
  equal(tea(one).members[1].role, 'reader');
  move(7, 'left');
  equal([tea(one).memberCount, tea(one).members.length], [2, 1]);
});

test('what changed is told once to everybody who watches', () => {
  const one = store();
  const told = [];
  const end = one.watch((what, room) => told.push([what, room]));
  one.signal({ type: 'marks', room: 'tea', marks: [{ user: 'ben', read: 4, delivered: 4 }] });
  end();
  one.show('tea');
  equal(told, [['marks', 'tea']]);
});
