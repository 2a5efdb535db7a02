// Told while the page is closed: the worker's part, the page's part, and the words, each with a
// browser and a server that do as told.

import { Push } from '/ui/net/push.js';
import { choose, chosen } from '/ui/state/chosen.js';
import { sentence, TAG } from '/ui/state/push_words.js';
import { use } from '/ui/words/words.js';
import { Pushes } from '/ui/worker/push.js';
import { words } from '/ui/worker/words.js';
import { equal, test } from '/units/harness.js';

const HOME = 'https://chat.example.org/';
/** A key as the server tells it, and as a subscription holds it. */
const KEY = 'BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw';
const BYTES = Uint8Array.from([4, ...Array.from({ length: 63 }, (_, place) => place + 1)]).buffer;

const PUSH = { type: 'message', room: 'r1', kind: 'private', name: 'Tea', reason: 'mention', author: 'Anna', at: 7 };

function data(value) {
  return { json: () => JSON.parse(typeof value === 'string' ? value : JSON.stringify(value)) };
}

// ---- the worker ---------------------------------------------------------------------------------

/** A worker's surroundings: what was shown, opened and said to pages. */
function worker({ pages = [], answers = {} } = {}) {
  const did = { shown: [], opened: [], asked: [], subscribed: [] };
  const registration = {
    showNotification: async (title, options) => void did.shown.push({ title, ...options }),
    pushManager: {
      subscribe: async (options) => {
        did.subscribed.push(options);
        return subscription('https://push.example.net/new');
      },
    },
  };
  const clients = {
    matchAll: async () => pages,
    openWindow: async (path) => void did.opened.push(path),
  };
  const fetch = async (path, options) => {
    did.asked.push(`${options.method} ${path}`);
    did.last = options;
    const body = answers[`${options.method} ${path}`];
    return { ok: body !== undefined, status: body === undefined ? 404 : 200, json: async () => body };
  };
  const server = { name: 'Tea House', icon: '/ui/logo.png', language: 'en' };
  return { did, pushes: new Pushes({ registration, clients, fetch, words: async () => server }) };
}

function page(more = {}) {
  const said = [];
  return {
    said,
    url: HOME,
    focused: false,
    visibilityState: 'hidden',
    frameType: 'top-level',
    came: 0,
    postMessage(message) {
      said.push(message);
    },
    async focus() {
      this.came += 1;
    },
    ...more,
  };
}

function subscription(endpoint, key = BYTES) {
  return {
    endpoint,
    options: { applicationServerKey: key },
    gone: false,
    toJSON() {
      return { endpoint, keys: { p256dh: 'point', auth: 'secret' } };
    },
    async unsubscribe() {
      this.gone = true;
      this.onGone?.();
      return true;
    },
  };
}

test('a push is shown under its room, with the facts that a press needs', async () => {
  const { did, pushes } = worker();
  await pushes.told(data(PUSH));
  const [{ title, body, tag, timestamp, data: kept, icon, lang }] = did.shown;
  equal([title, body, tag, timestamp, kept], ['Tea', 'Anna mentioned you', `${TAG}r1`, 7, { room: 'r1' }]);
  equal([icon, lang], ['/ui/logo.png', 'en']);
});

test('a page that somebody looks at says it itself; one that is open unseen does not keep it back', async () => {
  const seen = worker({ pages: [page({ focused: true, visibilityState: 'visible' })] });
  await seen.pushes.told(data(PUSH));
  equal(seen.did.shown.length, 0);
  for (const other of [page(), page({ visibilityState: 'visible' }), page({ focused: true, visibilityState: 'visible', url: `${HOME}embed` })]) {
    const { did, pushes } = worker({ pages: [other] });
    await pushes.told(data(PUSH));
    equal(did.shown.length, 1);
  }
});

test('whatever cannot be read is shown as something new, as browsers want a word for every push', async () => {
  for (const what of [null, data('no JSON'), data('null'), data('7'), data({ ...PUSH, room: '../x' }), data({ ...PUSH, type: 'x' }), data({ ...PUSH, room: 5 })]) {
    const { did, pushes } = worker();
    await pushes.told(what);
    equal([did.shown.length, did.shown[0].title, did.shown[0].data.room], [1, 'Tea House', null]);
  }
});

