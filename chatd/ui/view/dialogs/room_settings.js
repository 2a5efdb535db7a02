// A room's settings: what it is, who writes in it, who is invited.

import { many, parts, t } from '../../words/words.js';
import { append, bdi, fill, h, icon } from '../dom.js';
import { ago, until } from '../format.js';
import { avatar } from '../parts.js';
import { choosing } from '../picture.js';
import { input, problem, sectioned, select, staying, toggle } from './dialog.js';
import { invitations } from './room_invitations.js';
import { sure } from './sure.js';

const seconds = (count) => many(count, '{count} second', '{count} seconds');
const minutes = (count) => many(count, '{count} minute', '{count} minutes');
const waits = () => [
  ['0', t('Off')],
  ['10', seconds(10)],
  ['60', minutes(1)],
  ['300', minutes(5)],
  ['3600', many(1, '{count} hour', '{count} hours')],
];

/** `upload(blob)` brings a picture here, null if none can be brought. */
export function roomSettings({ chat, store, upload }, room) {
  const moderates = room.role === 'owner' || room.role === 'moderator';
  const owns = room.role === 'owner';
  const sections = [
    { label: t('About'), icon: 'note', show: (place) => append(place, about(chat, room, upload, moderates)) },
    { label: t('Writing'), icon: 'edit', show: (place) => append(place, writing(chat, room, moderates, owns)) },
    moderates && { label: t('Invitations'), icon: 'invite', show: (place) => invitations({ chat, store }, room, place) },
    moderates && { label: t('Banned people'), icon: 'block', show: (place) => banned(chat, room, place) },
  ];
  return sectioned(t('Settings of {room}', { room: room.name }), sections.filter(Boolean));
}

function why(text) {
  return h('p', { class: 'why' }, icon('lock'), text);
}

function about(chat, room, upload, may) {
  const { node: wrong, attempt } = problem();
  const name = input(t('Name'), { required: true, maxlength: '64', value: room.name, disabled: !may });
  const topic = input(t('Topic'), { tag: 'textarea', rows: '3', maxlength: '500', value: room.topic, disabled: !may });
  const slug =
    room.kind === 'public' &&
    input(
      t('Short name'),
      { maxlength: '64', value: room.slug ?? '', disabled: !may, autocapitalize: 'none', spellcheck: 'false' },
      t('What programs and people call it, as in #tea.'),
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
      label: t('Picture of the room'),
      upload,
      choose: (avatar) => chat.rooms.change(room.id, { avatar }),
      attempt,
      disabled: !may,
    });
  const fields = [name.parts, slug && slug.parts, topic.parts];
  return [
    !may && why(t('Moderators and owners of this room change these.')),
    picture,
    wrong,
    may ? staying(act, (_, say) => say(t('Saved')), t('Save'), fields) : h('div', {}, fields),
  ];
}

function writing(chat, room, moderates, owns) {
  const { node: wrong, attempt } = problem();
  const change = (fields) => attempt(() => chat.rooms.change(room.id, fields));
  const news = toggle(t('Announcements'), t('Everybody reads; only moderators and owners write.'), {
    checked: room.posting !== 'member',
    disabled: !owns,
    onchange: () => change({ posting: news.node.checked ? 'moderator' : 'member' }),
  });
  const options = waits();
  if (!options.some(([value]) => Number(value) === room.slow)) options.push([String(room.slow), seconds(room.slow)]);
  const slow = select(
    t('Slow mode'),
    options,
    String(room.slow),
    { disabled: !moderates, onchange: () => change({ slow: Number(slow.node.value) }) },
    t('How long a member waits between two messages. Moderators and owners do not wait.'),
  );
  const archive = h('button', { type: 'button', disabled: !owns, class: room.archived ? null : 'danger' });
  const draw = () => {
    archive.textContent = room.archived ? t('Open it again') : t('Archive this room');
    archive.className = room.archived ? '' : 'danger';
  };
  archive.addEventListener('click', async () => {
    const to = !room.archived;
    const question = t('Archive {room}?', { room: room.name });
    if (to && !(await sure(question, t('It can be read and searched, and nobody writes in it until you open it again.'), t('Archive')))) return;
    await change({ archived: to });
    room.archived = wrong.textContent ? room.archived : to;
    draw();
  });
  draw();
  return [
    !owns && why(moderates ? t('Announcements and the archive are for owners.') : t('Moderators and owners of this room change these.')),
    news.parts,
    slow.parts,
    h('h4', {}, t('Archive')),
    h('p', { class: 'hint' }, t('An archived room can be read, and nobody writes in it.')),
    h('div', { class: 'row-of' }, archive),
    wrong,
  ];
}

/** Fills `place` with the people kept out; each may be let in again. */
async function banned(chat, room, place) {
  const { node: wrong, attempt } = problem();
  const list = h('ul', { class: 'lines' }, h('li', { class: 'nothing' }, t('Loading…')));
  const more = h('div', { class: 'actions' });
  const lead = t('Ban somebody from their line in the list of people.');
  append(fill(place), [h('p', { class: 'lead' }, lead), list, more, wrong]);
  const free = async (person) => {
    await attempt(() => chat.rooms.unban(room.id, person.user));
    if (!wrong.textContent) banned(chat, room, place);
  };
  const line = (person) => {
    const { name, user, at } = person;
    const end = person.until ? until(person.until) : t('for good');
    const facts = parts('{until}, by {name} {ago}', { until: end, name: bdi(person.by_name), ago: ago(at) });
    return h(
      'li',
      {},
      avatar(user, name),
      h('span', { class: 'about' }, bdi(name, 'name'), h('small', {}, facts)),
      h('button', { type: 'button', 'aria-label': t('Lift the ban of {name}', { name }), onclick: () => free(person) }, t('Lift')),
    );
  };
  const page = async (after) => {
    const reply = await attempt(() => chat.rooms.banned(room.id, after));
    if (!reply) return;
    if (after === null) fill(list, !reply.people.length && h('li', { class: 'nothing' }, t('Nobody is banned from this room.')));
    list.append(...reply.people.map(line));
    fill(more, reply.more && h('button', { type: 'button', onclick: () => page(reply.people.at(-1).name) }, t('Show more')));
  };
  await page(null);
}
