// Bringing people into a room: links for whoever has them, and invitations by name.

import { whole } from '../../net/base.js';
import { many, parts, t } from '../../words/words.js';
import { append, bdi, fill, h } from '../dom.js';
import { ago, until } from '../format.js';
import { avatar } from '../parts.js';
import { copying, problem, select, staying } from './dialog.js';
import { finding, membersOf } from './pick.js';

const DAY = 86_400;
const endings = () => [
  [String(DAY), t('After a day')],
  [String(7 * DAY), t('After a week')],
  [String(30 * DAY), t('After a month')],
  ['0', t('Never')],
];
const numbers = () => [['', t('Any number')], ...[1, 10, 100].map((most) => [String(most), many(most, '{count} person', '{count} people')])];

/** Fills `place` for a room whose moderator one is. */
export function invitations(page, room, place) {
  const { chat } = page;
  const loading = () => h('li', { class: 'nothing' }, t('Loading…'));
  const asked = h('ul', { class: 'lines' }, loading());
  const links = h('ul', { class: 'lines' }, loading());
  const { node: wrong, attempt } = problem();
  const drawAsked = () =>
    attempt(async () => {
      const people = await chat.rooms.invitedPeople(room.id);
      fill(asked, people.map(person), !people.length && h('li', { class: 'nothing' }, t('Nobody is invited at the moment.')));
    });
  const drawLinks = () =>
    attempt(async () => {
      const found = await chat.rooms.links(room.id);
      fill(links, found.map(link), !found.length && h('li', { class: 'nothing' }, t('No link leads here.')));
    });
  const person = (one) =>
    h(
      'li',
      {},
      avatar(one.user, one.name),
      h('span', { class: 'about' }, bdi(one.name, 'name'), h('small', {}, parts('by {name} {ago}', { name: bdi(one.by_name), ago: ago(one.at) }))),
      h('button', { type: 'button', onclick: () => attempt(() => chat.rooms.uninvite(room.id, one.user)).then(drawAsked) }, t('Take back')),
    );
  const link = (one) => {
    const ends = one.expires ? until(one.expires) : t('without end');
    const uses = one.uses_left === undefined ? t('for any number') : many(one.uses_left, 'for {count} more person', 'for {count} more people');
    return h(
      'li',
      {},
      h('span', { class: 'about' }, h('span', { class: 'name' }, parts('Link by {name}', { name: bdi(one.by_name) })), h('small', {}, `${ends} · ${uses}`)),
      h('button', { type: 'button', onclick: () => attempt(() => chat.rooms.endLink(room.id, one.link_id)).then(drawLinks) }, t('End it')),
    );
  };
  append(place, [
    h('h4', {}, t('By name')),
    byName(page, room, drawAsked),
    asked,
    h('h4', {}, t('By link')),
    byLink(chat, room, drawLinks),
    links,
    wrong,
  ]);
  drawAsked();
  drawLinks();
}

function byName(page, room, changed) {
  const hint = t('They see the room’s name and topic, and decide.');
  const field = finding(page, () => node.requestSubmit(), hint, membersOf(room));
  const act = async () => page.chat.rooms.invite(room.id, field.person());
  const done = (_, say) => {
    field.empty();
    say(t('Invited'));
    changed();
  };
  const node = staying(act, done, t('Invite'), field.parts);
  node.noValidate = true;
  return node;
}

function byLink(chat, room, changed) {
  const ends = select(t('Expires'), endings(), String(7 * DAY));
  const uses = select(t('For'), numbers(), '');
  const made = h('div', { class: 'made' });
  const act = () => {
    const fields = { expires_in: Number(ends.node.value) };
    if (uses.node.value) fields.uses = Number(uses.node.value);
    return chat.rooms.makeLink(room.id, fields);
  };
  const done = ({ secret }) => {
    const address = whole(`/#join=${secret}`);
    const box = h('input', { readonly: true, value: address, 'aria-label': t('Link into this room'), class: 'link' });
    const copy = copying(address, box);
    fill(
      made,
      h('p', { class: 'hint' }, t('It is shown only now. Whoever has it and an account here may join.')),
      box,
      h('div', { class: 'actions' }, copy),
    );
    copy.focus();
    changed();
  };
  const pair = h('div', { class: 'side-by-side' }, h('div', {}, ends.parts), h('div', {}, uses.parts));
  return [staying(act, done, t('Make a link'), pair), made];
}
