// Who is in the room in view: those here now first; and what those who keep order can do with them.

import { many, t } from '../words/words.js';
import { bdi, fill, h, hidden, iconButton, refill } from './dom.js';
import { sure } from './dialogs/sure.js';
import { Kept, arrange } from './kept.js';
import { openMenu } from './menu.js';
import { avatar, besideOf, hasBeside, kindOf, mayLeave, mood } from './parts.js';
import { addButton, blockButton, mayDo, portrait } from './portrait.js';

const roleWord = (role) => ({ owner: t('owner'), moderator: t('moderator'), reader: t('reads only') })[role];
const stateWord = (state) => ({ online: t('online'), away: t('away'), offline: t('offline') })[state];
const RANKS = ['reader', 'member', 'moderator', 'owner'];
const choices = () => [
  ['owner', t('Owner'), t('Decides everything')],
  ['moderator', t('Moderator'), t('Keeps order')],
  ['member', t('Member'), t('Reads and writes')],
  ['reader', t('Reader'), t('Reads only')],
];
/** Seconds within which the server writes down that somebody went. */
const GONE = 6;
/** From so many members on there is a field to find one. */
const MANY = 12;

const isProgram = ({ user }, people) => people.get(user)?.kind === 'bot';

/** `wish`: back(), card(user), add(room), leave(room), settings(room), attempt(act), say(text), aside(): where it is shown. */
export class Here {
  node = h('div', { class: 'people', role: 'complementary' });
  #store;
  #chat;
  #wish;
  #room = null;
  #filter = h('input', { type: 'search', placeholder: t('Find a member'), 'aria-label': t('Find a member') });
  #head = h('div', { class: 'top' });
  #list = h('div', { class: 'members' });
  #foot = h('div', { class: 'foot' });
  #card = h('div', { class: 'card-of beside' });
  #loading = false;
  /** Of whom it was asked when they were here last, and how they showed then. */
  #asked = { user: null, state: null };
  #kept = new Kept();

