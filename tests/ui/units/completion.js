import { asked, choices, completed } from '/ui/state/completion.js';
import { GROUPS, QUICK, findEmoji } from '/ui/state/emoji.js';
import { equal, test } from '/units/harness.js';

const ask = (text, caret = text.length) => asked(text, caret);
const known = {
  people: [{ user: '1', name: 'ben' }, { user: '2', name: 'benedikta' }, { user: '3', name: 'Änne' }, { user: '4', name: 'ruben' }],
  rooms: [
    { id: 'a', kind: 'public', name: 'Tea', slug: 'tea' },
    { id: 'b', kind: 'private', name: 'Steam engines', slug: null },
    { id: 'c', kind: 'direct', name: 'teddy' },
  ],
  everyone: true,
};
const puts = (text) => choices(ask(text), known).map(({ put }) => put);

test('a word is asked for that begins with a sign', () => {
  equal(ask('hello @be'), { kind: '@', query: 'be', from: 6, to: 9 });
  equal(ask('@'), { kind: '@', query: '', from: 0, to: 1 });
  equal(ask('(#te'), { kind: '#', query: 'te', from: 1, to: 4 });
  equal(ask('hello @be there', 9), { kind: '@', query: 'be', from: 6, to: 9 });
});

test('neither addresses nor times nor smileys ask', () => {
  for (const text of ['me@exa', 'at 12:30', ':)', ': x', ':d', 'https://x', '@ben ', 'a#b', '']) equal(ask(text), null);
});

test('people who begin with it come first, without capitals and accents', () => {
  equal(puts('@be'), ['@ben', '@benedikta', '@ruben']);
  equal(puts('@anne'), ['@Änne']);
  equal(puts('@ro'), ['@room']);
  equal(choices(ask('@ro'), { ...known, everyone: false }), []);
});

test('people show by the name that they are seen under, and the one that is put stands beside it', () => {
  const people = [
    { user: '1', name: 'guadalupe', display: 'Maria Hernández' },
    { user: '2', name: 'ben', display: 'ben' },
    { user: '3', name: 'zoe', display: 'Anna' },
  ];
  const found = (text) => choices(ask(text), { people, rooms: [], everyone: false });
  equal(found('@').map(({ label, about, put }) => [label, about, put]), [
    ['Anna', '@zoe', '@zoe'],
    ['ben', '', '@ben'],
    ['Maria Hernández', '@guadalupe', '@guadalupe'],
  ]);
  equal([...found('@hern'), ...found('@mar'), ...found('@gua')].map(({ put }) => put), ['@guadalupe', '@guadalupe', '@guadalupe']);
});

test('rooms are offered by name, conversations are not', () => {
  equal(puts('#te'), ['#tea', '#Steam engines']);
});

test('emoji are found by the beginnings of their words', () => {
  equal(puts(':rock')[0], '🚀');
  equal(puts(':fing'), ['🤞']);
  equal(puts(':thumbs_u'), ['👍']);
});

test('what is chosen takes the word’s place, and the caret goes behind it', () => {
  const text = 'hello @be, you';
  equal(completed(text, ask(text, 9), { put: '@ben' }), { text: 'hello @ben , you', caret: 11 });
  equal(completed('@be x', ask('@be x', 3), { put: '@ben' }), { text: '@ben x', caret: 5 });
});

test('each emoji is there once, and each quick one has a name', () => {
  const all = GROUPS.flatMap((group) => group.emoji.map(({ emoji }) => emoji));
  equal(new Set(all).size, all.length);
  equal(all.length > 100, true);
  equal(QUICK.every((emoji) => all.includes(emoji)), true);
  equal(findEmoji('nothing of that name'), []);
});
