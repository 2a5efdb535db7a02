import { Speaking } from '/ui/state/speaking.js';
import { equal, test } from '/units/harness.js';

function listening() {
  const said = [];
  const timers = new Map();
  let now = 1000;
  const later = (seconds, call) => {
    const timer = { at: now + seconds * 1000, call };
    timers.set(timer, timer);
    return () => timers.delete(timer);
  };
  const pass = (ms) => {
    now += ms;
    for (const timer of [...timers.keys()].filter(({ at }) => at <= now)) {
      timers.delete(timer);
      timer.call();
    }
  };
  const say = (news) => {
    const text = news ? `${news.count} ${news.name}: ${news.text}` : '';
    said.push({ text, at: now });
  };
  const speaking = new Speaking(say, { now: () => now, later });
  const heard = (seq, text, name = 'ben') => speaking.heard({ seq, name, text });
  return { speaking, said, heard, pass, texts: () => said.map(({ text }) => text) };
}

test('what is said into silence is read out at once', () => {
  const { heard, texts } = listening();
  heard(1, 'hello');
  equal(texts(), ['1 ben: hello']);
});

test('of a burst the newest is read out after the rest, with how many there were', () => {
  const { heard, pass, texts } = listening();
  heard(1, 'one');
  heard(2, 'two');
  heard(3, 'three');
  heard(4, 'four', 'anna');
  equal(texts(), ['1 ben: one']);
  pass(1999);
  equal(texts(), ['1 ben: one']);
  pass(1);
  equal(texts(), ['1 ben: one', '3 anna: four']);
});

test('a minute of chatter is at most one message in two seconds, and its last one is heard', () => {
  const { heard, pass, said } = listening();
  for (let seq = 1; seq <= 600; seq += 1) {
    heard(seq, `line ${seq}`);
    pass(100);
  }
  pass(2000);
  const gaps = said.slice(1).map(({ at }, before) => at - said[before].at);
  equal(gaps.every((gap) => gap >= 2000), true);
  equal(said.length <= 32, true);
  equal(said.at(-1).text.endsWith('ben: line 600'), true);
});

test('what was erased is gone at once, or never read out', () => {
  const { speaking, heard, pass, texts } = listening();
  heard(1, 'secret');
  heard(2, 'also secret');
  speaking.changed(1);
  speaking.changed(2);
  pass(5000);
  equal(texts(), ['1 ben: secret', '']);
});

test('another room says nothing of the last one', () => {
  const { speaking, heard, pass, texts } = listening();
  heard(1, 'one');
  heard(2, 'two');
  speaking.clear();
  pass(5000);
  equal(texts(), ['1 ben: one', '']);
});

test('a very long message is cut between two characters', () => {
  const { heard, texts } = listening();
  heard(1, '🍵'.repeat(1000));
  equal(texts()[0], `1 ben: ${'🍵'.repeat(300)}…`);
});