  constructor(store, chat, wish) {
    this.#store = store;
    this.#chat = chat;
    this.#wish = wish;
    this.#filter.addEventListener('input', () => {
      this.#drawList();
      this.#loadAll();
    });
  }

  draw() {
    const { room } = this.#store;
    if (!room || !hasBeside(room, this.#store.me) || !this.#wish.aside().drawn) {
      this.#room = null;
      fill(this.node);
      return;
    }
    this.node.ariaLabel = besideOf(room);
    if (room.kind === 'direct') {
      this.#drawPerson(room);
      return;
    }
    if (this.#room !== room || !this.node.hasChildNodes()) {
      this.#room = room;
      this.#filter.value = '';
      fill(this.node, this.#head, h('div', { class: 'finder' }, this.#filter), this.#list, this.#foot);
    }
    this.#filter.parentNode.hidden = room.memberCount < MANY;
    this.#drawHead(room);
    this.#drawList();
    this.#drawFoot(room);
  }

  /** In a conversation of two: whom it is with. */
  #drawPerson(room) {
    const { other } = room;
    if (this.#room !== room || !this.node.hasChildNodes()) {
      this.#room = room;
      fill(this.node, this.#head, this.#card);
    }
    this.#askSeen(other, this.#store.presence(other));
    this.#drawHead(room);
    const person = this.#store.people.get(other);
    const ports = { chat: this.#chat, store: this.#store, attempt: this.#wish.attempt, say: this.#wish.say };
    const actions = () => h('div', { class: 'actions' }, addButton(ports, person), blockButton(ports, person, () => this.draw()));
    const may = person && !person.deleted && this.#store.blocked;
    arrange(this.#card, portrait(this.#store, this.#kept, other), may && this.#kept.get('actions', [other, ...mayDo(this.#store, person)], actions));
    this.#kept.sweep();
  }

  /** When they were here last is told to whoever asks: now, and once it is known of those who go. */
  #askSeen(user, state) {
    const before = this.#asked;
    if (before.user === user && before.state === state) return;
    this.#asked = { user, state };
    const ask = () => this.#store.room?.other === user && this.#chat.people.person(user).catch(() => {});
    if (before.user === user && state === 'offline') setTimeout(ask, GONE * 1000);
    else ask();
  }

  #drawHead(room) {
    const mayAdd = room.kind !== 'direct' && room.moderates && !room.archived;
    refill(
      this.#head,
      iconButton('back', t('Back to the conversation'), { class: 'to-talk', onclick: this.#wish.back }),
      // Alone on a phone's screen, it is what the page is about.
      h('h2', { 'aria-level': '1' }, room.kind === 'direct' ? besideOf(room) : t('Members')),
      mayAdd && iconButton('invite', t('Add somebody to this room'), { onclick: () => this.#wish.add(room) }),
      room.kind !== 'direct' && iconButton('gear', t('Settings of this room'), { onclick: () => this.#wish.settings(room) }),
    );
  }

  #drawList() {
    const room = this.#room;
    const members = room.members ?? [];
    const words = this.#filter.value.trim().toLocaleLowerCase();
    const { people } = this.#store;
    const fits = (one) => `${one.name} ${people.display(one.user)}`.toLocaleLowerCase().includes(words);
    const found = members.filter(fits);
    const state = (member) => room.here.get(member.user) ?? 'offline';
    // Whether a program has a connection says nothing of whether it answers.
    const [programs, persons] = [true, false].map((is) => found.filter((member) => isProgram(member, people) === is));
    const here = persons.filter((member) => state(member) !== 'offline');
    const rest = persons.filter((member) => state(member) === 'offline');
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const none = words && room.members && !found.length && !room.moreMembers;
    arrange(
      this.#list,
      here.length > 0 && this.#group('here', t('Here now, {count}', { count: here.length }), here, state),
      rest.length > 0 && this.#group('rest', t('Not here, {count}', { count: rest.length }), rest, state),
      programs.length > 0 && this.#group('programs', t('Programs, {count}', { count: programs.length }), programs, () => null),
      !room.members && this.#kept.get('loading', null, () => h('p', { class: 'nothing' }, t('Loading…'))),
      none && this.#kept.get('none', null, () => h('p', { class: 'nothing' }, t('Nobody here is called that.'))),
      room.members?.length === 1 && room.kind !== 'direct' && this.#kept.get('alone', [room.moderates, room.archived], () => this.#alone(room)),
      room.moreMembers && this.#kept.get('more', room.memberCount, () => this.#next(room)),
    );
    this.#kept.sweep();
    if (focused && !this.#list.contains(document.activeElement)) {
      this.#list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  /** Nobody else is a member: what one can do about it. */
  #alone(room) {
    const add = room.moderates && !room.archived && h('button', { type: 'button', 'data-key': 'alone', onclick: () => this.#wish.add(room) }, t('Add somebody'));
    return h('div', { class: 'alone' }, h('p', { class: 'nothing' }, t('Nobody but you is here yet.')), add);
  }

  #next(room) {
    const label = many(room.memberCount, 'Show more of {count} member', 'Show more of {count} members');
    return h('button', { type: 'button', class: 'more-of', 'data-key': 'more', onclick: () => this.#more() }, label);
  }

  #drawFoot(room) {
    refill(
      this.#foot,
      room.topic && h('p', { class: 'topic' }, bdi(room.topic)),
      h('p', { class: 'nothing' }, kindOf(room)),
      mayLeave(room, this.#store.me) &&
        h('button', { type: 'button', class: 'quiet', onclick: () => this.#wish.leave(room) }, t('Leave this room')),
    );
  }

  #more() {
    const room = this.#room;
    return this.#wish.attempt(() => this.#chat.rooms.moreMembers(room.id));
  }

  /** Whoever looks for a name looks among all of them. */
  async #loadAll() {
    if (this.#loading) return;
    this.#loading = true;
    const room = this.#room;
    while (this.#room === room && room.moreMembers && this.#filter.value.trim()) {
      const before = room.members.length;
      await this.#more();
      if (room.members?.length === before) break;
    }
    this.#loading = false;
  }

  #group(key, title, members, state) {
    const node = this.#kept.get(key, null, () => h('section', {}, h('h3', { 'aria-level': '2' }), h('ul', {})));
    node.setAttribute('aria-label', title);
    node.querySelector('h3').textContent = title;
    arrange(node.querySelector('ul'), members.map((member) => this.#member(member, state(member))));
    return node;
  }

  #member(member, state) {
    const { people, me } = this.#store;
    const self = member.user === me.user;
    const shown = {
      called: people.display(member.user, member.name),
      state,
      status: people.status(member.user, Date.now()),
      words: [self && t('you'), roleWord(member.role)].filter(Boolean).join(' · '),
      rule: this.#mayRule(member),
      role: member.role,
      mine: this.#room.role,
    };
    const key = `${this.#room.id} ${member.user}`;
    return this.#kept.get(key, shown, () => h('li', {}, this.#line(member, shown)));
  }

  #line(member, { called, state, status, words, rule }) {
    return [
      h(
        'button',
        {
          type: 'button',
          class: state ? `item ${state}` : 'item',
          title: called === member.name ? called : `${called} (@${member.name})`,
          'data-key': member.user,
          onclick: () => this.#wish.card(member.user),
        },
        avatar(member.user, called, state),
        h(
          'span',
          { class: 'two-lines' },
          h('span', { class: 'first-line' }, bdi(called, 'name'), mood(status)),
          (words || status?.text) && h('small', {}, words, words && status?.text && ' · ', status?.text && bdi(status.text)),
        ),
        state && hidden(t(', {word}', { word: stateWord(state) })),
      ),
      rule &&
        iconButton('dots', t('What to do with {name}', { name: called }), {
          class: 'more-about',
          'data-key': `menu ${member.user}`,
          onclick: (event) => this.#menu(member, called, event.currentTarget),
        }),
    ];
  }

  /** Owners change roles; those who keep order put out whoever stands below them. */
  #mayRule(member) {
    const room = this.#room;
    if (room.kind === 'direct' || !room.moderates) return false;
    if (room.role === 'owner') return true;
    return member.user !== this.#store.me.user && RANKS.indexOf(member.role) < RANKS.indexOf(room.role);
  }

  #onlyOwner(member) {
    const { members, moreMembers } = this.#room;
    return !moreMembers && members.every((one) => one.user === member.user || one.role !== 'owner');
  }

  #menu(member, name, at) {
    const room = this.#room;
    const { rooms } = this.#chat;
    const act = (run) => () => this.#wish.attempt(run);
    const self = member.user === this.#store.me.user;
    const roles = choices().map(([role, label, hint]) => ({
      label,
      hint,
      checked: member.role === role,
      // A room keeps an owner; where not all members are known, the server says so.
      disabled: role !== 'owner' && member.role === 'owner' && this.#onlyOwner(member),
      act: act(() => (member.role === role ? null : rooms.setRole(room.id, member.user, role))),
    }));
    const below = RANKS.indexOf(member.role) < RANKS.indexOf(room.role);
    const ban = async () => {
      const text = t('They are put out, and cannot come back until the ban is lifted in the room’s settings.');
      if (await sure(t('Ban {name}?', { name }), text, t('Ban'))) this.#wish.attempt(() => rooms.ban(room.id, member.user));
    };
    const over = async () => {
      const text = t('{name} becomes the owner, and you a moderator. Only they can give it back.', { name });
      if (!(await sure(t('Hand {room} over?', { room: room.name }), text, t('Hand it over')))) return;
      this.#wish.attempt(async () => {
        await rooms.setRole(room.id, member.user, 'owner');
        await rooms.setRole(room.id, this.#store.me.user, 'moderator');
      });
    };
    openMenu(
      t('What to do with {name}', { name }),
      [
        ...(room.role === 'owner' ? roles : []),
        room.role === 'owner' && !self && null,
        room.role === 'owner' && !self && { label: t('Hand the room over'), icon: 'forward', act: over },
        !self && below && { label: t('Remove'), icon: 'close', act: act(() => rooms.kick(room.id, member.user)) },
        !self && below && { label: t('Ban'), icon: 'block', danger: true, act: ban },
      ],
      at,
    );
  }
}
