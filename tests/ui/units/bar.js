import { Connection } from '/ui/net/connection.js';
import { Bar } from '/ui/view/bar.js';
import { Clock, equal, settle, test } from '/units/harness.js';

/** A page with its bar, a server that can go, and a clock. */
async function page() {
  const clock = new Clock();
  const sockets = [];
  const server = { there: true, offline: false };
  const ports = {
    socket: () => {
      const socket = { readyState: 1, send() {}, close() {} };
      return sockets[sockets.push(socket) - 1];
    },
    session: async () => {
      if (!server.there) throw new Error('unreachable');
      return { signed_in: true };
    },
    random: () => 1,
    now: clock.now,
    later: clock.later,
  };
  const connection = new Connection(ports, { onState: () => bar.update(), onSession: () => {}, onSignal: () => {} });
  const every = (seconds, call) => {
    let cancel = () => {};
    const again = () => (cancel = clock.later(seconds, () => (call(), again())));
    again();
    return () => cancel();
  };
  const bar = new Bar(connection, () => {}, { now: clock.now, every, offline: () => server.offline });
  const say = (frame) => sockets.at(-1).onmessage({ data: JSON.stringify(frame) });
  const come = async () => {
    await settle();
    sockets.at(-1).onopen();
    say({ type: 'welcome', heartbeat: 1000, limits: {} });
    await settle();
  };
  connection.start();
  await come();
  const drop = async () => {
    server.there = false;
    sockets.at(-1).onclose({ code: 1006, reason: '' });
    await settle();
  };
  return { clock, connection, server, sockets, say, come, drop, shown: () => (bar.node.hidden ? '' : bar.node.innerText || bar.node.textContent) };
}

/** The second, to a quarter, in which the bar appears; null where it does not within a minute. */
async function appears(one) {
  for (let seconds = 0; seconds < 60; seconds += 0.25) {
    if (one.shown()) return seconds;
    await one.clock.advance(0.25);
  }
  return null;
}

test('a connection that is lost is nobody’s concern for three seconds', async () => {
  const one = await page();
  equal([one.connection.state, one.shown()], ['live', '']);
  await one.drop();
  equal(await appears(one), 3);
});

test('a server that said "back in 10 s" is not missed before 12', async () => {
  const one = await page();
  one.say({ type: 'bye', code: 1012, reason: 'The server restarts.', retry_after: 10 });
  await one.drop();
  const seconds = await appears(one);
  equal(seconds >= 12 && seconds <= 12.25, true);
});

test('it counts down to the next try, and is gone with the connection', async () => {
  const one = await page();
  await one.drop();
  await one.clock.advance(20);
  const seconds = Math.ceil((one.connection.retryAt - one.clock.now()) / 1000);
  equal(seconds > 1 && one.shown().includes(`Reconnecting in ${seconds} s`), true);
  await one.clock.advance(1);
  equal(one.shown().includes(`Reconnecting in ${seconds - 1} s`), true);
  one.server.there = true;
  one.connection.hurry();
  await one.come();
  equal([one.connection.state, one.shown()], ['live', '']);
});

test('where the browser knows of no network the bar says so at once, and only while there is no connection', async () => {
  const one = await page();
  one.server.offline = true;
  await one.clock.advance(5);
  equal(one.shown(), '');
  await one.drop();
  equal([await appears(one), one.shown().includes('This device is offline.')], [0, true]);
  one.server.offline = false;
  await one.clock.advance(4);
  equal(one.shown().includes('Reconnecting'), true);
});
