import { folded, offered } from '/ui/state/switching.js';
import { equal, test } from '/units/harness.js';

const room = (id, name, more = {}) => ({
  id, name, slug: null, kind: 'public', unread: 0, unreadFrom: null, mentions: 0, notify: null, mutedUntil: null,
  archived: false, ...more,
});
const nameOf = ({ name }) => name;
const ids = (rooms, typed, recent = []) => offered(rooms, typed, { nameOf, recent, now: 0 }).map(({ id }) => id);

test('case and accents do not matter', () => {
  equal(folded('Café ÉÈ'), 'cafe ee');
  equal(ids([room('a', 'Café'), room('b', 'Tea')], 'CAFE'), ['a']);
});

test('with nothing typed those that call come first, then the unread, then where one was', () => {
  const rooms = [
    room('quiet', 'A', { unread: 3, notify: 'none' }), room('read', 'B'), room('unread', 'C', { unread: 1 }),
    room('called', 'D', { unread: 2, mentions: 1 }), room('person', 'E', { kind: 'direct', unread: 1 }), room('last', 'Z'),
  ];
  equal(ids(rooms, '', ['last']), ['called', 'person', 'unread', 'last', 'quiet', 'read']);
});

test('the beginnings of words go before what is within them, and all words have to be there', () => {
  const rooms = [room('a', 'steam'), room('b', 'tea party'), room('c', 'iced tea'), room('d', 'garden')];
  equal(ids(rooms, 'tea'), ['c', 'b', 'a']);
  equal(ids(rooms, 'par te'), ['b']);
  equal(ids(rooms, 'nothing like it'), []);
});

test('a room is found by its short name, and an archived one last', () => {
  const rooms = [room('a', 'Alpha', { slug: 'ops', archived: true }), room('b', 'Ops talk')];
  equal(ids(rooms, 'ops'), ['b', 'a']);
});
