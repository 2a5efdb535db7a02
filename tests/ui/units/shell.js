import { Shell } from '/ui/worker/shell.js';
import { equal, settle, test } from '/units/harness.js';

const ORIGIN = 'https://chat.example.org';
const APP = '/ui/app.0123456789abcdef.js';

class Cache {
  kept = new Map();
  put = async (path, answer) => this.kept.set(path, answer);
  match = async (path) => this.kept.get(path);
}

/** One browser with its caches; `network` gives the answer to a path, or throws. */
class World {
  stores = new Map();
  asked = [];
  waiting = [];
  network = async (path) => ({ ok: true, status: 200, body: `net ${path}` });
  caches = {
    has: async (name) => this.stores.has(name),
    keys: async () => [...this.stores.keys()],
    delete: async (name) => this.stores.delete(name),
    open: async (name) => {
      if (!this.stores.has(name)) this.stores.set(name, new Cache());
      return this.stores.get(name);
    },
  };

  shell(version, files = ['/', APP], home = '/') {
    const fetch = (path, options = {}) => {
      this.asked.push(`${path} ${options.cache ?? ''}`.trim());
      return this.network(path);
    };
    const later = (ms, call) => this.waiting.push(call);
    return new Shell({ caches: this.caches, fetch, later }, version, files, home);
  }
}

const visit = { method: 'GET', mode: 'navigate', url: `${ORIGIN}/` };
const file = (path) => ({ method: 'GET', mode: 'cors', url: ORIGIN + path });
const down = async () => {
  throw new TypeError('Failed to fetch');
};

test('it is kept whole: what may change is asked for anew', async () => {
  const world = new World();
  await world.shell('1').keep();
  equal(world.asked, ['/ no-cache', `${APP} default`]);
  equal([...world.stores.get('shell 1').kept.keys()], ['/', APP]);
});

test('a shell of which one file cannot be had is not kept at all', async () => {
  const world = new World();
  world.network = async (path) => ({ ok: path === '/', status: 404 });
  let failed = null;
  await world.shell('1').keep().catch((error) => (failed = error.message));
  equal(failed, `${APP}: 404`);
  equal(world.stores.size, 0);
});

test('the turn of a new version ends those before it, and touches no other cache', async () => {
  const world = new World();
  await world.shell('1').keep();
  await world.caches.open('another part');
  const two = world.shell('2');
  await two.keep();
  await two.clean();
  equal([...world.stores.keys()], ['another part', 'shell 2']);
});

test('the page comes from the network while there is one', async () => {
  const world = new World();
  const shell = world.shell('1');
  await shell.keep();
  world.network = async () => ({ ok: true, status: 200, body: 'newer' });
  equal((await shell.answer(visit, ORIGIN)).body, 'newer');
});

for (const [name, network] of [
  ['there is no network', down],
  ['something in between says that there is no server', async () => ({ ok: false, status: 502 })],
]) {
  test(`the page is the one kept where ${name}`, async () => {
    const world = new World();
    const shell = world.shell('1');
    await shell.keep();
    world.network = network;
    equal((await shell.answer(visit, ORIGIN)).body, 'net /');
    equal((await shell.answer(file(APP), ORIGIN)).body, `net ${APP}`);
  });
}

test('a network that does not answer is waited for a while', async () => {
  const world = new World();
  const shell = world.shell('1');
  await shell.keep();
  world.network = () => new Promise(() => {});
  let answer = null;
  shell.answer(visit, ORIGIN).then((one) => (answer = one));
  await settle();
  equal(answer, null);
  world.waiting.forEach((call) => call());
  await settle();
  equal(answer.body, 'net /');
});

test('where nothing is kept the network has all the time it needs', async () => {
  const world = new World();
  const shell = world.shell('1');
  let come;
  world.network = () => new Promise((resolve) => (come = resolve));
  const answer = shell.answer(visit, ORIGIN);
  world.waiting.forEach((call) => call());
  await settle();
  come({ ok: true, status: 200, body: 'late' });
  equal((await answer).body, 'late');
});

test('a file with a lasting name is asked for only where it is not kept', async () => {
  const world = new World();
  const shell = world.shell('1');
  await shell.keep();
  world.asked = [];
  await shell.answer(file(APP), ORIGIN);
  equal(world.asked, []);
  await shell.answer(file('/ui/app.fedcba9876543210.js'), ORIGIN);
  equal(world.asked, ['/ui/app.fedcba9876543210.js']);
});

test('everything else is none of its business', () => {
  const shell = new World().shell('1');
  const others = [
    ...['/api/session', '/api/pictures/p1', '/ws', '/embed.js', '/worker.js', '/manifest.webmanifest'].map(file),
    ...['/ui/main.js', '/ui/icons/192.png', '/ui/view/app.0123456789abcdef.js', `${APP}?again`].map(file),
    ...['/embed', '/protocol', '/protocol/try', '/?a', '/ui/main.js'].map((path) => ({ ...visit, url: ORIGIN + path })),
    { ...file(APP), method: 'POST' },
    { ...visit, method: 'POST' },
    { ...file(APP), url: `https://elsewhere.example.org${APP}` },
    { ...visit, url: 'https://elsewhere.example.org/' },
  ];
  equal(others.map((one) => shell.answer(one, ORIGIN)), others.map(() => null));
});

test('the operator’s own files are asked for anew, and are there without a network as well', async () => {
  const LOGO = '/ui/logo.svg';
  const world = new World();
  const shell = world.shell('1', ['/', APP, LOGO]);
  await shell.keep();
  const before = world.network;
  world.asked = [];
  world.network = async () => ({ ok: true, status: 200, body: 'another' });
  equal((await shell.answer(file(LOGO), ORIGIN)).body, 'another');
  equal(world.asked, [`${LOGO} no-cache`]);
  world.network = async () => ({ ok: false, status: 503, body: 'broken' });
  equal((await shell.answer(file(LOGO), ORIGIN)).body, (await before(LOGO)).body);
  world.network = down;
  equal((await shell.answer(file(LOGO), ORIGIN)).body, (await before(LOGO)).body);
  await shell.clean();
  world.stores.clear();
  equal((await shell.answer(file(LOGO), ORIGIN)).type, 'error');
});

test('below a path only what is there is its business, and other shells of the host stay', async () => {
  const world = new World();
  const app = `/chat${APP}`;
  const shell = world.shell('1', ['/chat/', app], '/chat/');
  await shell.keep();
  equal(world.asked, ['/chat/ no-cache', `${app} default`]);
  world.network = down;
  equal((await shell.answer({ ...visit, url: `${ORIGIN}/chat/` }, ORIGIN)).body, 'net /chat/');
  equal((await shell.answer(file(app), ORIGIN)).body, `net ${app}`);
  const others = [visit, { ...visit, url: `${ORIGIN}/chat/embed` }, file(APP), file(`/chat/chat${APP}`), file(`/chatter${APP}`)];
  equal(others.map((one) => shell.answer(one, ORIGIN)), others.map(() => null));
});
