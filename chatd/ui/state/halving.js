// Finding a place in what is in order, by halving.

/**
 * The place of the first of `all` of which `is(one)` is true, where it is true of all behind that one
 * as well; `all.length` where there is none.
 */
export function firstOf(all, is) {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(all[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
