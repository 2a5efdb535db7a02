import { Room } from '/ui/state/room.js';
import { row, signature } from '/ui/view/message.js';
import { equal, test } from '/units/harness.js';

function room(more = {}) {
  return new Room({ room: 'tea', kind: 'public', name: 'Tea', seq: 1, number: 1, members: 2, role: 'member', ...more });
}

const shown = (more) => ({
  ...{ kind: 'message', first: true, own: true, state: 'failed', seenBy: 0, here: [], reactions: [] },
  message: { from: 'anna', name: 'anna', text: 'a', at: 1, failed: 'No.', pending: 'k', ...more },
});

function buttons(failed, where) {
  const node = row(shown(failed), where, { me: 'anna', name: () => '' });
  equal(node.querySelectorAll('.end .progress').length, 0);
  return [...node.querySelectorAll('.failure button')].map((one) => one.textContent);
}

test('what can be done about a message that was not sent is offered, and nothing else', () => {
  equal(buttons({}, room()), ['Retry', 'Edit', 'Discard']);
  equal(buttons({ final: true }, room()), ['Edit', 'Discard']);
  equal(buttons({ final: true }, room({ archived: true })), ['Discard']);
});

test('it is offered anew where that changes', () => {
  const [open, archived] = [room(), room({ archived: true })];
  const all = [signature(shown({}), open), signature(shown({ final: true }), open), signature(shown({}), archived)];
  equal(new Set(all).size, 3);
});
