import { MOST, STEP, Stretch } from '/ui/view/stretch.js';
import { equal, test } from '/units/harness.js';

const rows = (from, to) => Array.from({ length: to - from }, (_, at) => ({ key: `row ${from + at}` }));
const shown = (one) => [one.rows[0]?.key, one.rows.at(-1)?.key, one.rows.length];

function at(from, to) {
  const made = new Stretch();
  made.set(rows(from, to), true);
  return made;
}

test('a long conversation opens with its end, and not all of it is in the document', () => {
  const one = at(0, 10_000);
  equal([one.atTop, one.atEnd, one.rows.at(-1).key], [false, true, 'row 9999']);
  equal(one.rows.length <= MOST, true);
});

test('a short one is there whole', () => {
  const one = at(0, 30);
  equal([one.atTop, one.atEnd, one.rows.length], [true, true, 30]);
});

test('up to the beginning and down to the end again, every row is in the document once', () => {
  const one = at(0, 1000);
  const seen = new Set(one.rows.map(({ key }) => key));
  for (let turns = 0; !one.atTop; turns += 1) {
    const [first] = one.rows;
    one.up();
    equal(one.rows[Math.min(STEP, one.rows.indexOf(first))], first);
    equal(one.rows.length <= MOST, true);
    for (const { key } of one.rows) seen.add(key);
    if (turns > 1000 / STEP) throw new Error('it does not come to the beginning');
  }
  equal([seen.size, one.rows[0].key], [1000, 'row 0']);
  while (!one.atEnd) {
    const last = one.rows.at(-1);
    one.down();
    equal(one.rows.includes(last), true);
    equal(one.rows.length <= MOST, true);
  }
  equal(one.rows.at(-1).key, 'row 999');
});

test('what is loaded above waits there, and what is shown stays', () => {
  const one = at(50, 100);
  one.set(rows(0, 100), false);
  equal(shown(one), ['row 50', 'row 99', 50]);
  equal([one.atTop, one.from], [false, 50]);
  one.up();
  equal(shown(one), [`row ${50 - STEP}`, 'row 99', 50 + STEP]);
  while (!one.atTop) one.up();
  equal(shown(one), ['row 0', 'row 99', 100]);
});

test('what comes is followed at the end, and the oldest goes', () => {
  const one = at(0, 200);
  for (let to = 201; to <= 600; to += 1) {
    one.set(rows(0, to), true);
    equal(one.rows.at(-1).key, `row ${to - 1}`);
    equal(one.rows.length <= MOST, true);
  }
});

test('who reads further up keeps what is in view, whatever comes', () => {
  const one = at(0, 240);
  while (!one.atTop) one.up();
  const [first] = one.rows;
  for (let to = 241; to <= 400; to += 1) one.set(rows(0, to), false);
  equal(one.rows[0].key, first.key);
  equal(one.rows.length <= MOST, true);
  equal(one.atEnd, false);
  while (!one.atEnd) one.down();
  equal(one.rows.at(-1).key, 'row 399');
});

test('rows that are gone take nothing else along', () => {
  const one = at(0, 50);
  one.set(rows(0, 50).filter((_, place) => place % 2), false);
  equal(shown(one), ['row 1', 'row 49', 25]);
  one.set([], false);
  equal(shown(one), [null, null, 0].map((each) => each ?? undefined));
});

test('another conversation begins with its end', () => {
  const one = at(0, 1000);
  one.set(rows(5000, 6000), false);
  equal([one.rows.at(-1).key, one.atEnd], ['row 5999', true]);
});

test('a place is gone to, and is in the document then', () => {
  const one = at(0, 1000);
  equal(one.reveal(({ key }) => key === 'row 3'), true);
  equal([one.rows[0].key, one.rows.some(({ key }) => key === 'row 3')], ['row 0', true]);
  equal(one.reveal(({ key }) => key === 'row 500'), true);
  equal(one.rows.some(({ key }) => key === 'row 480'), true);
  equal(one.reveal(({ key }) => key === 'nowhere'), false);
  one.toEnd();
  equal(one.atEnd, true);
});

test('the day that began further up is found', () => {
  const one = new Stretch();
  const days = rows(0, 1000).map((row, at) => ({ ...row, kind: at % 400 ? 'message' : 'day' }));
  one.set(days, true);
  equal(one.above(({ kind }) => kind === 'day').key, 'row 800');
  one.reveal(({ key }) => key === 'row 10');
  equal(one.above(({ kind }) => kind === 'day'), undefined);
});

test('it tells where the last row of a kind is, and whether it is full', () => {
  const one = new Stretch();
  const all = rows(0, 1000).map((row, at) => ({ ...row, kind: at === 3 || at === 900 ? 'gap' : 'message' }));
  one.set(all, true);
  equal([one.last('gap'), one.last('unread'), one.full], [900, -1, false]);
  while (!one.full) one.up();
  equal(one.rows.length, MOST);
  one.clear();
  equal([one.last('gap'), one.full], [-1, false]);
});
