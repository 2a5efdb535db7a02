import { World } from '/units/fakes/browser.js';
import { equal, test } from '/units/harness.js';

const types = (took) => took.map(({ type }) => type);
const numbers = (room, from, to) => Array.from({ length: to - from + 1 }, (_, at) => `${room} ${from + at}`);
const live = (tabs) => tabs.map(({ connection }) => connection.state);

test('five tabs are one connection, and every tab hears what it opened, once and in order', async () => {
  const world = new World();
  const tabs = await world.several(5);
  equal([live(tabs), world.server.made], [Array(5).fill('live'), 1]);
  for (const tab of tabs) await tab.open('tea');
  for (let said = 0; said < 3; said += 1) world.server.event('tea');
  await world.run();
  for (const { heard } of tabs) equal(heard, numbers('tea', 1, 3));
});

test('an answer goes to the tab that asked, and nobody else', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  const asked = [first.send('tea', 'a'), second.send('tea', 'b')];
  await world.run();
  equal((await Promise.all(asked)).map(({ seq }) => seq), [1, 2]);
  equal([first.signals.length, second.signals.length], [0, 0]);
});

test('when the hub dies another tab has the connection at once, and nothing is lost or doubled', async () => {
  const world = new World();
  const tabs = await world.several(3);
  for (const tab of tabs) await tab.open('tea');
  world.server.event('tea');
  await world.run();
  tabs[0].die();
  world.server.event('tea');
  await world.run();
  equal([live(tabs.slice(1)), world.server.made, world.clock.ms], [['live', 'live'], 2, 0]);
  world.server.event('tea');
  await world.run();
  for (const tab of tabs.slice(1)) equal(tab.heard, numbers('tea', 1, 3));
  equal(tabs[1].states, ['connecting', 'live', 'connecting', 'live']);
});

test('whenever the hub dies in the midst of a command, it has its effect once and is answered', async () => {
  let steps = 0;
  for (let died = false; !died; steps += 1) {
    const world = new World();
    const tabs = await world.several(3);
    for (const tab of tabs) await tab.open('tea');
    const sent = tabs[1].send('tea', 'once');
    let settled = false;
    sent.then(() => {
      settled = true;
    });
    for (let taken = 0; taken < steps && world.queue.length; taken += 1) await world.step();
    died = world.queue.length === 0;
    tabs[0].die();
    await world.run();
    equal([steps, settled, world.server.head('tea')], [steps, true, 1]);
    tabs[2].send('tea', 'then');
    await world.run();
    for (const tab of tabs.slice(1)) equal([steps, tab.heard], [steps, numbers('tea', 1, 2)]);
  }
  equal(steps > 5, true);
});

test('hub after hub dies while everybody talks', async () => {
  const world = new World();
  const tabs = await world.several(6);
  for (const tab of tabs) await tab.open('tea');
  let stored = 0;
  for (let round = 0; round < 5; round += 1) {
    for (const tab of tabs.slice(round + 1)) tab.send('tea', `${tab.name} ${round}`).then(() => (stored += tab === tabs[5]));
    for (let taken = 0; taken < 7 * round; taken += 1) if (world.queue.length) await world.step();
    tabs[round].die();
  }
  await world.run();
  const texts = world.server.log.map(({ text }) => text);
  equal([stored, texts.length], [5, new Set(texts).size]);
  equal(tabs[5].heard, numbers('tea', 1, texts.length));
  equal(texts.filter((text) => text.startsWith('t5')), [0, 1, 2, 3, 4].map((round) => `t5 ${round}`));
});

test('a room is closed on the connection when no tab has it open any more', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  await second.open('tea');
  const closing = first.connection.close('tea');
  await world.run();
  equal([(await closing).type, types(world.server.took)], ['done', ['open', 'open']]);
  world.server.event('tea');
  await world.run();
  equal([first.heard, second.heard], [[], ['tea 1']]);
  second.connection.close('tea');
  await world.run();
  equal(types(world.server.took), ['open', 'open', 'close']);
});

test('a tab that is gone is forgotten with its rooms', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  await second.open('cake');
  second.die();
  await world.run();
  equal(world.server.took.at(-1), { type: 'close', room: 'cake', id: 3 });
  equal(first.words.at(-1), { word: 'gone', user: 'anna', tab: 't1' });
  world.server.event('tea');
  await world.run();
  world.server.heartbeat();
  await world.run();
  equal([first.heard, types(world.server.took)], [['tea 1'], ['open', 'open', 'close']]);
});

