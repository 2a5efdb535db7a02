import { extract, marked } from '/ui/state/marking.js';
import { mentionPieces, mentionsMe } from '/ui/state/mentions.js';
import { Store } from '/ui/state/store.js';
import { read, write } from '/ui/view/route.js';
import { equal, test } from '/units/harness.js';

const name = (user) => ({ 1: 'anna', 2: 'ben' })[user];
const mentions = (text, ids) => mentionPieces(text, ids, name).filter((one) => one.mention).map((one) => [one.text, one.mention]);

test('the event says who is called, the text says where', () => {
  equal(mentions('@anna and @ben', ['1', '2']), [['@anna', '1'], ['@ben', '2']]);
  equal(mentions('@anna and @ben', ['2']), [['@ben', '2']]);
  equal(mentions('@anna and @ben', undefined), []);
  equal(mentions('Hello @Anna.', ['1']), [['@Anna', '1']]);
  equal(mentions('me@anna @annabel', ['1']), []);
  equal(mentions('@room and @all', ['*']), [['@room', '*'], ['@all', '*']]);
  equal(mentions('@room', ['1']), []);
  equal(mentions('@zoe', ['9']), [['@zoe', '9']]);
});

test('the pieces are the text', () => {
  const text = 'a @anna, b @ben';
  equal(mentionPieces(text, ['1', '2'], name).map((one) => one.text).join(''), text);
});

test('a deleted message calls nobody', () => {
  equal([mentionsMe({ mentions: ['1'] }, '1'), mentionsMe({ mentions: ['*'] }, '1'), mentionsMe({}, '1')], [true, true, false]);
  equal(mentionsMe({ mentions: ['1'], deleted: 5 }, '1'), false);
});

// ---- how many of them are unread ------------------------------------------------------------------

const state = (fields = {}) => ({ room: 'tea', kind: 'public', name: 'Tea', role: 'member', seq: 4, number: 2, members: 2, ...fields });
const message = (seq, number, fields = {}) => ({
  type: 'message', room: 'tea', seq, number, at: seq, from: 'ben', name: 'ben', text: 'hi', cursor: 'c', ...fields,
});

function store(fields = {}) {
  const one = new Store();
  one.signedIn({ user: 'anna', name: 'anna' });
  one.list([state(fields)], []);
  return one;
}

const count = (one) => one.rooms.get('tea').mentions;

test('mentions count where one does not look, and end with reading', () => {
  const one = store({ unread: 2, mentions: 1 });
  equal(count(one), 1);
  one.signal({ type: 'mentioned', room: 'tea', seq: 6, number: 4, from: 'ben' });
  one.signal({ type: 'mentioned', room: 'tea', seq: 6, number: 4, from: 'ben' });
  equal(count(one), 2);
  one.signal({ type: 'marked', room: 'tea', delivered: 6, read: 6 });
  equal(count(one), 0);
});

test('in an open room the events count, and reading half of them leaves the others', () => {
  const one = store();
  one.opened({ room: state(), messages: [message(3, 1), message(4, 2)] });
  one.event(message(5, 3, { mentions: ['anna'] }));
  one.event(message(6, 4, { mentions: ['*'] }));
  one.event(message(7, 5, { mentions: ['zoe'] }));
  equal(count(one), 2);
  one.signal({ type: 'marked', room: 'tea', delivered: 5, read: 5 });
  equal(count(one), 1);
  one.event(message(8, 6, { from: 'anna', name: 'anna' }));
  equal(count(one), 0);
});

test('what may be done in a room follows its state and one’s role', () => {
  const closed = (fields) => {
    const room = store(fields).rooms.get('tea');
    return [room.closedTo, room.mayReact, room.mayPin];
  };
  equal(closed({}), [null, true, false]);
  equal(closed({ role: 'reader' }), ['reader', false, false]);
  equal(closed({ posting: 'moderator' }), ['posting', true, false]);
  equal(closed({ posting: 'moderator', role: 'moderator' }), [null, true, true]);
  equal(closed({ archived: true, role: 'owner' }), ['archived', false, false]);
  equal(closed({ kind: 'direct', other: 'ben' }), [null, true, true]);
});

test('a room marked as unread has its line there, until one has read it', () => {
  const one = store({ read: 4, unread_from: 3 });
  one.show('tea');
  equal(one.rooms.get('tea').unreadAfter, 2);
  one.read('tea', 4);
  equal(one.rooms.get('tea').unreadFrom, null);
});

test('pins follow the events, once they were asked for', () => {
  const one = store();
  one.opened({ room: state(), messages: [message(3, 1), message(4, 2)] });
  const room = one.rooms.get('tea');
  one.event({ type: 'pinned', room: 'tea', seq: 5, target: 3, on: true, from: 'ben', name: 'ben', at: 1 });
  equal(room.pinned, null);
  one.change('tea', 'timeline', (found) => (found.pinned = new Set([3])));
  one.event({ type: 'pinned', room: 'tea', seq: 6, target: 4, on: true, from: 'ben', name: 'ben', at: 1 });
  one.event({ type: 'deleted', room: 'tea', seq: 7, target: 3, from: 'ben', name: 'ben', at: 1 });
  equal([...room.pinned], [4]);
});

// ---- what was looked for --------------------------------------------------------------------------

const marks = (text, ...words) => marked(text, words).filter((one) => one.marked).map((one) => one.text);

test('words are marked as they were written, at the beginnings of words', () => {
  equal(marks('Müller, Muller and Kornmuller', 'muller'), ['Müller', 'Muller']);
  equal(marks('Straße und Strasse', 'strasse'), ['Straße', 'Strasse']);
  equal(marks('東京都', '京'), ['京']);
  equal(marks('no hit', 'x'), []);
  equal(marked('ab', ['b']).map((one) => one.text).join(''), 'ab');
  equal(marks('tea-time', 'time'), ['time']);
});

test('of a long text the part with the word is shown', () => {
  const text = `${'a '.repeat(400)}needle${' b'.repeat(400)}`;
  const shown = extract(text, ['needle']);
  equal([shown.includes('needle'), shown.startsWith('…'), shown.endsWith('…'), shown.length], [true, true, true, 242]);
  equal(extract('short', ['x']), 'short');
});

// ---- addresses ------------------------------------------------------------------------------------

test('the address of a message names its room and its seq', () => {
  equal(read('#/room/r1/25'), { pane: 'talk', room: 'r1', seq: 25 });
  equal(read('#/room/r1'), { pane: 'talk', room: 'r1', seq: null });
  equal(read('#/room/r1/people'), { pane: 'people', room: 'r1', seq: null });
  for (const odd of ['#/room/r1/0', '#/room/r1/x', '#/room/r1/2/3', '#/else', '']) equal(read(odd).pane, 'list');
  equal(read('#/room/%E0%A4%A').room, '%E0%A4%A');
  equal(write({ pane: 'talk', room: 'r1', seq: 25 }), '#/room/r1/25');
});
