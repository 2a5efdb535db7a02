import { Drafts } from '/ui/state/drafts.js';
import { Store } from '/ui/state/store.js';
import { Clock, equal, settle, test } from '/units/harness.js';

function memory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
    kept,
  };
}

/** Drafts of a page; `server` are the drafts there, `asked` what it was told. */
function page(server = [], storage = memory()) {
  const clock = new Clock();
  const store = new Store();
  store.signedIn({ user: 'a', name: 'anna' });
  store.list(['tea', 'jam'].map((room) => ({ room, kind: 'public', name: room, seq: 1, number: 0, members: 1 })), []);
  const made = { clock, store, storage, asked: [], fail: null, tea: store.rooms.get('tea'), told: [] };
  store.watch((what, room) => what === 'draft' && made.told.push(room));
  const ask = async (type, fields) => {
    if (made.fail) throw made.fail;
    if (type === 'drafts') return { drafts: server, more: false };
    made.asked.push(fields);
    return {};
  };
  made.drafts = new Drafts(storage, store, { ask, later: clock.later, now: clock.now, device: 'here' });
  made.write = (text, replyTo = null) => {
    made.tea.draft = text;
    made.tea.replyTo = replyTo;
    made.drafts.save(made.tea);
  };
  return made;
}

test('what one writes is told a second later, the last of it', async () => {
  const one = page();
  one.write('h');
  one.write('hi', 7);
  equal(one.asked, []);
  await one.clock.advance(1);
  equal(one.asked, [{ room: 'tea', text: 'hi', reply_to: 7, device: 'here' }]);
  await one.clock.advance(5);
  equal(one.asked.length, 1);
});

test('it survives a reload', () => {
  const one = page();
  one.write('half', 3);
  const two = page([], one.storage);
  two.drafts.load();
  equal([two.tea.draft, two.tea.replyTo], ['half', 3]);
});

test('what was written elsewhere comes, and one’s own word of it does not come back', () => {
  const one = page();
  one.drafts.signal({ type: 'draft', room: 'tea', text: 'from the phone', at: 5, device: 'phone' });
  equal([one.tea.draft, one.told], ['from the phone', ['tea']]);
  one.drafts.signal({ type: 'draft', room: 'tea', text: 'mine', at: 6, device: 'here' });
  equal(one.tea.draft, 'from the phone');
});

test('a draft that was said or emptied elsewhere is gone here: its text is left out on the way', () => {
  const one = page();
  one.drafts.signal({ type: 'draft', room: 'tea', text: 'from the phone', at: 5, device: 'phone' });
  one.drafts.signal({ type: 'draft', room: 'tea', at: 6, device: 'phone' });
  equal([one.tea.draft, one.storage.kept.size], ['', 0]);
});

test('what is under somebody’s hands stays, and is told with the next letter', async () => {
  const one = page();
  one.write('I am wri');
  await one.clock.advance(1);
  one.drafts.busy = () => true;
  one.drafts.signal({ type: 'draft', room: 'tea', text: 'other', at: 9e9, device: 'phone' });
  equal(one.tea.draft, 'I am wri');
  one.write('I am writ');
  await one.clock.advance(1);
  equal(one.asked.at(-1).text, 'I am writ');
});

test('without a connection it waits, and the newest wins when that is back', async () => {
  const one = page([{ room: 'tea', text: 'older', at: 500 }]);
  one.clock.ms = 1000;
  one.fail = Object.assign(new Error('gone'), { name: 'Lost' });
  one.write('newer');
  await one.clock.advance(1);
  one.fail = null;
  await one.drafts.sync();
  await one.clock.advance(1);
  equal([one.tea.draft, one.asked.at(-1)?.text], ['newer', 'newer']);

  const two = page([{ room: 'tea', text: 'newer', at: 5000 }]);
  two.write('older');
  await two.drafts.sync();
  await two.clock.advance(2);
  equal([two.tea.draft, two.asked], ['newer', []]);
});

test('what was told once and is not there any more was said elsewhere', async () => {
  const one = page();
  one.write('half');
  await one.clock.advance(1);
  await one.drafts.sync();
  equal([one.tea.draft, one.told], ['', ['tea']]);
});

test('signing out forgets all of it, and tells nothing more', async () => {
  const one = page();
  one.write('half');
  one.drafts.forget();
  await one.clock.advance(2);
  equal([one.asked, one.storage.kept.size], [[], 0]);
});

test('a page that goes tells at once', async () => {
  const one = page();
  one.write('half');
  one.drafts.flush();
  await settle();
  equal(one.asked.map(({ text }) => text), ['half']);
  await one.clock.advance(2);
  equal(one.asked.length, 1);
});