test('a press opens the room in a page that is there: the one in view, else any', async () => {
  const hidden = page();
  const visible = page({ visibilityState: 'visible' });
  const { did, pushes } = worker({ pages: [hidden, visible] });
  let closed = 0;
  const notification = { data: { room: 'r1' }, close: () => (closed += 1) };
  await pushes.pressed(notification);
  equal([visible.said, visible.came, hidden.said, did.opened, closed], [[{ type: 'go', room: 'r1', seq: null }], 1, [], [], 1]);
  const alone = worker({ pages: [hidden] });
  await alone.pushes.pressed(notification);
  equal([hidden.said.length, hidden.came], [1, 1]);
});

test('a page that may not come to the front is at its room all the same', async () => {
  const shy = page({ focus: () => Promise.reject(new Error('not allowed')) });
  const { pushes } = worker({ pages: [shy] });
  await pushes.pressed({ data: { room: 'r1' }, close: () => {} });
  equal(shy.said, [{ type: 'go', room: 'r1', seq: null }]);
});

test('without a page a press opens one there; frames and other pages are none', async () => {
  const others = [page({ frameType: 'nested' }), page({ url: `${HOME}protocol/try` })];
  const { did, pushes } = worker({ pages: others });
  await pushes.pressed({ data: { room: 'r1' }, close: () => {} });
  await pushes.pressed({ data: { room: null }, close: () => {} });
  await pushes.pressed({ data: null, close: () => {} });
  equal([did.opened, others.map(({ said }) => said.length)], [['/#/room/r1', '/', '/'], [0, 0]]);
});

test('a subscription that the browser replaced is told to the server, with the choice as it was', async () => {
  const answers = {
    'GET /api/session': { signed_in: true, csrf: 'c' },
    'GET /api/v1/push': { key: KEY, endpoint: 'https://push.example.net/old', text: true },
    'PUT /api/v1/push': {},
  };
  const { did, pushes } = worker({ answers });
  await pushes.changed({});
  equal(did.subscribed, [{ userVisibleOnly: true, applicationServerKey: KEY }]);
  equal(did.asked, ['GET /api/session', 'GET /api/v1/push', 'PUT /api/v1/push']);
  equal(JSON.parse(did.last.body), { endpoint: 'https://push.example.net/new', p256dh: 'point', auth: 'secret', text: true });
  equal(did.last.headers['X-CSRF-Token'], 'c');
  const given = worker({ answers });
  await given.pushes.changed({ newSubscription: subscription('https://push.example.net/given') });
  equal([given.did.subscribed, JSON.parse(given.did.last.body).endpoint], [[], 'https://push.example.net/given']);
});

test('nothing is told for somebody who signed out or never asked for it', async () => {
  for (const answers of [
    {},
    { 'GET /api/session': { signed_in: false } },
    { 'GET /api/session': { signed_in: true, csrf: 'c' }, 'GET /api/v1/push': {} },
    { 'GET /api/session': { signed_in: true, csrf: 'c' }, 'GET /api/v1/push': { key: KEY } },
  ]) {
    const { did, pushes } = worker({ answers });
    await pushes.changed({});
    equal([did.subscribed.length, did.asked.some((what) => what.startsWith('PUT'))], [0, false]);
  }
});

// ---- the page -----------------------------------------------------------------------------------

/** A browser and a server: what is subscribed, kept and known there. */
function stage({ permission = 'default', answer = 'granted', fails = false, worker: has = true, scope = '/' } = {}) {
  const kept = new Map();
  const shown = [];
  const at = { here: null, server: { key: KEY, texts: false }, asked: [], permission, count: 0, shown, kept };
  const registration = {
    scope: location.origin + scope,
    pushManager: {
      getSubscription: async () => at.here,
      subscribe: async () => {
        if (fails) throw new Error('no push service');
        at.here ??= Object.assign(subscription(`https://push.example.net/${(at.count += 1)}`), {
          onGone: () => (at.here = null),
        });
        return at.here;
      },
    },
    getNotifications: async () => shown,
  };
  const browser = {
    supported: true,
    container: { getRegistration: async () => (has ? registration : undefined) },
    permission: () => at.permission,
    request: async () => (at.permission = answer),
    storage: {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => kept.set(name, value),
      removeItem: (name) => kept.delete(name),
    },
    later: () => {},
  };
  const ask = async (type, fields) => {
    at.asked.push(type);
    if (at.refuses) throw new Error(at.refuses);
    if (type === 'push_subscribe') at.server = { ...at.server, endpoint: fields.endpoint, text: fields.text };
    if (type === 'push_unsubscribe') delete at.server.endpoint;
    return at.server;
  };
  return { at, push: new Push(ask, browser), ask, browser };
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error.message;
  }
  return null;
}