test('what is said in a room that only other tabs have open is told as the server tells it', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  world.server.event('tea', 'ben', { mentions: ['anna'] });
  world.server.event('tea', 'anna');
  world.server.event('tea', 'ben');
  await world.run();
  await world.advance(1);
  equal(second.signals, [
    { type: 'mentioned', room: 'tea', seq: 1, number: 1, from: 'ben' },
    { type: 'activity', room: 'tea', seq: 1, number: 1 },
    { type: 'activity', room: 'tea', seq: 3, number: 3 },
    { type: 'marked', room: 'tea', delivered: 2, read: 2 },
  ]);
  equal(first.signals, []);
});

test('a heartbeat tells each tab the heads of its own rooms, and nobody resumes for those of others', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  await second.open('cake');
  for (const room of ['tea', 'cake', 'tea']) world.server.event(room);
  await world.run();
  world.server.heartbeat();
  await world.run();
  equal(types(world.server.took), ['open', 'open']);
  // And everybody knows the latest cursor.
  equal([first.connection.book.cursor, second.connection.book.cursor], ['c.3', 'c.3']);
});

test('where one tab resumes, the rooms of the others stay open and they get what it got', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  await second.open('cake');
  // Nobody is told of these: as when a page of the store was read at that moment.
  const [wire] = world.server.wires;
  for (let said = 0; said < 3; said += 1) {
    world.server.event('tea', 'ben', {}, new Set([wire]));
    world.server.event('cake', 'ben', {}, new Set([wire]));
  }
  world.server.heartbeat();
  await world.run();
  equal([first.heard, second.heard], [numbers('tea', 1, 3), numbers('cake', 1, 3)]);
  equal([...wire.rooms].sort(), ['cake', 'tea']);
  world.server.event('tea');
  world.server.event('cake');
  world.server.heartbeat();
  const before = world.server.took.length;
  await world.run();
  equal([first.heard.at(-1), second.heard.at(-1), world.server.took.length], ['tea 4', 'cake 4', before]);
});

test('what the page of one tab swallowed, the others ask for', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  const [wire] = world.server.wires;
  world.server.event('tea', 'ben', {}, new Set([wire]));
  await second.open('tea');
  equal([first.heard, second.connection.book.heads.get('tea')], [['tea 1'], 1]);
});

/** Events that nobody is told of, as when a page of the store was read at that moment. */
function swallowed(world, room, count) {
  for (let said = 0; said < count; said += 1) world.server.event(room, 'ben', {}, new Set(world.server.wires));
}

test('what one tab resumed is handed to the others that missed it too', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  await second.open('cake');
  swallowed(world, 'cake', 1);
  swallowed(world, 'tea', 1);
  world.server.event('tea');
  await world.run();
  equal([first.heard, second.heard], [numbers('tea', 1, 2), ['cake 1']]);
  equal(types(world.server.took), ['open', 'open', 'resume', 'resume']);
});

test('what one tab need not resume, and another one missed, that one asks for itself', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  await second.open('cake');
  swallowed(world, 'cake', 1);
  // Its cursor is behind the missing one from here on.
  await first.open('jam');
  swallowed(world, 'tea', 1);
  world.server.event('tea');
  await world.run();
  equal([first.heard, second.heard], [numbers('tea', 1, 2), ['cake 1']]);
});

test('whoever resumes page by page and dies leaves the others live', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  await first.open('tea');
  await second.open('cake');
  swallowed(world, 'cake', 6);
  world.server.event('cake');
  while (types(world.server.took).filter((type) => type === 'resume').length < 2) await world.step();
  second.die();
  await world.run();
  world.server.event('tea');
  await world.run();
  equal(first.heard, ['tea 1']);
});

test('one is away when all tabs are', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  const say = async (tab, state) => {
    const asked = tab.connection.ask('presence', { state });
    await world.run();
    return (await asked).type;
  };
  equal(await say(first, 'away'), 'done');
  equal(world.server.took, []);
  await say(second, 'away');
  await say(first, 'online');
  await say(second, 'online');
  equal(world.server.took.map(({ state }) => state), ['away', 'online']);
  await say(first, 'away');
  second.die();
  await world.run();
  equal(world.server.took.at(-1).state, 'away');
  world.tab().start();
  await world.run();
  equal(world.server.took.at(-1).state, 'online');
});

test('that an event was delivered is told once; that one read it, to the other tabs too', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  for (const tab of [first, second]) {
    tab.connection.tell('mark', { room: 'tea', delivered: 4 });
    await world.run();
  }
  equal(world.server.took.length, 1);
  first.connection.tell('mark', { room: 'tea', delivered: 4, read: 4 });
  await world.run();
  equal([world.server.took.length, first.signals], [2, []]);
  equal(second.signals, [{ type: 'marked', room: 'tea', delivered: 4, read: 4 }]);
});

