import { rows } from '/ui/state/rows.js';
import { Timeline } from '/ui/state/timeline.js';
import { equal, test } from '/units/harness.js';

const dayOf = () => 'today';
const me = { user: 'anna', name: 'anna' };
const message = (seq, fields = {}) => ({
  type: 'message', room: 'tea', seq, number: seq, at: seq * 1000, from: 'ben', name: 'ben', text: `text ${seq}`, ...fields,
});
const page = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => message(from + at));

function timeline(messages, more = true) {
  const made = new Timeline();
  made.latest(messages, more);
  return made;
}

const seqs = (one) => one.messages.map(({ seq }) => seq);
const shape = (one) =>
  rows(one, { me, dayOf })
    .filter(({ kind }) => kind !== 'day')
    .map((row) => (row.kind === 'message' ? row.message.seq : row.kind))
    .join(' ');

test('a stretch from far above stands apart from the end', () => {
  const one = timeline(page(90, 92));
  one.around(page(20, 22), true, true);
  equal(shape(one), 'more 20 21 22 gap 90 91 92');
  equal(rows(one, { me, dayOf }).find(({ kind }) => kind === 'gap').after, 22);
});

test('a hole is filled from above', () => {
  const one = timeline(page(90, 92));
  one.around(page(20, 22), true, true);
  one.after(22, page(23, 30), true);
  equal(shape(one), 'more 20 21 22 23 24 25 26 27 28 29 30 gap 90 91 92');
  one.after(30, page(31, 91), true);
  equal([one.gaps.size, seqs(one).length], [0, 73]);
});

test('a hole is filled from below', () => {
  const one = timeline(page(90, 92));
  one.around(page(20, 22), true, true);
  one.before(90, page(80, 89), true);
  equal([...one.gaps], [80]);
  one.before(80, page(21, 79), true);
  equal([one.gaps.size, one.moreBefore], [0, true]);
});

test('a page that reaches over a whole stretch keeps the hole below it', () => {
  const one = timeline(page(90, 92));
  one.around(page(60, 62), true, true);
  one.around(page(20, 22), true, true);
  equal([...one.gaps].sort(), [60, 90]);
  one.before(90, page(50, 89), true);
  equal([...one.gaps], [50]);
});

test('stretches that touch by their numbers are one', () => {
  const one = timeline([message(90, { number: 40 })]);
  one.around([message(70, { number: 39 })], true, true);
  equal(one.gaps.size, 0);
});

test('a stretch above the beginning of what is known moves the beginning', () => {
  const one = timeline(page(90, 92));
  one.around(page(1, 3), false, true);
  equal([shape(one), one.moreBefore], ['start 1 2 3 gap 90 91 92', false]);
});

test('where there is nothing to see between, the hole closes', () => {
  const one = timeline(page(90, 92));
  one.around(page(20, 22), true, true);
  one.after(22, [], false);
  equal(one.gaps.size, 0);
  one.around(page(50, 51), true, true);
  one.before(90, [], false);
  equal([...one.gaps].includes(90), false);
});

test('what is said meanwhile comes at the end', () => {
  const one = timeline(page(90, 92));
  one.around(page(20, 22), true, true);
  one.event(message(93));
  equal(shape(one), 'more 20 21 22 gap 90 91 92 93');
});

test('what is answered is known from the timeline, or asked for once', () => {
  const one = timeline([message(90, { reply_to: 5 }), message(91, { reply_to: 90 }), message(92, { reply_to: 6 })]);
  equal(one.unknown, [5, 6]);
  one.quotedAre([5, 6], [message(5)]);
  equal([one.unknown, one.quoted(5).text, one.quoted(6), one.quoted(90).seq], [[], 'text 5', null, 90]);
  const quotes = rows(one, { me, dayOf }).filter(({ kind }) => kind === 'message').map(({ quote }) => quote?.seq ?? quote);
  equal(quotes, [5, 90, null]);
});

test('a quote follows edits and deletions', () => {
  const one = timeline([message(90, { reply_to: 5 })]);
  one.quotedAre([5], [message(5)]);
  one.event({ type: 'edited', seq: 91, target: 5, text: 'better', at: 9 });
  equal(one.quoted(5).text, 'better');
  one.event({ type: 'deleted', seq: 92, target: 5, at: 10 });
  equal([one.quoted(5).text, one.quoted(5).deleted], ['', 10]);
});

test('an answer of one’s own keeps what it answers while it is on its way and after', () => {
  const one = timeline(page(1, 2), false);
  one.add('k', 'yes', 5000, { reply_to: 1 });
  equal(rows(one, { me, dayOf }).at(-1).quote.seq, 1);
  one.stored('k', { room: 'tea', seq: 3, number: 3, at: 5001 }, { from: 'anna', name: 'anna' });
  equal([one.find(3).reply_to, rows(one, { me, dayOf }).at(-1).quote.seq], [1, 1]);
});

test('messages that mention one, are pinned, or are by somebody blocked say so', () => {
  const one = timeline([message(1, { mentions: ['anna'] }), message(2, { mentions: ['*'] }), message(3, { mentions: ['zoe'] }), message(4, { from: 'zoe' })], false);
  const shown = rows(one, { me, dayOf, pinned: new Set([2]), blocked: new Set(['zoe']) }).filter(({ kind }) => kind === 'message');
  equal(shown.map(({ forMe }) => forMe), [true, true, false, false]);
  equal(shown.map(({ pinned }) => pinned), [false, true, false, false]);
  equal(shown.map(({ blocked }) => blocked), [false, false, false, true]);
});

test('reactions and other events that change messages leave no note', () => {
  const one = timeline(page(1, 2), false);
  one.event({ type: 'reacted', seq: 3, target: 1, emoji: '👍', on: true, count: 1, from: 'ben', at: 1 }, 'anna');
  one.event({ type: 'something_new', seq: 4, at: 1 }, 'anna');
  equal(one.notes, []);
  one.event({ type: 'pinned', seq: 5, target: 1, on: true, from: 'ben', name: 'ben', at: 1 }, 'anna');
  equal(one.notes.length, 1);
});
