import { Saying } from '/ui/acts/saying.js';
import { Outbox } from '/ui/net/outbox.js';
import { file, page, quiet, refusal, storage, table } from '/units/fakes/files.js';
import { equal, test } from '/units/harness.js';

/** Somebody who says things; `went`: what reached the server; `answer(fields)` may refuse or never come. */
function person(more = {}) {
  const there = page(more);
  const { records = table() } = more;
  const went = [];
  const made = {
    ...there,
    records,
    went,
    answer: async () => ({ room: 'tea', seq: went.length, number: went.length, at: 1 }),
    state: 'live',
  };
  const connection = {
    get state() {
      return made.state;
    },
    keep: async (type, fields, sent) => {
      went.push(fields);
      sent();
      return made.answer(fields);
    },
  };
  const outbox = new Outbox(records, null, { now: () => 0, tab: 'tab' });
  outbox.adopt = async () => {
    const found = more.adopted?.splice(0) ?? [];
    for (const one of found) await outbox.keep(one);
    return found;
  };
  const files = { sending: there.sending, load: async () => {} };
  made.files = files;
  made.saying = new Saying(there.store, connection, { now: () => 0, later: there.clock.later, outbox, files });
  return made;
}

const texts = (went) => went.map(({ text }) => text);
const kept = (records) => [...records.records.values()];

test('a message with files shows at once, and is sent once they are there', async () => {
  const { saying, sending, tea, told, went, records } = person();
  told.live = false;
  sending.add(tea, [file('a')]);
  const done = saying.send('tea', 'look', { files: sending.take(tea) }, 'm1');
  equal(tea.timeline.pending.map(({ text, files }) => [text, files.length]), [['look', 1]]);
  await quiet();
  equal([went, kept(records).map(({ text, files }) => [text, files[0].answer])], [[], [['look', null]]]);
  told.live = true;
  sending.live();
  await done;
  equal(went, [{ key: 'm1', room: 'tea', text: 'look', files: ['f1'] }]);
  equal([kept(records), tea.timeline.messages[0].files[0].file], [[], 'f1']);
});

test('what is said behind it waits for it, in that room alone', async () => {
  const { saying, sending, tea, told, went } = person();
  told.live = false;
  sending.add(tea, [file('a')]);
  const all = [
    saying.send('tea', 'first', { files: sending.take(tea) }, 'm1'),
    saying.send('tea', 'second', {}, 'm2'),
    saying.send('work', 'elsewhere', {}, 'm3'),
    saying.send('tea', 'third', {}, 'm4'),
  ];
  await quiet();
  equal([texts(went), saying.loose], [['elsewhere'], 0]);
  told.live = true;
  sending.live();
  await Promise.all(all);
  equal(texts(went), ['elsewhere', 'first', 'second', 'third']);
  await saying.send('tea', 'fourth', {}, 'm5');
  equal(texts(went).at(-1), 'fourth');
});

test('which files go is kept before they go: whoever sends it again sends the same', async () => {
  const { saying, sending, tea, records, ...made } = person();
  const before = [];
  made.went.push = (fields) => before.push([fields.files, kept(records)[0].files[0].answer.file]);
  sending.add(tea, [file('a')]);
  await saying.send('tea', '', { files: sending.take(tea) }, 'm1');
  equal(before, [[['f1'], 'f1']]);
});

test('a page that was killed between bringing and sending brings nothing twice', async () => {
  const [blobs, kept_] = [table(), storage()];
  const first = person({ blobs, kept: kept_ });
  first.answer = () => new Promise(() => {});
  first.sending.add(first.tea, [file('a')]);
  first.saying.send('tea', 'look', { files: first.sending.take(first.tea) }, 'm1');
  await quiet();
  equal(first.went.length, 1);
  const second = person({ blobs, kept: kept_, records: first.records, adopted: kept(first.records) });
  await second.saying.resend();
  await quiet();
  equal([second.told.brought, second.went], [[], first.went]);
  equal([first.records.records.size, blobs.records.size], [0, 0]);
});

test('where what sends files cannot be had, what was said behind them waits as well', async () => {
  const plain = [{ key: 'k9', name: 'a', type: 'text/plain', size: 1, answer: { file: 'f9' } }];
  const adopted = ['first', 'second'].map((text, at) => ({ key: text, user: 'anna', room: 'tea', text, more: {}, at, ...(at === 0 && { files: plain }) }));
  const made = person({ adopted });
  const { sending } = made.files;
  made.files.sending = null;
  await made.saying.resend();
  await quiet();
  equal(made.went, []);
  made.files.sending = sending;
  await made.saying.resend();
  await quiet();
  equal(texts(made.went), ['first', 'second']);
});

