import { Pass } from '/ui/embed/pass.js';
import { Clock, equal, settle, test } from '/units/harness.js';

function refused(code, more = {}) {
  return Object.assign(new Error(`refused: ${code}`), { name: 'Refused', code, retryAfter: null, ...more });
}

/** A server whose secrets are good for `life` seconds, and a site that always brings a token. */
function world(life = 900) {
  const clock = new Clock();
  const log = [];
  const fails = { token: null, exchange: null, ticket: null };
  const take = (what) => {
    log.push(what);
    const error = fails[what];
    fails[what] = null;
    if (error) throw error;
  };
  let count = 0;
  const pass = new Pass({
    token: async () => {
      take('token');
      return `jwt${(count += 1)}`;
    },
    exchange: async (jwt) => {
      take('exchange');
      return { token: `secret of ${jwt}`, user: 'u1', name: 'anna', expires: clock.now() + life * 1000 };
    },
    ticket: async (secret) => {
      take('ticket');
      return { protocols: ['chatd.v1', `ticket for ${secret}`] };
    },
    now: clock.now,
    later: clock.later,
  });
  return { clock, log, fails, pass };
}

test('the first time a token is exchanged and a ticket bought', async () => {
  const { pass, log } = world();
  equal(await pass.session(), { signed_in: true, user: 'u1', name: 'anna' });
  equal(log, ['token', 'exchange', 'ticket']);
  equal(pass.protocols(), ['chatd.v1', 'ticket for secret of jwt1']);
});

test('a ticket is used once', async () => {
  const { pass } = world();
  await pass.session();
  pass.protocols();
  equal(pass.protocols(), []);
});

test('as long as the secret is good only tickets are bought', async () => {
  const { pass, log, clock } = world();
  await pass.session();
  await clock.advance(600);
  await pass.session();
  equal(log, ['token', 'exchange', 'ticket', 'ticket']);
});

test('it is renewed half a minute before it ends, and again', async () => {
  const { pass, log, clock } = world();
  await pass.session();
  await clock.advance(870);
  await settle();
  equal(log, ['token', 'exchange', 'ticket', 'token', 'exchange']);
  await pass.session();
  equal(pass.protocols()[1], 'ticket for secret of jwt2');
  await clock.advance(870);
  await settle();
  equal(log.filter((what) => what === 'exchange').length, 3);
});

test('a short one is renewed in its last quarter', async () => {
  const { pass, log, clock } = world(40);
  await pass.session();
  await clock.advance(29);
  await settle();
  equal(log.length, 3);
  await clock.advance(1);
  await settle();
  equal(log.length, 5);
});

test('one that is about to end is not used any more', async () => {
  const { pass, log, clock, fails } = world();
  await pass.session();
  fails.token = new Error('the page is busy');
  await clock.advance(895);
  await settle();
  await pass.session();
  equal(log, ['token', 'exchange', 'ticket', 'token', 'token', 'exchange', 'ticket']);
});

test('whoever needs a new one while it is fetched waits for that one', async () => {
  const { pass, log } = world();
  const both = await Promise.all([pass.session(), pass.session()]);
  equal(both.map((session) => session.signed_in), [true, true]);
  equal(log, ['token', 'exchange', 'ticket', 'ticket']);
});

test('one that was ended early is renewed', async () => {
  const { pass, log, fails } = world();
  await pass.session();
  fails.ticket = refused('unauthorized');
  equal((await pass.session()).signed_in, true);
  equal(log, ['token', 'exchange', 'ticket', 'ticket', 'token', 'exchange', 'ticket']);
});

test('a token that is refused is the end, with the reason', async () => {
  const { pass, fails } = world();
  fails.exchange = refused('unauthorized');
  equal(await pass.session(), { signed_in: false });
  equal(pass.reason, 'refused: unauthorized');
});

test('a page without a token is the end, with the reason', async () => {
  const { pass, fails } = world();
  fails.token = Object.assign(new Error('Nobody is signed in.'), { name: 'NoToken' });
  equal(await pass.session(), { signed_in: false });
  equal(pass.reason, 'Nobody is signed in.');
});

test('a server that asks for patience, or is away, is tried again', async () => {
  for (const error of [refused('rate-limited', { retryAfter: 5 }), new Error('unreachable')]) {
    const { pass, fails } = world();
    fails.exchange = error;
    equal(await pass.session().catch((caught) => caught), error);
    equal((await pass.session()).signed_in, true);
  }
});

test('over a connection it goes on with a fresh token, and the secret stays', async () => {
  const { pass, log, clock } = world();
  await pass.session();
  await clock.advance(840);
  const asked = [];
  const ask = async (type, fields) => {
    asked.push([type, fields]);
    return { expires: clock.now() + 900_000 };
  };
  await pass.goOn(ask);
  equal(asked, [['renew', { token: 'jwt2' }]]);
  await clock.advance(860);
  await settle();
  equal(log.filter((what) => what === 'exchange').length, 1);
  await pass.session();
  equal(pass.protocols()[1], 'ticket for secret of jwt1');
});

test('where going on fails, the secret is renewed as without a connection', async () => {
  const { pass, log, clock } = world();
  await pass.session();
  await clock.advance(840);
  let failed = '';
  await pass.goOn(() => Promise.reject(refused('forbidden'))).catch((error) => {
    failed = error.code;
  });
  equal(failed, 'forbidden');
  await clock.advance(30);
  await settle();
  equal(log.filter((what) => what === 'exchange').length, 2);
});
