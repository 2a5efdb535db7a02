import { Hints } from '/ui/state/hints.js';
import { equal, test } from '/units/harness.js';

function storage(kept = new Map()) {
  return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test('there are three hints, one after the other, and then none for good', () => {
  const place = storage();
  const one = new Hints(place, 'u1');
  const seen = [];
  while (one.next(false)) {
    seen.push(one.next(false));
    one.done();
  }
  equal(seen.map(({ at, of }) => [at, of]), [[1, 3], [2, 3], [3, 3]]);
  equal(new Set(seen.map(({ text }) => text)).size, 3);
  equal(new Hints(place, 'u1').next(false), null);
});

test('who wants none gets none, until they ask for them again', () => {
  const one = new Hints(storage(), 'u1');
  one.end();
  equal(one.next(true), null);
  one.again();
  equal(one.next(true).at, 1);
});

test('a finger is told of fingers', () => {
  const one = new Hints(storage(), 'u1');
  one.done();
  equal([one.next(true).text.includes('Hold'), one.next(false).text.includes('Point')], [true, true]);
});

test('each account has its own, and its id is not left behind', () => {
  const place = storage();
  new Hints(place, 'u7secret').end();
  equal(new Hints(place, 'u8').next(false).at, 1);
  equal([...place.kept].flat().join(' ').includes('u7secret'), false);
});

test('a browser that keeps nothing shows none rather than the same for ever', () => {
  const refuse = () => {
    throw new Error('denied');
  };
  const one = new Hints({ getItem: refuse, setItem: refuse }, 'u1');
  equal(one.next(false), null);
  one.done();
});