test('one whose files are refused fails in words, gives all of it back and holds up nobody', async () => {
  const { saying, sending, tea, told, went } = person();
  told.answers.push(refusal('Refused', { message: 'Too much.', retryAfter: 500 }));
  sending.add(tea, [file('a')]);
  const failing = saying.send('tea', 'look', { files: sending.take(tea), reply_to: 7 }, 'm1');
  const next = saying.send('tea', 'next', {}, 'm2');
  equal([await failing, await next], [0, 0]);
  equal([texts(went), tea.timeline.pending[0].failed], [['next'], 'Too much.']);
  const { text, more } = saying.takeBack('tea', 'm1');
  equal([text, more.reply_to, more.files.map(({ name }) => name), tea.timeline.pending], ['look', 7, ['a'], []]);
  await saying.send('tea', text, more, 'm1');
  equal(went.at(-1), { key: 'm1', room: 'tea', text: 'look', reply_to: 7, files: ['f2'] });
});

test('files that the server let go of meanwhile are brought again', async () => {
  const made = person();
  const { saying, sending, tea, told, went } = made;
  sending.add(tea, [file('a')]);
  await quiet();
  const { answer } = made;
  made.answer = () => {
    made.answer = answer;
    throw refusal('Refused', { code: 'not-found' });
  };
  await saying.send('tea', '', { files: sending.take(tea) }, 'm1');
  equal([told.brought, went.map(({ files }) => files)], [['a', 'a'], [['f1'], ['f2']]]);
  equal(tea.timeline.pending, []);
});

test('what would be gone with the page is told of', async () => {
  const { saying, sending, tea, told, blobs } = person();
  told.live = false;
  blobs.put = async () => Promise.reject(new Error('full'));
  sending.add(tea, [file('a')]);
  saying.send('tea', '', { files: sending.take(tea) }, 'm1');
  await quiet();
  equal(saying.loose, 1);
});

for (const code of ['slow', 'busy', 'storage-full', 'rate-limited']) {
  test(`what a page that is gone left is sent once the server takes it, where that says ${code}`, async () => {
    const adopted = ['first', 'second'].map((text, at) => ({ key: text, user: 'anna', room: 'tea', text, more: {}, at }));
    const made = person({ adopted });
    const { saying, tea, clock, records, answer, went } = made;
    made.answer = ({ text }) => {
      if (text === 'second') throw refusal('Refused', { code, retryAfter: 60 });
      return answer();
    };
    await saying.resend();
    await quiet();
    equal(tea.timeline.pending.map(({ text, failed }) => [text, failed]), [['second', null]]);
    equal([kept(records).map(({ text }) => text), saying.loose], [['second'], 0]);
    await clock.advance(60);
    await quiet();
    equal([texts(went), tea.timeline.pending.length], [['first', 'second', 'second'], 1]);
    made.answer = answer;
    await clock.advance(60);
    await quiet();
    equal([texts(went).at(-1), tea.timeline.pending, kept(records)], ['second', [], []]);
  });
}

test('whoever waits for the answer has their words back where they have to wait', async () => {
  const made = person();
  made.answer = () => {
    throw refusal('Refused', { code: 'slow', retryAfter: 60 });
  };
  equal(await made.saying.send('tea', 'too soon', {}, 'm1'), 60);
  equal([made.tea.timeline.pending, kept(made.records)], [[], []]);
});

test('what would be refused again is known from what may be tried again, also to the next page', async () => {
  const refused = { first: refusal('Refused', { retry: false }), second: refusal('Stale'), third: refusal('Refused', { retry: true }) };
  const made = person();
  made.answer = ({ text }) => {
    throw refused[text];
  };
  for (const text of Object.keys(refused)) await made.saying.send('tea', text, {}, text);
  await quiet();
  const found = ({ tea }) => tea.timeline.pending.map(({ text, final }) => [text, final]);
  const expected = [['first', true], ['second', false], ['third', false]];
  equal(found(made), expected);
  const next = person({ adopted: kept(made.records) });
  await next.saying.resend();
  await quiet();
  equal([found(next), next.went], [expected, []]);
});

test('what nobody wants any more is gone, with its files', async () => {
  const made = person();
  const { saying, sending, tea, records, blobs } = made;
  made.answer = () => {
    throw refusal('Refused', { retry: false });
  };
  sending.add(tea, [file('a')]);
  await saying.send('tea', 'look', { files: sending.take(tea) }, 'm1');
  await quiet();
  equal([kept(records).length, blobs.records.size, tea.timeline.pending.length], [1, 1, 1]);
  saying.discard('tea', 'm1');
  await quiet();
  equal([kept(records).length, blobs.records.size, tea.timeline.pending.length], [0, 0, 0]);
});
