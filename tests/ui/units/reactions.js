import { reacted, whoReacted, wished } from '/ui/state/reactions.js';
import { Timeline } from '/ui/state/timeline.js';
import { speak } from '/ui/words/speak.js';
import { equal, test } from '/units/harness.js';

const event = (from, on, count, emoji = '👍') => ({ type: 'reacted', target: 1, emoji, on, count, from });

test('the count of the event is the count', () => {
  const one = reacted([{ emoji: '👍', count: 4, users: ['a'] }], event('b', true, 9), 'me');
  equal(one, [{ emoji: '👍', count: 9, users: ['a', 'b'], mine: false }]);
});

test('one that nobody has any more is gone, and the order of the others stays', () => {
  const before = [{ emoji: '👍', count: 1, users: ['a'] }, { emoji: '🎉', count: 1, users: ['a'] }];
  equal(reacted(before, event('a', false, 0), 'me').map(({ emoji }) => emoji), ['🎉']);
  equal(reacted(before, event('b', true, 1, '😂'), 'me').map(({ emoji }) => emoji), ['👍', '🎉', '😂']);
});

test('one’s own are known by who did it', () => {
  const mine = reacted([], event('me', true, 1), 'me');
  equal(mine[0].mine, true);
  equal(reacted(mine, event('a', true, 2), 'me')[0].mine, true);
  equal(reacted(mine, event('me', false, 1), 'me')[0], { emoji: '👍', count: 1, users: [], mine: false });
});

test('ten are named at most', () => {
  let one = [];
  for (let at = 1; at <= 12; at += 1) one = reacted(one, event(`u${at}`, true, at), 'me');
  equal([one[0].count, one[0].users.length], [12, 10]);
});

test('what one wants shows at once, and once', () => {
  const stored = [{ emoji: '👍', count: 2, users: ['a', 'b'] }];
  equal(wished(1, stored, new Map([['1 👍', true]]), 'me')[0].count, 3);
  equal(wished(1, stored, new Map([['2 👍', true]]), 'me')[0].count, 2);
  equal(wished(1, [{ ...stored[0], mine: true }], new Map([['1 👍', true]]), 'me')[0].count, 2);
  equal(wished(1, [{ emoji: '👍', count: 1, users: ['me'], mine: true }], new Map([['1 👍', false]]), 'me'), []);
});

test('the event that says so ends the wish, an older one of the other way does not', () => {
  const one = new Timeline();
  one.latest([{ type: 'message', seq: 1, number: 1, at: 1, from: 'a', name: 'a', text: 'x' }], false);
  one.wish(1, '👍', false);
  one.event(event('me', true, 1), 'me');
  equal([one.wishes.size, one.find(1).reactions[0].count], [1, 1]);
  one.event(event('me', false, 0), 'me');
  equal([one.wishes.size, one.find(1).reactions], [0, []]);
});

test('a deleted message has none', () => {
  const one = new Timeline();
  one.latest([{ type: 'message', seq: 1, number: 1, at: 1, from: 'a', name: 'a', text: 'x', reactions: [{ emoji: '👍', count: 1, users: ['b'] }] }], false);
  one.event({ type: 'deleted', seq: 2, target: 1, at: 2 }, 'me');
  equal(one.find(1).reactions, undefined);
  one.event(event('b', true, 1), 'me');
  equal(one.find(1).reactions, undefined);
});

test('who reacted, in words', async () => {
  await speak('en', ['en-GB']);
  const name = (user) => ({ a: 'anna', b: 'ben' })[user];
  equal(whoReacted({ users: ['a'], count: 1 }, 'me', name), 'anna');
  equal(whoReacted({ users: ['a', 'me', 'b'], count: 3, mine: true }, 'me', name), 'You, anna and ben');
  equal(whoReacted({ users: ['a', 'x'], count: 5 }, 'me', name), 'anna and 4 others');
  equal(whoReacted({ users: ['x'], count: 1 }, 'me', name), '1 other');
});
