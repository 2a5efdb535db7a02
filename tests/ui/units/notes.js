import { together } from '/ui/view/notes.js';
import { equal, test } from '/units/harness.js';

const came = (user_name, change = 'joined') => ({ type: 'membership', change, user_name });
const brief = (notes) => notes.map((note) => (note.names ?? [note.user_name ?? note.type]).join(' ') + (note.change ? ` ${note.change}` : ''));

test('who joins one after the other is one line', () => {
  equal(brief(together([came('anna'), came('ben'), came('carl')])), ['anna ben carl joined']);
});

test('what is of another kind stands by itself', () => {
  const notes = [came('anna'), came('ben', 'left'), { type: 'pinned' }, came('carl'), came('dora')];
  equal(brief(together(notes)), ['anna joined', 'ben left', 'pinned', 'carl dora joined']);
});

test('new roles are told one by one', () => {
  equal(together([came('anna', 'role'), came('ben', 'role')]).length, 2);
});

test('the notes themselves stay as they were', () => {
  const notes = [came('anna'), came('ben')];
  together(notes);
  equal(notes, [came('anna'), came('ben')]);
});
