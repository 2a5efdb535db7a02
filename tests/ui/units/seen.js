import { Dwelling, readOn } from '/ui/state/dwelling.js';
import { rows } from '/ui/state/rows.js';
import { seenLast, standing } from '/ui/state/standing.js';
import { Timeline } from '/ui/state/timeline.js';
import { Clock, equal, test } from '/units/harness.js';

function dwelling() {
  const clock = new Clock();
  const seen = [];
  return { clock, seen, one: new Dwelling(clock.later, (room, seq) => seen.push([room, seq])) };
}

test('what is in view for half a second is seen, and not before', async () => {
  const { clock, seen, one } = dwelling();
  one.at('tea', 5);
  await clock.advance(0.49);
  equal(seen, []);
  await clock.advance(0.02);
  equal(seen, [['tea', 5]]);
  one.at('tea', 5);
  await clock.advance(5);
  equal(seen.length, 1);
});

test('who looks away in time has seen nothing, and begins anew when they look back', async () => {
  const { clock, seen, one } = dwelling();
  one.at('tea', 5);
  await clock.advance(0.4);
  one.at('tea', null);
  await clock.advance(0.4);
  one.at('tea', 5);
  await clock.advance(0.4);
  equal(seen, []);
  await clock.advance(0.2);
  equal(seen, [['tea', 5]]);
});

test('another room begins its own half second', async () => {
  const { clock, seen, one } = dwelling();
  one.at('tea', 5);
  await clock.advance(0.4);
  one.at('jam', 2);
  await clock.advance(0.4);
  equal(seen, []);
  await clock.advance(0.2);
  equal(seen, [['jam', 2]]);
});

test('what only went by is not seen until it stays', async () => {
  const { clock, seen, one } = dwelling();
  one.at('tea', 5);
  await clock.advance(0.1);
  one.at('tea', 90);
  await clock.advance(0.1);
  one.at('tea', 3);
  await clock.advance(0.4);
  equal(seen, [['tea', 3]]);
  one.at('tea', 9);
  await clock.advance(0.6);
  equal(seen, [['tea', 3], ['tea', 9]]);
});

const said = (seq, from = 'anna') => ({ seq, from, at: seq * 1000, text: `${seq}` });

test('everybody else stands at the last message that they have read, who came last first', () => {
  const messages = [said(2), said(5), said(8)];
  const marks = new Map([
    ['anna', { read: 8 }],
    ['ben', { read: 6, at: 10 }],
    ['carl', { read: 5, at: 20 }],
    ['dora', { read: 0 }],
    ['emil', { read: 99 }],
    ['fred', { read: 1 }],
  ]);
  const found = standing(messages, marks, 'anna');
  equal([...found].sort(), [
    [5, [{ user: 'carl', at: 20 }, { user: 'ben', at: 10 }]],
    [8, [{ user: 'emil', at: null }]],
  ]);
});

test('nobody stands at what they said themselves', () => {
  equal([...standing([said(2), said(3, 'ben')], new Map([['ben', { read: 3 }]]), 'anna')], []);
});

test('the rows say who stands where', () => {
  const timeline = new Timeline();
  timeline.latest([said(2), said(3)], false);
  const marks = new Map([['ben', { delivered: 3, read: 2, at: 7 }]]);
  const shown = rows(timeline, { me: { user: 'anna', name: 'anna' }, marks, dayOf: () => 'day' });
  equal(shown.filter((one) => one.kind === 'message').map((one) => one.here), [[{ user: 'ben', at: 7 }], []]);
});

test('one’s last words are seen once the other has read them, and only where they are the last', () => {
  const marks = (read, at) => new Map([['anna', { read: 9 }], ['ben', { read, at }]]);
  const timeline = (messages, pending = []) => ({ messages, pending });
  equal(seenLast(timeline([said(2), said(3)]), marks(2), 'anna'), null);
  equal(seenLast(timeline([said(2), said(3)]), marks(3, 7), 'anna'), { at: 7 });
  equal(seenLast(timeline([said(2), said(3)]), marks(3), 'anna'), { at: null });
  equal(seenLast(timeline([said(2), said(3, 'ben')]), marks(3, 7), 'anna'), null);
  equal(seenLast(timeline([said(3)], [{ text: 'more' }]), marks(3, 7), 'anna'), null);
  equal(seenLast(timeline([]), marks(3, 7), 'anna'), null);
});

test('one reads on by what is in view where nothing new lies above it, nor in a hole', () => {
  const room = (read, gaps = []) => ({ read, timeline: { messages: [2, 3, 5, 8, 9].map((seq) => said(seq, 'ben')), gaps: new Set(gaps) } });
  equal(readOn(room(3), null), null);
  equal(readOn(room(3), { first: 2, last: 5 }), 5);
  equal(readOn(room(3), { first: 5, last: 8 }), 8);
  equal(readOn(room(3), { first: 8, last: 9 }), null);
  equal(readOn(room(9), { first: 2, last: 9 }), null);
  equal(readOn(room(5), { first: 2, last: 3 }), null);
  equal(readOn(room(3, [5]), { first: 2, last: 8 }), null);
  equal(readOn(room(3, [8]), { first: 3, last: 9 }), null);
  equal(readOn(room(3, [8]), { first: 3, last: 5 }), 5);
});
