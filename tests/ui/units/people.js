import { People as Acts } from '/ui/acts/people.js';
import { People } from '/ui/state/people.js';
import { Store } from '/ui/state/store.js';
import { Clock, equal, settle, test } from '/units/harness.js';

const ben = (fields = {}) => ({ user: 'b', name: 'ben', display: 'Ben B.', ...fields });

test('what shows beside a name is replaced as a whole, a card only by a card', () => {
  const people = new People();
  equal(people.learn([ben({ avatar: 'p1', status: { text: 'Tea' }, about: 'Water', last_seen: 5 })], { whole: true }), true);
  equal(people.learn([ben()]), true);
  const { avatar, status, about, lastSeen } = people.get('b');
  equal([avatar, status, about, lastSeen], [null, null, 'Water', 5]);
  people.learn([ben()], { whole: true });
  equal([people.get('b').about, people.get('b').lastSeen], ['', null]);
});

test('what is known already is no news', () => {
  const people = new People();
  people.learn([ben()]);
  equal(people.learn([ben()]), false);
});

test('whoever has no display name shows by their user name', () => {
  const people = new People();
  people.learn([{ user: 'b', name: 'ben', display: '' }]);
  equal([people.display('b', 'x'), people.display('c', 'x')], ['ben', 'x']);
});

test('a status ends by itself, and that is noticed once', () => {
  const people = new People();
  people.learn([ben({ status: { text: 'Tea', until: 100 } })]);
  equal([people.status('b', 99)?.text, people.status('b', 100)], ['Tea', null]);
  equal([people.ended(50, 99), people.ended(99, 100), people.ended(100, 150)], [false, true, false]);
});

test('a status without an end stays', () => {
  const people = new People();
  people.learn([ben({ status: { emoji: '🍵' } })]);
  equal(people.status('b', 1e15)?.emoji, '🍵');
});

test('signals change people, blocks, invitations, order and what waits', () => {
  const store = new Store();
  store.signedIn({ user: 'a', name: 'anna' });
  store.list(['tea', 'jam'].map((room) => ({ room, kind: 'public', name: room, seq: 1, number: 0, members: 1 })), []);
  const told = [];
  store.watch((what) => told.push(what));
  store.signal({ type: 'person_changed', ...ben() });
  store.signal({ type: 'block_changed', user: 'b', blocked: true });
  store.signal({ type: 'invited', invitation: { room: 'x', name: 'X', by_name: 'ben' } });
  store.signal({ type: 'rooms_ordered', rooms: ['tea'] });
  store.signal({ type: 'room_set', room: 'jam', muted_until: 0, favourite: true });
  store.signal({ type: 'schedule_set', item: { scheduled: 'k', room: 'tea', text: 'hi', at: 9 } });
  store.signal({ type: 'schedule_failed', scheduled: 'k', room: 'tea', failure: 'no' });
  equal([store.people.display('b'), store.blocked.has('b'), store.invitations.has('x')], ['Ben B.', true, true]);
  const [tea, jam] = [...store.rooms.values()];
  equal([tea.place, jam.place, jam.mutedUntil, jam.favourite], [0, null, 0, true]);
  equal(store.scheduled.get('k').failure, 'no');
  equal(told, ['people', 'people', 'rooms', 'rooms', 'rooms', 'scheduled', 'scheduled']);
  store.signal({ type: 'room_set', room: 'jam' });
  equal([jam.mutedUntil, jam.favourite], [null, false]);
  store.set({ room: 'x', kind: 'private', name: 'X', seq: 1, number: 0, members: 2 });
  store.signal({ type: 'schedule_ended', scheduled: 'k' });
  equal([store.invitations.size, store.scheduled.size], [0, 0]);
});

test('a conversation is called as its other person is', () => {
  const store = new Store();
  store.signedIn({ user: 'a', name: 'anna' });
  const direct = (other, name) => ({ kind: 'direct', other, name });
  equal(store.titleOf(direct('b', 'ben')), 'ben');
  store.learnPeople([ben()]);
  equal([store.titleOf(direct('b', 'ben')), store.titleOf(direct('a', 'anna'))], ['Ben B.', 'Notes to self']);
});

test('people whom nobody asked to see are asked for one after the other, each once', async () => {
  const clock = new Clock();
  const store = new Store();
  const asked = [];
  const ask = async (type, { user }) => {
    asked.push(user);
    return { person: { user, name: user, display: user } };
  };
  const acts = new Acts(store, ask, null, clock.later);
  acts.need(['b', 'c', 'b']);
  await settle();
  equal(asked, ['b']);
  await clock.advance(0.3);
  equal(asked, ['b', 'c']);
  await clock.advance(5);
  equal(asked, ['b', 'c']);
});
