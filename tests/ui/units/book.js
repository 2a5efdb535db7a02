import { Book } from '/ui/net/book.js';
import { equal, test } from '/units/harness.js';

const event = (room, seq) => ({ room, seq, cursor: `c.${seq}` });

function book(seq = 4) {
  const made = new Book();
  made.opened({ room: { room: 'tea', seq }, cursor: 'c.4' });
  return made;
}

test('the next event is news and moves head and cursor', () => {
  const one = book();
  equal(one.event(event('tea', 5)), 'news');
  equal([one.heads.get('tea'), one.cursor], [5, 'c.5']);
});

test('what was seen, and what was never opened, is known', () => {
  const one = book();
  equal(one.event(event('tea', 4)), 'known');
  equal(one.event(event('milk', 1)), 'known');
  equal(one.cursor, 'c.4');
});

test('a hole changes nothing', () => {
  const one = book();
  equal(one.event(event('tea', 6)), 'hole');
  equal([one.heads.get('tea'), one.cursor], [4, 'c.4']);
});

test('resumed brings each missed event once and adopts the cursor', () => {
  const one = book();
  const events = [event('tea', 4), event('tea', 5), event('tea', 6)];
  const { news, lost } = one.resumed({ resumed: true, cursor: 'c.9', events });
  equal([news.map(({ seq }) => seq), lost, one.cursor], [[5, 6], [], 'c.9']);
});

test('a log that cannot tell names the rooms whose history is to be read', () => {
  const one = book();
  one.opened({ room: { room: 'milk', seq: 2 }, cursor: 'c.4' });
  const rooms = [{ room: 'tea', seq: 9 }, { room: 'milk', seq: 2 }];
  const { lost } = one.resumed({ resumed: false, cursor: 'd.1', rooms });
  equal([lost, one.heads.get('tea'), one.cursor], [['tea'], 9, 'd.1']);
});

test('a room one may not see any more is closed', () => {
  const one = book();
  one.resumed({ resumed: true, cursor: 'c.5', removed: ['tea'] });
  equal(one.heads.size, 0);
});

test('the sum of heads agrees or not', () => {
  const one = book();
  equal([one.agrees(4), one.agrees(5)], [true, false]);
});
