import { Reading } from '/ui/state/reading.js';
import { direction, hue, initials, onlyEmoji, pieces } from '/ui/state/text.js';
import { Clock, equal, test } from '/units/harness.js';

const links = (text) => pieces(text).filter(({ link }) => link).map(({ text: shown }) => shown);

test('http and https are links, and nothing else is', () => {
  equal(links('see https://a.example/b and http://c.example'), ['https://a.example/b', 'http://c.example']);
  equal(links('javascript:alert(1) data:text/html,x ftp://a.example file:///etc'), []);
  equal(links('https:// https://['), []);
});

test('what ends a sentence is not of the address', () => {
  equal(links('(https://a.example/x). https://a.example/y_(z), "https://a.example/q?"'), [
    'https://a.example/x', 'https://a.example/y_(z)', 'https://a.example/q',
  ]);
});

test('the same links as the server and the terminal find', async () => {
  const cases = await (await fetch('/vectors/links.json')).json();
  equal(cases.length > 30, true);
  for (const { text, links: expected } of cases) {
    if (JSON.stringify(links(text)) !== JSON.stringify(expected)) {
      throw new Error(`${text}: found ${links(text)}, expected ${expected}`);
    }
  }
});

test('a mailto is an address to write to', () => {
  equal(pieces('mailto:a@b.example?bcc=c@d.example')[0], {
    text: 'mailto:a@b.example', link: 'mailto:a@b.example',
  });
});

test('nothing of a text is lost', () => {
  for (const text of ['', 'a https://b.example c', 'https://b.example', '<b>https://b.example</b>']) {
    equal(pieces(text).map((piece) => piece.text).join(''), text);
  }
});

test('initials, in any script', () => {
  equal(['anna', 'anna.berg', 'öz', '茶', ''].map(initials), ['A', 'AB', 'Ö', '茶', '?']);
});

test('a hue is one of ten and stays', () => {
  const [once, again] = [hue('u1'), hue('u1')];
  equal([once === again, once >= 0 && once < 10], [true, true]);
});

test('the first letter decides the direction; what has none goes the way of the page', () => {
  equal(['hello', '123 שלום', 'مرحبا hello', '…', '🍵', ''].map(direction), ['ltr', 'rtl', 'rtl', null, null, null]);
});

test('up to three emoji are large', () => {
  equal(['👍', '🍵 🍵 🍵', '👍 ok', '12', '🍵🍵🍵🍵'].map(onlyEmoji), [true, true, false, false, false]);
  // A family, a colour of skin, a flag and a heart with its variation are one each.
  equal(['👩‍👩‍👧‍👦🍵', '👍🏽', '🇩🇪 🇪🇬', '❤️', '🏳️‍🌈', '👩🏽‍🚀'].map(onlyEmoji), [true, true, true, true, true, true]);
  equal(['👩‍👩‍👧‍👦 🍵 👍🏽 🇩🇪', '❤', '👍\u200d', '🇩🇪x'].map(onlyEmoji), [false, false, false, false]);
});

test('marks go at most once a second, the furthest only', async () => {
  const clock = new Clock();
  const told = [];
  const reading = new Reading((room, mark) => told.push([room, mark]), clock.later);
  reading.delivered('tea', 1);
  reading.read('tea', 2);
  reading.read('tea', 3);
  equal(told, [['tea', { delivered: 1 }]]);
  await clock.advance(1);
  equal(told.slice(1), [['tea', { delivered: 3, read: 3 }]]);
  reading.read('tea', 2);
  await clock.advance(5);
  equal(told.length, 2);
});

test('after a new connection the last mark is told again', async () => {
  const clock = new Clock();
  const told = [];
  const reading = new Reading((room, mark) => told.push(mark.read), clock.later);
  reading.read('tea', 3);
  await clock.advance(2);
  reading.again();
  equal(told, [3, 3]);
});