test('the end of the connection is the end in every tab, with its code; one that is back is back in all', async () => {
  const world = new World();
  const tabs = await world.several(3);
  const [wire] = world.server.wires;
  world.server.up = false;
  world.server.end(wire, 1012, 'restart');
  await world.run();
  equal(live(tabs), ['waiting', 'waiting', 'waiting']);
  await world.advance(8);
  world.server.up = true;
  await world.advance(20);
  equal(live(tabs), ['live', 'live', 'live']);
  equal(world.server.wires.size, 1);
  world.server.end([...world.server.wires][0], 4501, 'over');
  await world.run();
  equal(live(tabs), ['signed-out', 'signed-out', 'signed-out']);
});

test('a connection that is silent for too long is made anew, for all', async () => {
  const world = new World();
  const tabs = await world.several(2);
  const [old] = world.server.wires;
  old.say = () => {};
  await world.advance(40);
  equal([live(tabs), world.server.wires.size, world.server.wires.has(old)], [['live', 'live'], 1, false]);
});

test('where there is doubt, a connection that does not answer at once is made anew, for all', async () => {
  const world = new World();
  const tabs = await world.several(2);
  const [old] = world.server.wires;
  for (const tab of tabs) tab.tabs.doubt();
  await world.advance(5);
  equal([world.server.made, types(world.server.took), tabs.map(({ signals }) => signals.length)], [1, ['rooms'], [0, 0]]);
  old.say = () => {};
  for (const tab of tabs) tab.tabs.doubt();
  await world.advance(2);
  equal([live(tabs), world.server.wires.size, world.server.wires.has(old)], [['live', 'live'], 1, false]);
});

test('a tab whose hub stands still is on its own after two seconds, and comes back when that goes on', async () => {
  const world = new World();
  const [first] = await world.several(1);
  first.sleep();
  const late = world.tab();
  late.start();
  await world.run();
  equal(late.connection.state, 'connecting');
  await world.advance(2);
  equal([late.connection.state, world.server.wires.size], ['live', 2]);
  await late.open('tea');
  world.server.event('tea');
  await world.run();
  first.wake();
  await world.advance(31);
  world.server.event('tea');
  await world.run();
  equal([late.connection.state, late.heard], ['live', numbers('tea', 1, 2)]);
  equal(world.server.wires.size, 1);
});

test('what one says to a hub that stands still goes out on a connection of its own', async () => {
  const world = new World();
  const [first, second] = await world.several(2);
  first.sleep();
  const sent = second.send('tea', 'a');
  await world.run();
  await world.advance(2.5);
  equal([(await sent).seq, world.server.head('tea')], [1, 1]);
  first.wake();
  await world.advance(1);
  equal(world.server.head('tea'), 1);
});

test('more rooms than fit on one connection: the tab that opens them has one of its own', async () => {
  const world = new World();
  world.server.limits = { rooms_open: 2 };
  const [first, second] = await world.several(2);
  await first.open('tea');
  await first.open('cake');
  await second.open('jam').catch(() => {});
  await world.run();
  equal([second.connection.state, world.server.wires.size], ['live', 2]);
  await second.open('jam');
  world.server.event('jam');
  world.server.event('tea');
  await world.run();
  equal([first.heard, second.heard], [['tea 1'], ['jam 1']]);
  await world.advance(40);
  equal(world.server.wires.size, 2);
});

test('people who share a browser share no connection, and hear that there is another', async () => {
  const world = new World();
  const anna = world.tab();
  anna.start();
  await world.run();
  const ben = world.tab({ user: 'ben' });
  ben.start();
  await world.run();
  equal([world.server.wires.size, anna.words.map(({ word, user }) => [word, user])], [2, [['here', 'ben']]]);
  await anna.open('tea');
  world.server.event('tea');
  await world.run();
  equal([anna.heard, ben.heard, ben.signals], [['tea 1'], [], []]);
});

test('a connection that turns out to be somebody else’s is not used', async () => {
  const world = new World();
  world.server.welcomes = 'ben';
  const [first] = await world.several(1);
  equal(first.states, ['connecting', 'waiting']);
});

test('without locks every tab has its own connection', async () => {
  const world = new World();
  for (let made = 0; made < 2; made += 1) world.tab({ locks: false }).start();
  await world.run();
  equal([live(world.tabs), world.server.wires.size], [['live', 'live'], 2]);
  equal(world.tabs.map(({ tabs }) => tabs.leads), [true, true]);
});
