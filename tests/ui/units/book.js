// The cases are those of the Python client's book, too: tests/client/test_book.py.

import { Book } from '/ui/net/book.js';
import { equal, test } from '/units/harness.js';

const CASES = await (await fetch('/vectors/book.json')).json();

const event = ([room, seq, position]) => ({ room, seq, cursor: `e.${position}` });
const opened = ([room, seq, position]) => ({ room: { room, seq }, cursor: `e.${position}` });

/** What is empty, or at its default, is left out on the way. */
function resumed({ events, cursor, rooms, ...more }) {
  return {
    resumed: true,
    cursor: `e.${cursor}`,
    ...(events && { events: events.map(event) }),
    ...(rooms && { rooms: Object.entries(rooms).map(([room, seq]) => ({ room, seq })) }),
    ...more,
  };
}

function step(book, told) {
  if (told.opened) book.opened(opened(told.opened));
  else if (told.closed) book.closed(told.closed);
  else if (told.event) equal(book.event(event(told.event)), told.is);
  else if (told.agrees) equal(book.agrees(told.agrees), told.is);
  else equal(book.resumed(resumed(told.resumed)), { news: told.news.map(event), lost: told.lost });
  if (told.cursor) equal(book.cursor, `e.${told.cursor}`);
}

for (const { name, steps, heads, cursor, hole } of CASES) {
  test(name, () => {
    const book = new Book();
    book.opened(opened(['tea', 4, 10]));
    for (const told of steps) step(book, told);
    equal([Object.fromEntries(book.heads), book.cursor, book.hasHole], [heads, `e.${cursor}`, hole]);
  });
}