test('a worker that another page of the host has for all of it is none of ours', async () => {
  const { at, push } = stage({ scope: '/elsewhere/' });
  equal((await failure(push.turnOn('a'))).startsWith('This window cannot be told'), true);
  equal([at.here, (await push.state()).on], [null, false]);
});

test('it is switched on by asking browser and server, and off again', async () => {
  const { at, push } = stage();
  equal((await push.state()).on, false);
  await push.turnOn('u1');
  equal([at.server.endpoint, at.here.endpoint], ['https://push.example.net/1', 'https://push.example.net/1']);
  equal([(await push.state()).on, at.kept.get('push')], [true, '{"user":"u1","text":false}']);
  const { here } = at;
  await push.turnOff();
  equal([(await push.state()).on, here.gone, at.server.endpoint, at.kept.size], [false, true, undefined, 0]);
});

test('what is in the way is said in words, and nothing is left behind', async () => {
  const old = new Push(() => {}, { supported: false });
  equal((await old.state()).why.includes('This browser'), true);
  equal((await new Push(() => {}, null).state()).why.includes('This browser'), true);
  const none = stage();
  none.at.server = {};
  equal((await none.push.state()).why.includes('This server'), true);
  equal((await stage({ permission: 'denied' }).push.state()).why.includes('does not show'), true);
  for (const [how, says] of [
    [{ answer: 'denied' }, 'does not show'],
    [{ fails: true }, 'cannot be reached'],
    [{ worker: false }, 'private window'],
  ]) {
    const { at, push } = stage(how);
    equal([(await failure(push.turnOn('u1'))).includes(says), at.kept.size, at.here], [true, 0, null]);
  }
});

test('a server that refuses leaves no subscription in the browser', async () => {
  const { at, push } = stage();
  await push.state();
  const ask = at.asked;
  at.refuses = 'Too much.';
  equal([await failure(push.turnOn('u1')), at.here, at.kept.size], ['Too much.', null, 0]);
  equal(ask.length > 0, true);
});

test('a page that is loaded asks for nothing where all is as it was', async () => {
  const { at, push } = stage();
  await push.turnOn('u1');
  at.asked.length = 0;
  await push.sync('u1');
  equal(at.asked, ['push']);
});

test('what the server forgot, a new session or a new key is put right', async () => {
  const { at, push } = stage();
  await push.turnOn('u1', true);
  delete at.server.endpoint;
  await push.sync('u1');
  equal([at.server.endpoint, at.server.text], ['https://push.example.net/1', true]);
  const { here } = at;
  at.server = { ...at.server, key: `${KEY.slice(0, -1)}A` };
  await push.sync('u1');
  equal([here.gone, at.server.endpoint], [true, 'https://push.example.net/2']);
  at.here = null;
  await push.sync('u1');
  equal(at.server.endpoint, 'https://push.example.net/3');
});

test('who did not ask for it is not told, though another did in this browser', async () => {
  const { at, push } = stage();
  await push.turnOn('u1');
  const { here } = at;
  at.asked.length = 0;
  await push.sync('u2');
  equal([here.gone, at.kept.size, at.asked], [true, 0, []]);
  await push.sync('u1');
  equal([at.here, at.asked], [null, []]);
});

test('a permission that was taken back is not asked for again by itself', async () => {
  const { at, push } = stage();
  await push.turnOn('u1');
  at.permission = 'denied';
  delete at.server.endpoint;
  await push.sync('u1');
  equal(at.server.endpoint, undefined);
});

test('signing out takes everything away: the subscription, the wish and what is shown', async () => {
  const { at, push } = stage();
  await push.turnOn('u1');
  const { here } = at;
  const closed = [];
  at.shown.push({ tag: `${TAG}r1`, close: () => closed.push('r1') }, { tag: 'other', close: () => closed.push('other') });
  await push.forget();
  equal([here.gone, at.kept.size, closed], [true, 0, ['r1']]);
});

// ---- the words ----------------------------------------------------------------------------------

