import { rows } from '/ui/state/rows.js';
import { Timeline } from '/ui/state/timeline.js';
import { equal, test } from '/units/harness.js';

const MINUTE = 60_000;
const me = { user: 'anna', name: 'anna' };
const dayOf = (at) => String(Math.floor(at / (24 * 60 * MINUTE)));

const message = (seq, from = 'ben', at = seq * 1000, number = seq) => ({
  type: 'message', room: 'tea', seq, number, at, from, name: from, text: `text ${seq}`,
});

function timeline(...messages) {
  const made = new Timeline();
  made.latest(messages, false);
  return made;
}

const shown = (one, options = {}) => rows(one, { me, dayOf, ...options });
const kinds = (one, options) => shown(one, options).map(({ kind }) => kind);
const seqs = (one) => one.messages.map(({ seq }) => seq);

test('events are kept by seq, once', () => {
  const one = timeline(message(1), message(3));
  for (const seq of [4, 2, 4]) one.event(message(seq));
  equal(seqs(one), [1, 2, 3, 4]);
});

test('an edit and a deletion change the message and nothing else', () => {
  const one = timeline(message(1), message(2));
  one.event({ type: 'edited', seq: 3, target: 1, text: 'better', at: 9000 });
  equal([one.find(1).text, one.find(1).edited], ['better', 9000]);
  one.event({ type: 'deleted', seq: 4, target: 2, at: 9500 });
  equal([one.find(2).text, one.find(2).deleted], ['', 9500]);
  equal(one.event({ type: 'edited', seq: 5, target: 77, text: 'x', at: 1 }), false);
});

test('one author within five minutes is one group', () => {
  const at = 10 * MINUTE;
  const one = timeline(
    message(1, 'ben', at),
    message(2, 'ben', at + 5 * MINUTE),
    message(3, 'ben', at + 10 * MINUTE + 1),
    message(4, 'carla', at + 10 * MINUTE + 2),
  );
  const firsts = shown(one).filter(({ kind }) => kind === 'message').map(({ first }) => first);
  equal(firsts, [true, false, true, true]);
});

test('a day line stands where the day changes, and breaks a group', () => {
  const midnight = 24 * 60 * MINUTE;
  const one = timeline(message(1, 'ben', midnight - 1), message(2, 'ben', midnight));
  equal(kinds(one), ['start', 'day', 'message', 'day', 'message']);
  equal(shown(one).at(-1).first, true);
});

test('the unread line stands above the first unread message of others', () => {
  const one = timeline(message(1), message(2, 'anna'), message(3), message(4));
  equal(kinds(one, { unreadAfter: 1 }), ['start', 'day', 'message', 'message', 'unread', 'message', 'message']);
  equal(kinds(one, { unreadAfter: 4 }).includes('unread'), false);
});

