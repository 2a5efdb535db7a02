// Rows with the names that people see: those of now, whatever somebody was called when they spoke.

/** `store`: people, names and titles; `room`: the one whose rows these are. */
export function called(row, store, room) {
  const { people, names } = store;
  const nameOf = ({ from, name }) => people.display(from, name);
  if (row.kind === 'start') return { ...row, called: store.titleOf(room) };
  if (row.kind === 'note') {
    const notes = row.notes.map((note) => ({ ...note, name: nameOf(note), user_name: people.display(note.user, note.user_name) }));
    return { ...row, notes };
  }
  if (row.kind !== 'message') return row;
  const { message, quote, here } = row;
  return {
    ...row,
    called: nameOf(message),
    quoteCalled: quote && nameOf(quote),
    viaCalled: message.forwarded && people.display(message.forwarded.user, message.forwarded.name),
    hereCalled: here.map(({ user }) => people.display(user, names.get(user))),
  };
}
