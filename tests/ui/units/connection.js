import { Connection } from '/ui/net/connection.js';
import { Clock, equal, settle, test } from '/units/harness.js';

class Socket {
  readyState = 0;
  sent = [];

  send(data) {
    this.sent.push(JSON.parse(data));
  }

  close() {
    this.readyState = 3;
  }

  open(heartbeat = 25) {
    this.readyState = 1;
    this.onopen();
    this.say({ type: 'welcome', heartbeat, limits: {} });
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  drop(code = 1006) {
    this.readyState = 3;
    this.onclose({ code, reason: '' });
  }
}

function desk(session = { signed_in: true }) {
  const clock = new Clock();
  const heard = { states: [], events: [], lost: [], asked: 0 };
  const sockets = [];
  const answer = { session };
  const ports = {
    socket: () => sockets[sockets.push(new Socket()) - 1],
    session: async () => {
      heard.asked += 1;
      if (!answer.session) throw new Error('unreachable');
      return answer.session;
    },
    random: () => 1,
    now: clock.now,
    later: clock.later,
  };
  const connection = new Connection(ports, {
    onState: (state) => heard.states.push(state),
    onEvent: (frame) => heard.events.push(frame.seq),
    onSignal: () => {},
    onLostHistory: (rooms) => {
      heard.lost.push(...rooms);
      for (const room of rooms) made.lost(room);
    },
    onRemoved: () => {},
    onSession: () => {},
  });
  const made = { clock, heard, sockets, answer, connection, lost: () => {} };
  return made;
}

async function live(desk) {
  desk.connection.start();
  await settle();
  desk.sockets.at(-1).open();
  await settle();
}

async function opened(desk) {
  await live(desk);
  desk.connection.ask('open', { room: 'tea' });
  const [socket] = desk.sockets;
  const { id } = socket.sent.at(-1);
  socket.say({ type: 'opened', id, room: { room: 'tea', seq: 4 }, cursor: 'c.4', messages: [] });
  await settle();
}

test('the oracle is asked before each try', async () => {
  const one = desk();
  await live(one);
  equal([one.heard.asked, one.heard.states], [1, ['connecting', 'live']]);
});

test('nobody signed in: no socket is made', async () => {
  const one = desk({ signed_in: false });
  one.connection.start();
  await settle();
  equal([one.sockets.length, one.connection.state], [0, 'signed-out']);
});

test('a server out of reach is tried again with growing patience', async () => {
  const one = desk(null);
  one.connection.start();
  await settle();
  equal([one.connection.state, one.connection.retryAt], ['waiting', 500]);
  await one.clock.advance(0.5);
  equal(one.connection.retryAt, 1500);
});

test('a refused handshake asks the oracle again: the session may have ended', async () => {
  const one = desk();
  one.connection.start();
  await settle();
  one.answer.session = { signed_in: false };
  one.sockets[0].drop();
  await settle();
  equal([one.heard.asked, one.connection.state], [2, 'signed-out']);
});

test('after a loss it resumes from its cursor and hears what it missed, once', async () => {
  const one = desk();
  await opened(one);
  one.sockets[0].drop();
  await settle();
  await one.clock.advance(0.5);
  one.sockets[1].open();
  const asked = one.sockets[1].sent[0];
  equal([asked.type, asked.cursor, asked.rooms], ['resume', 'c.4', ['tea']]);
  const events = [4, 5, 6].map((seq) => ({ room: 'tea', seq, cursor: `c.${seq}` }));
  one.sockets[1].say({ type: 'resumed', id: asked.id, resumed: true, cursor: 'c.6', events });
  await settle();
  equal([one.heard.events, one.connection.state], [[5, 6], 'live']);
});

test('what is kept while away goes out only after the resume', async () => {
  const one = desk();
  await opened(one);
  one.sockets[0].drop();
  one.connection.keep('send', { key: 'k', room: 'tea', text: 'hi' });
  await one.clock.advance(0.5);
  one.sockets[1].open();
  equal(one.sockets[1].sent.map(({ type }) => type), ['resume']);
  const { id } = one.sockets[1].sent[0];
  one.sockets[1].say({ type: 'resumed', id, resumed: true, cursor: 'c.4' });
  await settle();
  equal(one.sockets[1].sent.map(({ type }) => type), ['resume', 'send']);
});

/** The reply to the resume that was asked for last. */
async function resumes(socket, more) {
  const { type, id } = socket.sent.at(-1);
  equal(type, 'resume');
  socket.say({ type: 'resumed', id, resumed: true, ...more });
  await settle();
}

const said = (seq) => ({ type: 'message', room: 'tea', seq, cursor: `c.${seq}` });
const resumed = ({ sent }) => sent.filter(({ type }) => type === 'resume').length;

test('a hole and a heartbeat that disagrees each lead to a resume, after which the heads agree', async () => {
  const one = desk();
  await opened(one);
  const [socket] = one.sockets;
  socket.say(said(6));
  await resumes(socket, { cursor: 'c.6', events: [said(5), said(6)], rooms: [{ room: 'tea', seq: 6 }] });
  socket.say({ type: 'heartbeat', heads: 6 });
  equal(resumed(socket), 1);
  socket.say({ type: 'heartbeat', heads: 7 });
  await resumes(socket, { cursor: 'c.7', events: [said(7)], rooms: [{ room: 'tea', seq: 7 }] });
  socket.say({ type: 'heartbeat', heads: 7 });
  equal([resumed(socket), one.heard.events, one.heard.lost], [2, [5, 6, 7], []]);
});

test('whoever was out of a room for a while hears on after both stays', async () => {
  const one = desk();
  await opened(one);
  one.sockets[0].drop();
  await one.clock.advance(0.5);
  const [, socket] = one.sockets;
  socket.open();
  await resumes(socket, { cursor: 'c.9', events: [said(5), said(9)], rooms: [{ room: 'tea', seq: 9 }] });
  socket.say(said(10));
  socket.say({ type: 'heartbeat', heads: 10 });
  await settle();
  equal([resumed(socket), one.heard.events, one.heard.lost], [1, [5, 9, 10], []]);
});

test('a resume that does not bring all there is tells so, and the heads agree all the same', async () => {
  const one = desk();
  await opened(one);
  const [socket] = one.sockets;
  socket.say({ type: 'heartbeat', heads: 6 });
  await resumes(socket, { cursor: 'c.6', rooms: [{ room: 'tea', seq: 6 }] });
  equal(one.heard.lost, ['tea']);
  socket.say({ type: 'heartbeat', heads: 6 });
  socket.say(said(7));
  equal([resumed(socket), one.heard.events], [1, [7]]);
});

test('what is closed while it resumes is closed at the server as well', async () => {
  const one = desk();
  await opened(one);
  one.sockets[0].drop();
  await one.clock.advance(0.5);
  const [, socket] = one.sockets;
  socket.open();
  one.lost = (room) => one.connection.close(room).catch(() => {});
  await resumes(socket, { resumed: false, cursor: 'd.1', rooms: [{ room: 'tea', seq: 1 }] });
  equal([one.heard.lost, socket.sent.at(-1).type, one.connection.book.heads.size], [['tea'], 'close', 0]);
});

test('silence beyond heartbeat and ten seconds is a loss', async () => {
  const one = desk();
  await live(one);
  await one.clock.advance(34.9);
  equal(one.connection.state, 'live');
  await one.clock.advance(0.2);
  equal(one.connection.state, 'waiting');
});

test('a server that says when it is back is given the time', async () => {
  const one = desk();
  await live(one);
  one.sockets[0].say({ type: 'bye', code: 1012, reason: 'restart', retry_after: 10 });
  one.sockets[0].drop(1012);
  await settle();
  equal([one.connection.retryAt, one.connection.expectedBack], [20000, 12000]);
});

test('stay away means stay away; a session that ended means sign in', async () => {
  for (const [code, state] of [[4503, 'refused'], [4501, 'signed-out']]) {
    const one = desk();
    await live(one);
    one.sockets[0].drop(code);
    await one.clock.advance(60);
    equal([one.connection.state, one.sockets.length], [state, 1]);
  }
});

test('what hangs on a way that is gone begins anew when the network is back', async () => {
  const one = desk();
  one.connection.start();
  await settle();
  await one.clock.advance(2);
  one.connection.hurry();
  await settle();
  equal(one.sockets.length, 1);
  one.connection.hurry(true);
  await settle();
  equal(one.sockets.length, 2);
  await one.clock.advance(4);
  one.connection.hurry();
  await settle();
  one.sockets[2].open();
  await settle();
  equal([one.sockets.length, one.connection.state], [3, 'live']);
});

test('what seems to be live shows that it is when somebody comes back to it', async () => {
  const one = desk();
  await opened(one);
  await one.clock.advance(20);
  one.connection.hurry();
  equal(one.sockets[0].sent.at(-1).type, 'resume');
  await one.clock.advance(10);
  equal(one.connection.state, 'waiting');
});

test('where the browser says that there is no network, what does not answer at once is gone', async () => {
  const one = desk();
  await opened(one);
  const [socket] = one.sockets;
  one.connection.doubt();
  const { id, type } = socket.sent.at(-1);
  equal(type, 'rooms');
  socket.say({ type: 'rooms', id, rooms: [] });
  await one.clock.advance(5);
  equal(one.connection.state, 'live');
  const sent = one.connection.keep('send', { key: 'k', room: 'tea', text: 'a' });
  one.connection.doubt();
  await one.clock.advance(0.9);
  equal(one.connection.state, 'live');
  await one.clock.advance(0.2);
  equal([one.connection.state, one.connection.unsent], ['waiting', 1]);
  await one.clock.advance(0.5);
  one.sockets[1].open();
  await resumes(one.sockets[1], { cursor: 'c.4', rooms: [{ room: 'tea', seq: 4 }] });
  one.sockets[1].say({ type: 'done', id: one.sockets[1].sent.at(-1).id, seq: 5 });
  equal((await sent).seq, 5);
});

test('a command that nothing answers is a way that is gone', async () => {
  const one = desk();
  await opened(one);
  one.connection.keep('send', { key: 'k', room: 'tea', text: 'a' });
  await one.clock.advance(6);
  one.connection.tell('typing', { room: 'tea' });
  await one.clock.advance(3.9);
  equal(one.connection.state, 'live');
  await one.clock.advance(0.2);
  equal(one.connection.state, 'waiting');
});

test('an oracle that does not answer holds nobody back, and is heard when it does', async () => {
  const one = desk();
  let answer;
  one.answer.session = new Promise((resolve) => (answer = resolve));
  one.connection.start();
  await one.clock.advance(1.9);
  equal(one.sockets.length, 0);
  await one.clock.advance(0.2);
  equal([one.sockets.length, one.connection.state], [1, 'connecting']);
  answer({ signed_in: false });
  await settle();
  equal(one.connection.state, 'signed-out');
});

test('what is asked before the first connection stands waits for it, and for no later one', async () => {
  const one = desk();
  one.connection.start();
  const early = one.connection.ask('public_rooms', {});
  await settle();
  one.sockets[0].open();
  await settle();
  const { id } = one.sockets[0].sent.find(({ type }) => type === 'public_rooms');
  one.sockets[0].say({ type: 'rooms', id, rooms: [] });
  equal((await early).rooms, []);
  one.sockets[0].drop();
  await settle();
  equal(await one.connection.ask('public_rooms', {}).catch(({ name }) => name), 'Lost');
});

test('what is asked before a first connection that does not come fails', async () => {
  const one = desk(null);
  one.connection.start();
  const early = one.connection.ask('public_rooms', {}).catch(({ name }) => name);
  await settle();
  equal(await early, 'Lost');
});