test('the words say who wrote and where, and the text only if it came along', () => {
  const direct = { kind: 'direct', author: 'Anna', reason: 'direct' };
  equal(sentence(direct), { title: 'Anna', body: 'New message' });
  equal(sentence({ ...direct, unread: 3 }), { title: 'Anna', body: '3 unread messages' });
  equal(sentence({ ...direct, text: 'Tea?' }), { title: 'Anna', body: 'Tea?' });
  equal(sentence({ ...PUSH, unread: 1 }), { title: 'Tea', body: 'Anna mentioned you' });
  equal(sentence({ ...PUSH, unread: 2 }), { title: 'Tea', body: 'Anna mentioned you · 2 unread messages' });
  equal(sentence({ ...PUSH, reason: 'all' }), { title: 'Tea', body: 'New message from Anna' });
  equal(sentence({ ...PUSH, reason: 'all', carries: 'picture' }), { title: 'Tea', body: 'Anna sent a picture' });
  equal(sentence({ ...PUSH, carries: 'file' }), { title: 'Tea', body: 'Anna mentioned you' });
  equal(sentence({ kind: 'direct', from: 'anna', carries: 'file' }), { title: 'anna', body: 'anna sent a file' });
  equal(sentence({ kind: 'direct', from: 'anna', carries: 'file', text: 'look' }), { title: 'anna', body: 'look' });
  equal(sentence({ kind: 'direct', from: 'anna', carries: 'toString' }), { title: 'anna', body: 'New message' });
  equal(sentence({ ...PUSH, text: 'Tea?' }), { title: 'Tea', body: 'Anna: Tea?' });
  equal(sentence({ kind: 'private', from: 'anna' }), { title: 'A room', body: 'New message from anna' });
});

test('long names and texts are cut between letters', () => {
  const { title, body } = sentence({ kind: 'direct', author: '🍵'.repeat(200), text: '🍵'.repeat(900) });
  equal([[...title].length, [...body].length, title.endsWith('🍵…')], [80, 300, true]);
});

/** What a worker has: caches in memory, and files. */
function beside(files = {}) {
  const kept = new Map();
  const caches = {
    keys: async () => ['other', 'shell 1', 'shell 2'],
    open: async (name) => ({ put: async (place, answer) => void kept.set(place, `${name} ${await answer.text()}`) }),
    match: async (place) => (kept.has(place) ? new Response(kept.get(place).replace('shell 2 ', '')) : undefined),
  };
  const read = async (path) => {
    if (!(path in files)) throw new Error('no network');
    return new Response(files[path]);
  };
  return { caches, read, kept, files: ['/', ...Object.keys(files)] };
}

/** Says a push as the worker would, and goes back to English behind it. */
async function worded(ports, push) {
  try {
    const { name } = await words(ports)();
    return sentence(push, name);
  } finally {
    use('en');
  }
}

test('the worker speaks the language that was chosen on the page, from the page’s own catalogue', async () => {
  const catalogue = await (await fetch('/ui/words/de.js')).text();
  const ports = { ...beside({ '/ui/de.0123456789abcdef.js': catalogue }), wanted: ['en-GB'] };
  await choose(ports.caches, { language: 'de', name: 'Teehaus', icon: '/ui/logo.png' });
  equal(await words(ports)(), { name: 'Teehaus', icon: '/ui/logo.png', language: 'de' });
  equal(await worded(ports, { ...PUSH, unread: 3 }), { title: 'Tea', body: 'Anna hat dich erwähnt · 3 ungelesene Nachrichten' });
  equal((await worded(ports, null)).body.startsWith('Es gibt etwas Neues'), true);
});

test('where nothing was chosen the browser’s language is spoken, and English where there are no words', async () => {
  const catalogue = await (await fetch('/ui/words/ar.js')).text();
  const ports = { ...beside({ '/ui/words/ar.js': catalogue }), wanted: ['ar-EG'] };
  equal((await worded(ports, { kind: 'direct', author: 'Anna' })).body, 'رسالة جديدة');
  for (const files of [{}, { '/ui/words/ar.js': 'no catalogue' }]) {
    const none = { ...beside(files), wanted: ['ar-EG'] };
    equal(await worded(none, { kind: 'direct', author: 'Anna' }), { title: 'Anna', body: 'New message' });
    equal((await words(none)()).name, 'chatd');
  }
});

test('a choice that cannot be read is none', async () => {
  const ports = beside();
  ports.kept.set('/ui/chosen', 'no JSON');
  equal(await chosen(ports.caches), {});
  equal(await chosen({ match: async () => { throw new Error('forbidden'); } }), {});
  await choose({ keys: async () => [] }, { language: 'de' });
  await choose(undefined, { language: 'de' });
  await choose(ports.caches, { language: 'constructor' });
  equal((await words({ ...ports, wanted: [] })()).language, 'en');
});
