import { moved, sections } from '/ui/state/sections.js';
import { equal, test } from '/units/harness.js';

const room = (id, fields = {}) => ({
  id, name: id, kind: 'public', other: null, favourite: false, archived: false, place: null, ...fields,
});
const idsOf = (list) => (Array.isArray(list) ? list.map(({ id }) => id) : (list?.id ?? null));
const ids = (found) => Object.fromEntries(Object.entries(found).map(([name, list]) => [name, idsOf(list)]));

test('rooms stand in their sections by name', () => {
  const found = sections(
    [
      room('tea'),
      room('jam'),
      room('ben', { kind: 'direct', other: 'b' }),
      room('me', { kind: 'direct', other: 'a' }),
      room('star', { favourite: true }),
      room('old', { archived: true, favourite: true }),
    ],
    'a',
  );
  equal(ids(found), { favourites: ['star'], rooms: ['jam', 'tea'], people: ['ben'], archived: ['old'], notes: 'me' });
});

test('those with a place come first, in that order', () => {
  const found = sections([room('a'), room('b', { place: 7 }), room('c', { place: 2 }), room('d')], 'me');
  equal(ids(found).rooms, ['c', 'b', 'a', 'd']);
});

test('names are those that the list shows', () => {
  const found = sections([room('a'), room('b')], 'me', ({ id }) => (id === 'a' ? 'z' : id));
  equal(ids(found).rooms, ['b', 'a']);
});

test('a room moves within its section, and the whole order with it', () => {
  const found = sections([room('a'), room('b'), room('c'), room('star', { favourite: true })], 'me');
  equal(moved(found, 'c', -1), ['star', 'a', 'c', 'b']);
  equal(moved(found, 'a', 1), ['star', 'b', 'a', 'c']);
});

test('at its end it moves no further', () => {
  const found = sections([room('a'), room('b')], 'me');
  equal([moved(found, 'a', -1), moved(found, 'b', 1), moved(found, 'none', 1)], [null, null, null]);
});
