import { codePieces } from '/ui/state/code.js';
import { markedWords, words, wordsInLine } from '/ui/view/words.js';
import { equal, test } from '/units/harness.js';

/** Text, and of elements their name with what is in them. */
const shown = (node) => [...node.childNodes].filter((one) => one.data !== '').map((one) => (one.localName ? { [one.localName]: shown(one) } : one.data));
const tags = (node) => [...node.querySelectorAll('*')].map(({ tagName }) => tagName.toLowerCase());

test('a fence is a block without its marks, its language and the line ends around it', () => {
  equal(codePieces('Look:\n```js\nconst a = 1;\n\n  b();\n```\nand go on'), [
    { text: 'Look:' },
    { code: 'const a = 1;\n\n  b();', block: true },
    { text: 'and go on' },
  ]);
  equal(codePieces('```\na\nb```'), [{ code: 'a\nb', block: true }]);
  equal(codePieces('```a = 1;\nb```'), [{ code: 'a = 1;\nb', block: true }]);
});

test('what stands between as many backticks of one line is code', () => {
  equal(codePieces('run `make test`, then ``a`b`` and ```c```.'), [
    { text: 'run ' },
    { code: 'make test', block: false },
    { text: ', then ' },
    { code: 'a`b', block: false },
    { text: ' and ' },
    { code: 'c', block: false },
    { text: '.' },
  ]);
  equal(codePieces('`` `a` ``'), [{ code: '`a`', block: false }]);
});

test('marks that nothing closes, and code of nothing, are text', () => {
  for (const text of ['`', '``', '```', 'it`s', '`a\nb`', '```js\nopen', 'a ``b`', '``` ```', '```\n```', '` `', '```\n\n```']) {
    equal(codePieces(text), [{ text }]);
  }
  equal(codePieces(''), []);
});

test('a block in the middle of open marks takes nothing from the text around it', () => {
  equal(codePieces('`a\n```\nb\n```\nc` ```\nd'), [{ text: '`a' }, { code: 'b', block: true }, { text: 'c` ```\nd' }]);
});

test('hostile texts cost as much as their length, and lose nothing that is no mark', () => {
  const many = 200_000;
  const texts = [
    '`'.repeat(many),
    '` '.repeat(many),
    '```\n'.repeat(many / 4 + 1),
    '```js\n'.repeat(many / 6),
    `${'```x '.repeat(many / 5)}\n`.repeat(2),
    `\`\`\`\n${' '.repeat(many)}x`,
    Array.from({ length: 600 }, (_, at) => `${'`'.repeat(at + 1)} `).join(''),
  ];
  for (const text of texts) {
    const before = performance.now();
    const found = codePieces(text);
    equal(performance.now() - before < 1000, true);
    const bare = (one) => one.replaceAll(/[`\s]/gu, '');
    equal(bare(found.map((one) => one.text ?? one.code).join('')).length <= bare(text).length, true);
  }
});

test('code is drawn as text: no markup, no links, no mentions in it', () => {
  const hostile = '<img src=x onerror=alert(1)> https://a.example @anna';
  const node = words(`\`\`\`html\n${hostile}\n\`\`\`\n\`${hostile}\` https://b.example @anna`, {
    mentions: ['u1'], me: 'u1', name: () => 'anna',
  });
  equal(tags(node), ['pre', 'code', 'code', 'a', 'bdi']);
  equal(node.querySelector('pre').textContent, hostile);
  equal([...node.querySelectorAll('code')].map((one) => one.textContent), [hostile, hostile]);
});

test('code runs from left to right in a text that does not', () => {
  const node = words('שלום `a = 1` \n```\nb\n```');
  equal([...node.querySelectorAll('pre, :not(pre) > code')].map((one) => one.dir), ['ltr', 'ltr']);
});

test('a line of a text has its code in it, and an end', () => {
  const node = document.createElement('p');
  node.append(...wordsInLine('Look:\n```js\nconst a\n  = 1;\n```\nrun  `b` or <b>', 300));
  equal(shown(node), ['Look:', ' ', { code: ['const a = 1;'] }, ' ', 'run ', { code: ['b'] }, ' or <b>']);
  node.replaceChildren(...wordsInLine(`\`${'🍵'.repeat(400)}\` and more`, 10));
  equal(node.textContent, `${'🍵'.repeat(10)}…`);
});

test('what was looked for is marked in code, too', () => {
  equal(shown(markedWords('a kettle, `kettle()`', ['kettle'])), ['a ', { mark: ['kettle'] }, ', ', { code: [{ mark: ['kettle'] }, '()'] }]);
});
