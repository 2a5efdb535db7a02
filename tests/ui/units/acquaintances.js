import { acquaintances, fitting } from '/ui/state/acquaintances.js';
import { Store } from '/ui/state/store.js';
import { equal, test } from '/units/harness.js';

const room = (fields) => ({ kind: 'public', name: '', role: 'member', seq: 1, number: 0, members: 2, ...fields });

function store() {
  const made = new Store();
  made.signedIn({ user: 'u0', name: 'anna' });
  made.list([room({ room: 'tea', name: 'Tea' }), room({ room: 'd', kind: 'direct', name: 'ben', other: 'u1' })], []);
  made.members('tea', [
    { user: 'u0', name: 'anna', role: 'member' }, { user: 'u2', name: 'carla', display: 'Carla Meyer-Lindenberg', role: 'member' },
  ]);
  made.names.set('u3', 'dora');
  made.show('tea');
  return made;
}
const names = (people) => people.map(({ name }) => name);

test('those one talks with come first, then the room in view, then whoever was heard of; never oneself', () => {
  equal(names(acquaintances(store())), ['ben', 'carla', 'dora']);
});

test('those who are blocked, gone, or not wanted are left out', () => {
  const one = store();
  one.block('u1', true);
  one.learnPeople([{ user: 'u3', name: 'dora', deleted: true }], { whole: true });
  equal(names(acquaintances(one)), ['carla']);
  equal(names(acquaintances(one, ['u2'])), []);
});

test('any word of a name fits, and the beginning of one before what is within', () => {
  const people = acquaintances(store());
  equal(names(fitting(people, 'meyer')), ['carla']);
  equal(names(fitting(people, 'Lind')), ['carla']);
  equal(names(fitting(people, '@be')), ['ben', 'carla']);
  equal(names(fitting(people, 'nobody')), []);
  equal(names(fitting(people, '')), ['ben', 'carla', 'dora']);
});
