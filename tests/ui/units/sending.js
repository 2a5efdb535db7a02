import { file, page, quiet, refusal, storage, table } from '/units/fakes/files.js';
import { equal, test } from '/units/harness.js';

const names = (room) => room.chips.map(({ name }) => name);

test('files are brought at once, one after the other, and go with the message that is said then', async () => {
  const { sending, tea, told, kept } = page();
  equal(sending.add(tea, [file('a'), file('b')]), []);
  equal([names(tea), told.brought], [['a', 'b'], []]);
  await quiet();
  equal(told.brought, ['a', 'b']);
  const files = sending.take(tea);
  await sending.ready(files);
  equal([files.map(({ answer }) => answer.file), names(tea), [...kept.kept]], [['f1', 'f2'], [], []]);
});

test('what is too large, too much or empty is said before anything is sent', async () => {
  const { sending, tea, told } = page();
  const said = sending.add(tea, [file('big', 'x'.repeat(101)), file('none', ''), ...Array.from({ length: 12 }, (_, at) => file(`${at}`))]);
  equal(said, ['big is 101 bytes; the limit is 100 bytes.', 'none is empty.', 'At most 10 files go with a message.']);
  equal(tea.chips.length, 10);
  await quiet();
  equal([told.brought.includes('big'), told.brought.length], [false, 10]);
});

test('without a connection files wait, and are brought in order when it is back', async () => {
  const { sending, tea, told, blobs } = page();
  told.live = false;
  sending.add(tea, [file('a'), file('b')]);
  await quiet();
  equal([told.brought, blobs.records.size, tea.chips.every(({ kept }) => kept)], [[], 2, true]);
  told.live = true;
  sending.live();
  await quiet();
  equal(told.brought, ['a', 'b']);
});

test('a way that breaks is tried again, and a refusal is told in words until one wants another try', async () => {
  const { sending, tea, told, clock } = page();
  told.answers.push(refusal('Unreachable'), refusal('Refused', { message: 'Your files are too many.', retryAfter: null }));
  sending.add(tea, [file('a')]);
  await quiet();
  await clock.advance(1);
  await quiet();
  const [one] = tea.chips;
  equal([told.brought, one.failed, one.answer], [['a', 'a'], 'Your files are too many.', null]);
  sending.retry(tea, one);
  await quiet();
  equal([one.failed, one.answer?.file], [null, 'f3']);
});

test('who has to wait for another try waits, and not for hours', async () => {
  const { sending, tea, told, clock } = page();
  told.answers.push(refusal('Refused', { message: 'Wait.', retryAfter: 3 }), refusal('Refused', { message: 'Tomorrow.', retryAfter: 9000 }));
  sending.add(tea, [file('a')]);
  await quiet();
  equal([told.brought.length, tea.chips[0].failed], [1, null]);
  await clock.advance(3);
  await quiet();
  equal([told.brought.length, tea.chips[0].failed], [2, 'Tomorrow.']);
});

test('what is taken away is not brought any more, and nothing of it stays', async () => {
  const { sending, tea, told, blobs, kept } = page();
  told.live = false;
  sending.add(tea, [file('a'), file('b')]);
  await quiet();
  sending.remove(tea, tea.chips[0]);
  told.live = true;
  sending.live();
  await quiet();
  equal([names(tea), told.brought, [...blobs.records.keys()]], [['b'], ['b'], ['k2']]);
  sending.remove(tea, tea.chips[0]);
  await quiet();
  equal([blobs.records.size, kept.kept.size], [0, 0]);
});

test('a page that is loaded anew has the files of its rooms again, and brings what was not brought', async () => {
  const [blobs, kept] = [table(), storage()];
  const first = page({ blobs, kept });
  first.sending.add(first.tea, [file('there')]);
  await quiet();
  first.told.live = false;
  first.sending.add(first.tea, [file('waits')]);
  first.sending.add(first.work, [file('other')]);
  await quiet();
  const second = page({ blobs, kept });
  for (const room of [second.tea, second.work]) second.sending.restore(room);
  equal([names(second.tea), names(second.work)], [['there', 'waits'], ['other']]);
  await quiet();
  equal(second.told.brought, ['waits', 'other']);
});

test('one that this browser does not have any more says so', async () => {
  const { sending, tea } = page();
  tea.chips = sending.adopt([{ key: 'gone', name: 'a', type: 'text/plain', size: 1, answer: null }], 'tea');
  await sending.ready(tea.chips).then(() => equal('brought', 'not'), (error) => equal(error.message, 'a cannot be read any more. Add it again.'));
});

test('no more is kept than fits, which is told to whoever has no connection', async () => {
  const { sending, tea, told, blobs } = page();
  blobs.all = async () => [{ key: 'other', at: 0, blob: { size: 100_000_000 } }];
  told.live = false;
  sending.add(tea, [file('a')]);
  await quiet();
  equal([tea.chips[0].kept, told.said.length, blobs.records.size], [false, 1, 0]);
});

test('files that the server let go of are brought again, once', async () => {
  const { sending, tea, told } = page();
  sending.add(tea, [file('a')]);
  await quiet();
  const files = sending.take(tea);
  equal(await sending.again(files), true);
  await sending.ready(files);
  equal([told.brought, await sending.again(files)], [['a', 'a'], false]);
});

test('what no message and no page asks for goes after some days', async () => {
  const waiting = [{ files: [{ key: 'wanted' }] }, {}];
  const { sending, blobs, clock } = page({ waiting });
  for (const [key, at] of [['wanted', 0], ['orphan', 0], ['young', 2 * 86_400_000]]) blobs.records.set(key, { key, at });
  clock.ms = 4 * 86_400_000;
  await sending.sweep();
  equal([...blobs.records.keys()], ['wanted', 'young']);
});
