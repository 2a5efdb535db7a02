import { Backoff } from '/ui/net/backoff.js';
import { equal, test } from '/units/harness.js';

test('the ceiling doubles from half a second to twenty', () => {
  const backoff = new Backoff(() => 1);
  equal([1, 2, 3, 4, 5, 6, 7, 8].map(() => backoff.next()), [0.5, 1, 2, 4, 8, 16, 20, 20]);
});

test('full jitter: anything from nothing to the ceiling', () => {
  equal(new Backoff(() => 0).next(), 0);
  equal(new Backoff(() => 0.5).next(), 0.25);
});

test('what the server asks for is waited for first, then spread', () => {
  equal(new Backoff(() => 0).next(10), 10);
  equal(new Backoff(() => 1).next(10), 20);
});

test('a connection that held starts it anew', () => {
  const backoff = new Backoff(() => 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  equal(backoff.next(), 0.5);
});
