import { firstOf } from '/ui/state/halving.js';
import { equal, test } from '/units/harness.js';

test('the first of those behind a place is found, wherever the place is', () => {
  const all = [2, 3, 5, 7, 11];
  for (let least = 0; least <= 12; least += 1) {
    const slowly = all.findIndex((one) => one >= least);
    equal(firstOf(all, (one) => one >= least), slowly < 0 ? all.length : slowly);
  }
  equal(firstOf([], () => true), 0);
});

test('a long list is looked at in a few places', () => {
  const all = Array.from({ length: 10_000 }, (_, at) => at);
  let looked = 0;
  equal(firstOf(all, (one) => (looked += 1, one >= 7000)), 7000);
  equal(looked <= 14, true);
});