test('a page that does not join leaves a gap until it is filled', () => {
  const one = timeline(message(1), message(2));
  one.latest([message(8), message(9)], true);
  equal(kinds(one), ['start', 'day', 'message', 'message', 'gap', 'message', 'message']);
  one.before(8, [message(5), message(6), message(7)], true);
  equal([...one.gaps], [5]);
  one.before(5, [message(2), message(3), message(4)], true);
  equal([[...one.gaps], seqs(one)], [[], [1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});

test('a page that joins by its numbers leaves none: seqs skip edits', () => {
  const one = timeline(message(1, 'ben', 1, 1), message(2, 'ben', 2, 2));
  one.latest([message(9, 'ben', 9, 3)], true);
  equal(one.gaps.size, 0);
});

test('earlier messages go above, and the beginning shows when there are no more', () => {
  const one = new Timeline();
  one.latest([message(5)], true);
  equal(kinds(one)[0], 'more');
  one.before(5, [message(3), message(4)], false);
  equal([kinds(one)[0], seqs(one)], ['start', [3, 4, 5]]);
});

test('a message on its way shows at the end, and keeps its row once stored', () => {
  const one = timeline(message(1));
  one.add('k', 'hello', 5000);
  equal([shown(one).at(-1).key, shown(one).at(-1).state], ['k', 'waiting']);
  one.stored('k', { room: 'tea', seq: 2, number: 2, at: 5001 }, { from: 'anna', name: 'anna' });
  equal([shown(one).at(-1).key, shown(one).at(-1).state, seqs(one)], ['k', 'stored', [1, 2]]);
  one.event(message(2, 'anna'));
  equal([shown(one).at(-1).key, seqs(one)], ['k', [1, 2]]);
});

test('one whose answer got lost shows once, whichever comes first', () => {
  const one = timeline(message(1));
  one.add('k', 'text 2', 5000);
  one.sent('k');
  one.event(message(2, 'anna'));
  equal(kinds(one).filter((kind) => kind === 'message').length, 2);
  one.stored('k', { room: 'tea', seq: 2, number: 2, at: 5001 }, {});
  equal([seqs(one), one.pending.length], [[1, 2], 0]);
});

test('saying the same twice shows twice', () => {
  const one = timeline();
  for (const key of ['a', 'b']) one.add(key, 'text 1', 5000);
  one.sent('a');
  one.event(message(1, 'anna'));
  equal(kinds(one).filter((kind) => kind === 'message').length, 2);
});

test('a failed one says so and can be taken out', () => {
  const one = timeline();
  one.add('k', 'hello', 1);
  one.failed('k', { failed: 'Too long.' });
  equal([shown(one).at(-1).state, shown(one).at(-1).message.failed], ['failed', 'Too long.']);
  one.drop('k');
  equal(one.pending, []);
});

test('stored, delivered and seen follow the marks of others', () => {
  const one = timeline(message(3, 'anna'));
  const state = (mark) => shown(one, { marks: new Map([['ben', mark], ['anna', { delivered: 9, read: 9 }]]) }).at(-1);
  equal(state({ delivered: 2, read: 2 }).state, 'stored');
  equal(state({ delivered: 3, read: 2 }).state, 'delivered');
  equal([state({ delivered: 3, read: 3 }).state, state({ delivered: 3, read: 3 }).seenBy], ['seen', 1]);
});

test('comings and goings side by side are one line', () => {
  const one = timeline(message(1));
  for (const seq of [2, 3]) one.event({ type: 'membership', seq, at: 2000, change: 'joined', user: 'x' });
  one.event(message(4));
  equal(kinds(one), ['start', 'day', 'message', 'note', 'message']);
  equal(shown(one)[3].notes.length, 2);
});

test('trimming keeps the newest and says that there are more', () => {
  const one = timeline(...[1, 2, 3, 4].map((seq) => message(seq)));
  equal([one.trim(2), seqs(one), one.moreBefore, one.trim(2)], [true, [3, 4], true, false]);
});

test('files go with a message on its way, stay with the stored one, and end with its deletion', () => {
  const one = timeline(message(1));
  const files = [{ key: 'k1', name: 'a.png', type: 'image/png', url: 'blob:1', answer: { file: 'f1', name: 'a.png', type: 'image/png', width: 4, height: 3 } }];
  one.add('k', '', 5000, { files });
  equal(shown(one).at(-1).message.files[0].url, 'blob:1');
  one.stored('k', { room: 'tea', seq: 2, number: 2, at: 5001 }, { from: 'anna', name: 'anna' });
  const kept = [{ ...files[0].answer, url: 'blob:1' }];
  equal(one.find(2).files, kept);
  // The event tells the same without the picture that this page has: the row stays as it is.
  one.event({ ...message(2, 'anna'), text: '', files: [files[0].answer] });
  equal(one.find(2).files, kept);
  one.event({ type: 'edited', seq: 3, target: 2, text: 'more', at: 1 });
  equal(one.find(2).files, kept);
  one.event({ type: 'deleted', seq: 4, target: 2, at: 1 });
  equal(one.find(2).files, undefined);
});

test('of two pictures without a text, the one whose answer got lost is told by its files', () => {
  const one = timeline();
  for (const file of ['f1', 'f2']) {
    one.add(file, '', 5000, { files: [{ key: file, answer: { file } }] });
    one.sent(file);
  }
  one.event({ ...message(1, 'anna'), text: '', files: [{ file: 'f2' }] });
  equal(shown(one).filter(({ kind }) => kind === 'message').map(({ key }) => key), ['message 1', 'f1']);
});
