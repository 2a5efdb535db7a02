import { isMuted, isQuiet, isUnread, level, titleMark, told } from '/ui/state/keeping.js';
import { equal, test } from '/units/harness.js';

const room = (fields = {}) => ({
  kind: 'public', notify: null, mutedUntil: null, unread: 0, mentions: 0, unreadFrom: null, archived: false, ...fields,
});

test('one is told of all in conversations and of mentions elsewhere, unless one said otherwise', () => {
  equal(level(room()), 'mentions');
  equal(level(room({ kind: 'direct' })), 'all');
  equal(level(room({ notify: 'none' })), 'none');
});

test('a room is muted until then, or for good', () => {
  equal([null, 0, 9, 10, 11].map((mutedUntil) => isMuted(room({ mutedUntil }), 10)), [false, true, false, false, true]);
});

test('what is muted or told nothing of catches no eye', () => {
  equal([room(), room({ mutedUntil: 0 }), room({ notify: 'none' })].map((one) => isQuiet(one, 10)), [false, true, true]);
});

test('a room is unread by its messages or because one marked it', () => {
  equal([room(), room({ unread: 1 }), room({ unreadFrom: 4 })].map(isUnread), [false, true, true]);
});

test('what counts follows the level', () => {
  const seen = { unread: 5, mentions: 2 };
  equal(told(room(seen), 10), 2);
  equal(told(room({ ...seen, notify: 'all' }), 10), 5);
  equal(told(room({ ...seen, notify: 'all', mutedUntil: 11 }), 10), 0);
  equal(told(room({ ...seen, archived: true }), 10), 0);
});

test('the title has a number, a dot for less than that, or nothing', () => {
  equal(titleMark([room({ unread: 3 }), room({ kind: 'direct', unread: 2 })], 10), '(2) ');
  equal(titleMark([room({ kind: 'direct', unread: 100 })], 10), '(99+) ');
  equal(titleMark([room({ unread: 3 })], 10), '• ');
  equal(titleMark([room({ unread: 3, mentions: 1, mutedUntil: 0 })], 10), '');
});
