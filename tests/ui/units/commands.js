import { Commands } from '/ui/net/commands.js';
import { Clock, equal, settle, test } from '/units/harness.js';

function desk() {
  const clock = new Clock();
  const sent = [];
  let up = true;
  const commands = new Commands((frame) => up && sent.push(frame.text ?? frame.type) > 0, clock.later);
  return { clock, sent, commands, down: () => (up = false), back: () => (up = true) };
}

const said = (commands, text) => commands.keep('send', { key: text, text });

test('what is kept waits for a connection and goes out in order, one at a time', async () => {
  const { commands, sent } = desk();
  const done = Promise.all(['a', 'b', 'c'].map((text) => said(commands, text)));
  equal(sent, []);
  commands.live();
  equal(sent, ['a']);
  for (const id of [1, 2, 3]) commands.answer({ type: 'done', id, seq: id });
  equal([sent, commands.waiting], [['a', 'b', 'c'], 0]);
  equal((await done).map(({ seq }) => seq), [1, 2, 3]);
});

test('what was under way when the connection broke is sent again, before the rest', async () => {
  const { commands, sent, down, back } = desk();
  commands.live();
  said(commands, 'a');
  said(commands, 'b');
  down();
  commands.lost();
  equal(sent, ['a']);
  back();
  commands.live();
  commands.answer({ type: 'done', id: 1 });
  equal(sent, ['a', 'a', 'b']);
});

test('patience asked for by the server lets nothing overtake', async () => {
  const { clock, commands, sent } = desk();
  commands.live();
  said(commands, 'a');
  said(commands, 'b');
  commands.answer({ type: 'error', id: 1, code: 'rate-limited', retry: true, retry_after: 2 });
  await clock.advance(1.9);
  equal(sent, ['a']);
  await clock.advance(0.2);
  equal(sent, ['a', 'a']);
});

test('a refusal for good is told, and the next goes out', async () => {
  const { commands, sent } = desk();
  commands.live();
  const refused = said(commands, 'a').catch((error) => error.code);
  said(commands, 'b');
  commands.answer({ type: 'error', id: 1, code: 'forbidden', message: 'No.' });
  equal([await refused, sent], ['forbidden', ['a', 'b']]);
});

test('a command of the moment fails with its connection', async () => {
  const { commands } = desk();
  commands.live();
  const lost = commands.ask('history').catch((error) => error.name);
  commands.lost();
  equal(await lost, 'Lost');
});

test('a signal that was refused is forgotten', async () => {
  const { clock, commands, sent } = desk();
  commands.tell('typing', {});
  commands.answer({ type: 'error', id: 1, code: 'rate-limited', retry: true, retry_after: 0.01 });
  await clock.advance(10);
  equal(sent, ['typing']);
});

test('a wait too short to be true for all is made half a second', async () => {
  const { clock, commands, sent } = desk();
  commands.live();
  said(commands, 'a');
  commands.answer({ type: 'error', id: 1, code: 'rate-limited', retry: true, retry_after: 0.01 });
  await clock.advance(0.4);
  equal(sent, ['a']);
  await clock.advance(0.2);
  equal(sent, ['a', 'a']);
});

test('a command of the moment is asked again where the server says so', async () => {
  const { clock, commands, sent } = desk();
  const reply = commands.ask('room');
  commands.answer({ type: 'error', id: 1, code: 'rate-limited', retry: true, retry_after: 1 });
  await clock.advance(1);
  commands.answer({ type: 'room', id: 1 });
  await settle();
  equal([sent, (await reply).type], [['room', 'room'], 'room']);
});

test('a wait of slow mode holds up nothing that comes behind', async () => {
  const { commands, sent } = desk();
  commands.live();
  const refused = said(commands, 'a').catch((error) => error.retryAfter);
  said(commands, 'b');
  commands.answer({ type: 'error', id: 1, code: 'rate-limited', retry: true, retry_after: 30, message: 'Slow mode.' });
  equal([await refused, sent], [30, ['a', 'b']]);
});

test('what waited for too long is given back, unless it may have arrived', async () => {
  const { commands, sent, down, back } = desk();
  let old = false;
  const say = (text) => commands.keep('send', { key: text, text }, () => {}, () => old).catch(({ name }) => name);
  commands.live();
  say('went');
  down();
  commands.lost();
  const waited = say('waited');
  old = true;
  back();
  commands.live();
  equal(sent, ['went', 'went']);
  commands.answer({ type: 'done', id: 1 });
  equal([await waited, sent.length, commands.waiting], ['Stale', 2, 0]);
});
