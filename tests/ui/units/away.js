import { Store } from '/ui/state/store.js';
import { setAway } from '/ui/view/away.js';
import { problem, staying } from '/ui/view/dialogs/dialog.js';
import { search } from '/ui/view/dialogs/search.js';
import { equal, settle, test } from '/units/harness.js';

const AWAY = 'No connection. This waits until it is back.';
const SEARCH = 'No connection. The search goes on when it is back.';

/** A promise and what ends it. */
function pending() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

/** A dialog that searches, in a room "tea"; `asked`: what was asked and not answered yet. */
async function searching(text) {
  const store = new Store();
  store.signedIn({ user: 'anna', name: 'anna' });
  store.list([{ room: 'tea', kind: 'public', name: 'Tea', seq: 1, number: 1, members: 1 }], []);
  store.show('tea');
  const asked = [];
  const talk = {
    search: (fields) => {
      const one = { ...pending(), fields };
      asked.push(one);
      return one.promise;
    },
  };
  search(talk, store, () => {});
  // One that was closed goes a moment later.
  const dialog = document.querySelector('dialog:last-of-type');
  const input = dialog.querySelector('input[type=search]');
  const write = async (words) => {
    input.value = words;
    dialog.querySelector('form').requestSubmit();
    await settle();
  };
  await write(text);
  const state = () => dialog.querySelector('[role=status]').textContent;
  return { asked, dialog, state, write, ways: () => dialog.querySelector('.ways') !== null };
}

const lost = () => Object.assign(new Error('lost'), { name: 'Lost' });

test('a search without a connection says so, and goes on with it', async () => {
  const { asked, dialog, state, write, ways } = await searching('');
  equal([state(), ways()], ['', true]);
  await write('milk');
  equal([state(), ways(), asked.length], ['Searching…', false, 1]);
  setAway(true);
  asked[0].reject(lost());
  await settle();
  equal([state(), dialog.querySelector('[role=alert]').textContent], [SEARCH, '']);
  setAway(false);
  await settle();
  equal([asked.length, asked[1].fields.text, state()], [2, 'milk', 'Searching…']);
  const message = { seq: 1, from: 'ben', name: 'ben', text: 'milk', at: 1, room: 'tea' };
  asked[1].resolve({ hits: [{ message }] });
  await settle();
  equal([state(), dialog.querySelectorAll('.hit').length], ['', 1]);
  dialog.close();
});

test('one that begins without a connection says so from the start; one that was given up asks nothing', async () => {
  setAway(true);
  const { asked, dialog, state, write } = await searching('milk');
  equal(state(), SEARCH);
  const { length } = asked;
  asked.at(-1).reject(lost());
  await settle();
  await write('');
  equal(state(), '');
  setAway(false);
  await settle();
  equal(asked.length, length);
  dialog.close();
});

test('a form that waits for the connection says so beside its button', async () => {
  const saved = pending();
  const node = staying(() => saved.promise, (_, say) => say('Saved'), 'Save');
  const said = () => node.querySelector('[role=status]').textContent;
  document.body.append(node);
  node.requestSubmit();
  equal(said(), '');
  setAway(true);
  equal([said(), node.querySelector('button').disabled], [AWAY, true]);
  setAway(false);
  equal(said(), '');
  saved.resolve();
  await settle();
  equal([said(), node.querySelector('button').disabled], ['Saved', false]);
  setAway(true);
  equal(said(), 'Saved');
  setAway(false);
  node.remove();
});

test('so does what has no button, and then it says what went wrong', async () => {
  const { node, attempt } = problem();
  setAway(true);
  const act = pending();
  const done = attempt(() => act.promise);
  equal(node.textContent, AWAY);
  act.reject(new Error('No.'));
  await done;
  equal(node.textContent, 'No.');
  setAway(false);
  equal(node.textContent, 'No.');
});
