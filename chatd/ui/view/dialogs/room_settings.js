// A room's settings: what it is, who writes in it, who is invited.

import { append, bdi, fill, h, icon } from '../dom.js';
import { ago, end } from '../format.js';
import { avatar } from '../parts.js';
import { choosing } from '../picture.js';
import { input, problem, sectioned, select, staying, toggle } from './dialog.js';
import { invitations } from './room_invitations.js';
import { sure } from './sure.js';

const SLOW = [['0', 'Off'], ['10', '10 seconds'], ['60', '1 minute'], ['300', '5 minutes'], ['3600', '1 hour']];

/** `upload(blob)` brings a picture here, null where none can be brought. */
export function roomSettings({ chat, upload }, room) {
  const moderates = room.role === 'owner' || room.role === 'moderator';
  const owns = room.role === 'owner';
  const sections = [
    { label: 'About', show: (place) => append(place, about(chat, room, upload, moderates)) },
    { label: 'Writing', show: (place) => append(place, writing(chat, room, moderates, owns)) },
    moderates && { label: 'Invitations', show: (place) => invitations(chat, room, place) },
    moderates && { label: 'Banned people', show: (place) => banned(chat, room, place) },
  ];
  return sectioned(`Settings of ${room.name}`, sections.filter(Boolean));
}

function why(text) {
  return h('p', { class: 'why' }, icon('lock'), text);
}

function about(chat, room, upload, may) {
  const { node: wrong, attempt } = problem();
  const name = input('Name', { required: true, maxlength: '64', value: room.name, disabled: !may });
  const topic = input('Topic', { tag: 'textarea', rows: '3', maxlength: '500', value: room.topic, disabled: !may });
  const slug =
    room.kind === 'public' &&
    input(
      'Short name',
      { maxlength: '64', value: room.slug ?? '', disabled: !may, autocapitalize: 'none', spellcheck: 'false' },
      'What programs and people call it, as in #tea.',
    );
  const act = () => {
    const fields = {};
    if (name.node.value.trim() !== room.name) fields.name = name.node.value.trim();
    if (topic.node.value.trim() !== room.topic) fields.topic = topic.node.value.trim();
    const short = slug && slug.node.value.trim().replace(/^#/u, '');
    if (slug && short !== (room.slug ?? '')) fields.slug = short;
    return Object.keys(fields).length ? chat.rooms.change(room.id, fields) : null;
  };
  const picture =
    upload &&
    choosing({
      picture: room.avatar,
      under: () => h('span', { class: 'sign' }, icon(room.kind === 'public' ? 'hash' : 'lock')),
      label: 'Picture of the room',
      upload,
      choose: (avatar) => chat.rooms.change(room.id, { avatar }),
      attempt,
      disabled: !may,
    });
  const fields = [name.parts, slug && slug.parts, topic.parts];
  return [
    !may && why('Moderators and owners of this room change these.'),
    picture,
    wrong,
    may ? staying(act, (_, say) => say('Saved'), 'Save', fields) : h('div', {}, fields),
  ];
}

function writing(chat, room, moderates, owns) {
  const { node: wrong, attempt } = problem();
  const change = (fields) => attempt(() => chat.rooms.change(room.id, fields));
  const news = toggle('Announcements', 'Everybody reads; only moderators and owners write.', {
    checked: room.posting !== 'member',
    disabled: !owns,
    onchange: () => change({ posting: news.node.checked ? 'moderator' : 'member' }),
  });
  const options = SLOW.some(([value]) => Number(value) === room.slow)
    ? SLOW
    : [...SLOW, [String(room.slow), `${room.slow} seconds`]];
  const slow = select(
    'Slow mode',
    options,
    String(room.slow),
    { disabled: !moderates, onchange: () => change({ slow: Number(slow.node.value) }) },
    'How long a member waits between two messages. Moderators and owners do not wait.',
  );
  const archive = h('button', { type: 'button', disabled: !owns, class: room.archived ? null : 'danger' });
  const draw = () => {
    archive.textContent = room.archived ? 'Open it again' : 'Archive this room';
    archive.className = room.archived ? '' : 'danger';
  };
  archive.addEventListener('click', async () => {
    const to = !room.archived;
    const question = `Archive ${room.name}?`;
    if (to && !(await sure(question, 'It can be read and searched, and nobody writes in it until you open it again.', 'Archive'))) return;
    await change({ archived: to });
    room.archived = wrong.textContent ? room.archived : to;
    draw();
  });
  draw();
  return [
    !owns && why(moderates ? 'Announcements and the archive are for owners.' : 'Moderators and owners of this room change these.'),
    news.parts,
    slow.parts,
    h('h4', {}, 'Archive'),
    h('p', { class: 'hint' }, 'An archived room can be read, and nobody writes in it.'),
    h('div', { class: 'row-of' }, archive),
    wrong,
  ];
}

/** Fills `place` with those who are kept out, each of whom may be let in again. */
async function banned(chat, room, place) {
  const { node: wrong, attempt } = problem();
  const list = h('ul', { class: 'lines' }, h('li', { class: 'nothing' }, 'Loading…'));
  const more = h('div', { class: 'actions' });
  append(fill(place), [h('p', { class: 'lead' }, 'Ban somebody from their line in the list of people.'), list, more, wrong]);
  const free = async (person) => {
    await attempt(() => chat.rooms.unban(room.id, person.user));
    if (!wrong.textContent) banned(chat, room, place);
  };
  const line = (person) => {
    const until = person.until ? `until ${end(person.until)}` : 'for good';
    return h(
      'li',
      {},
      avatar(person.user, person.name),
      h('span', { class: 'about' }, bdi(person.name, 'name'), h('small', {}, `${until}, by `, bdi(person.by_name), ` ${ago(person.at)}`)),
      h('button', { type: 'button', 'aria-label': `Lift the ban of ${person.name}`, onclick: () => free(person) }, 'Lift'),
    );
  };
  const page = async (after) => {
    const reply = await attempt(() => chat.rooms.banned(room.id, after));
    if (!reply) return;
    if (after === null) fill(list, !reply.people.length && h('li', { class: 'nothing' }, 'Nobody is banned from this room.'));
    list.append(...reply.people.map(line));
    fill(more, reply.more && h('button', { type: 'button', onclick: () => page(reply.people.at(-1).name) }, 'Show more'));
  };
  await page(null);
}
