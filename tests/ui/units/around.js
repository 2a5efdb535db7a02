import { Around } from '/ui/embed/around.js';
import { Clock, equal, settle, test } from '/units/harness.js';

const SITE = 'https://www.example.org';

function frame(origins = [SITE]) {
  const clock = new Clock();
  const posted = [];
  const heard = { begun: [], themes: [], strangers: [] };
  const around = new Around(
    { post: (message, origin) => posted.push([message, origin]), later: clock.later },
    origins,
    {
      onBegin: (what) => heard.begun.push(what),
      onTheme: (theme) => heard.themes.push(theme),
      onStranger: (origin) => heard.strangers.push(origin),
    },
  );
  return { clock, posted, heard, around };
}

function begun() {
  const all = frame();
  all.around.hear(SITE, { chatd: 'begin', room: 'lobby', theme: 'dark' });
  return all;
}

test('it says that it listens, and nothing more, to whoever is around', () => {
  const { around, posted } = frame();
  around.ready();
  around.unread(3);
  equal(posted, [[{ chatd: 'ready' }, '*']]);
});

test('a page of the list begins, once', () => {
  const { around, heard } = begun();
  around.hear(SITE, { chatd: 'begin', room: 'other' });
  equal(heard.begun, [{ room: 'lobby', theme: 'dark', language: null }]);
});

test('a page that is not in the list is not obeyed', () => {
  const { around, heard, posted } = frame();
  for (const origin of ['https://evil.example', 'null', 'https://www.example.org.evil.example', '', `${SITE}:8443`]) {
    around.hear(origin, { chatd: 'begin', room: 'lobby' });
  }
  equal(heard.begun, []);
  equal(heard.strangers.length, 5);
  equal(posted, []);
});

test('of two pages in the list only the first is heard', async () => {
  const other = 'https://other.example.org';
  const { around, heard } = frame([SITE, other]);
  around.hear(SITE, { chatd: 'begin', room: null });
  const token = around.token();
  around.hear(other, { chatd: 'theme', theme: 'dark' });
  around.hear(other, { chatd: 'token', token: 'theirs' });
  around.hear(SITE, { chatd: 'token', token: 'ours' });
  equal(await token, 'ours');
  equal(heard.themes, []);
});

test('what is no message of ours is passed over', () => {
  const { around, heard } = frame();
  for (const data of [null, undefined, 'begin', 7, {}, { chatd: 1 }, { chatd: 'nonsense' }]) {
    around.hear(SITE, data);
    around.hear('https://evil.example', data === null ? data : undefined);
  }
  equal(heard, { begun: [], themes: [], strangers: [] });
});

test('the token is asked for by name, of nobody else', async () => {
  const { around, posted } = begun();
  const token = around.token();
  equal(posted, [[{ chatd: 'token' }, SITE]]);
  around.hear(SITE, { chatd: 'token', token: 'eyJ' });
  equal(await token, 'eyJ');
});

test('two who ask at once get the same token, and the next one another', async () => {
  const { around, posted } = begun();
  const both = Promise.all([around.token(), around.token()]);
  around.hear(SITE, { chatd: 'token', token: 'first' });
  equal(await both, ['first', 'first']);
  equal(posted.length, 1);
  const next = around.token();
  around.hear(SITE, { chatd: 'token', token: 'second' });
  equal(await next, 'second');
});

test('a token that nobody asked for is nothing', async () => {
  const { around } = begun();
  around.hear(SITE, { chatd: 'token', token: 'early' });
  const token = around.token();
  around.hear(SITE, { chatd: 'token', token: 'asked' });
  equal(await token, 'asked');
});

test('a page without a token says why', async () => {
  const { around } = begun();
  const failed = around.token().catch((error) => error);
  around.hear(SITE, { chatd: 'token', error: 'Nobody is signed in.' });
  equal((await failed).name, 'NoToken');
  equal((await failed).message, 'Nobody is signed in.');
});

test('a page that does not answer is not waited for', async () => {
  const { around, clock } = begun();
  const failed = around.token().catch((error) => error);
  await clock.advance(20);
  await settle();
  equal((await failed).name, 'NoToken');
});

test('words that are none are nothing', () => {
  const { around, heard } = frame();
  around.hear(SITE, { chatd: 'begin', room: { toString: () => 'x' }, theme: 3 });
  equal(heard.begun, [{ room: null, theme: null, language: null }]);
});
