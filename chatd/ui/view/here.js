// Who is in the room in view: those here now first; and what those who keep order can do with them.

import { bdi, fill, h, hidden, iconButton, refill } from './dom.js';
import { sure } from './dialogs/sure.js';
import { Kept, arrange } from './kept.js';
import { openMenu } from './menu.js';
import { avatar, kindOf, mood } from './parts.js';

const ROLES = { owner: 'owner', moderator: 'moderator', reader: 'reads only' };
const WORDS = { online: 'online', away: 'away', offline: 'offline' };
const RANKS = ['reader', 'member', 'moderator', 'owner'];
const CHOICES = [['owner', 'Owner', 'Decides everything'], ['moderator', 'Moderator', 'Keeps order'], ['member', 'Member', 'Reads and writes'], ['reader', 'Reader', 'Reads only']];
/** From so many members on there is a field to find one. */
const MANY = 12;

/** `wish`: back(), card(user), add(room), leave(room), settings(room), attempt(act). */
export class Here {
  node = h('aside', { class: 'people', 'aria-label': 'People in this room' });
  #store;
  #chat;
  #wish;
  #room = null;
  #filter = h('input', { type: 'search', placeholder: 'Find a member', 'aria-label': 'Find a member' });
  #head = h('header', {});
  #list = h('div', { class: 'members' });
  #foot = h('footer', {});
  #loading = false;
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
    if (!room) {
      this.#room = null;
      fill(this.node);
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

  #drawHead(room) {
    const mayAdd = room.kind !== 'direct' && room.moderates && !room.archived;
    refill(
      this.#head,
      iconButton('back', 'Back to the conversation', { class: 'to-talk', onclick: this.#wish.back }),
      // Alone on a phone's screen, it is what the page is about.
      h('h2', { 'aria-level': '1' }, 'People'),
      mayAdd && iconButton('invite', 'Add somebody to this room', { onclick: () => this.#wish.add(room) }),
      room.kind !== 'direct' && iconButton('gear', 'Settings of this room', { onclick: () => this.#wish.settings(room) }),
    );
  }

  #drawList() {
    const room = this.#room;
    const members = room.members ?? [];
    const words = this.#filter.value.trim().toLocaleLowerCase();
    const fits = (one) => `${one.name} ${this.#store.people.display(one.user)}`.toLocaleLowerCase().includes(words);
    const found = members.filter(fits);
    const state = (member) => room.here.get(member.user) ?? 'offline';
    const here = found.filter((member) => state(member) !== 'offline');
    const rest = found.filter((member) => state(member) === 'offline');
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const none = words && room.members && !found.length && !room.moreMembers;
    arrange(
      this.#list,
      here.length > 0 && this.#group('here', `Here now, ${here.length}`, here, state),
      rest.length > 0 && this.#group('rest', `Not here, ${rest.length}`, rest, state),
      !room.members && this.#kept.get('loading', null, () => h('p', { class: 'nothing' }, 'Loading…')),
      none && this.#kept.get('none', null, () => h('p', { class: 'nothing' }, 'Nobody here is called that.')),
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
    const add = room.moderates && !room.archived && h('button', { type: 'button', 'data-key': 'alone', onclick: () => this.#wish.add(room) }, 'Add somebody');
    return h('div', { class: 'alone' }, h('p', { class: 'nothing' }, 'Nobody but you is here yet.'), add);
  }

  #next(room) {
    const label = `Show more of ${room.memberCount} members`;
    return h('button', { type: 'button', class: 'more-of', 'data-key': 'more', onclick: () => this.#more() }, label);
  }

  #drawFoot(room) {
    refill(
      this.#foot,
      room.topic && h('p', { class: 'topic' }, bdi(room.topic)),
      h('p', { class: 'nothing' }, kindOf(room)),
      room.kind !== 'direct' &&
        h('button', { type: 'button', class: 'quiet', onclick: () => this.#wish.leave(room) }, 'Leave this room'),
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
    const node = this.#kept.get(key, null, () => h('section', {}, h('h3', {}), h('ul', {})));
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
      words: [self && 'you', ROLES[member.role]].filter(Boolean).join(' · '),
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
          class: `item ${state}`,
          title: called === member.name ? called : `${called} (@${member.name})`,
          'data-key': member.user,
          onclick: () => this.#wish.card(member.user),
        },
        avatar(member.user, called, state),
        h(
          'span',
          { class: 'two-lines' },
          h('span', { class: 'first-line' }, bdi(called, 'name'), mood(status), words && h('span', { class: 'role' }, words)),
          status?.text && h('small', {}, bdi(status.text)),
        ),
        hidden(`, ${WORDS[state]}`),
      ),
      rule &&
        iconButton('dots', `What to do with ${called}`, {
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
    const roles = CHOICES.map(([role, label, hint]) => ({
      label,
      hint,
      checked: member.role === role,
      // A room keeps an owner; where not all members are known, the server says so.
      disabled: role !== 'owner' && member.role === 'owner' && this.#onlyOwner(member),
      act: act(() => (member.role === role ? null : rooms.setRole(room.id, member.user, role))),
    }));
    const below = RANKS.indexOf(member.role) < RANKS.indexOf(room.role);
    const ban = async () => {
      const text = 'They are put out, and cannot come back until the ban is lifted in the room’s settings.';
      if (await sure(`Ban ${name}?`, text, 'Ban')) this.#wish.attempt(() => rooms.ban(room.id, member.user));
    };
    const over = async () => {
      const text = `${name} becomes the owner, and you a moderator. Only they can give it back.`;
      if (!(await sure(`Hand ${room.name} over?`, text, 'Hand it over'))) return;
      this.#wish.attempt(async () => {
        await rooms.setRole(room.id, member.user, 'owner');
        await rooms.setRole(room.id, this.#store.me.user, 'moderator');
      });
    };
    openMenu(
      `What to do with ${name}`,
      [
        ...(room.role === 'owner' ? roles : []),
        room.role === 'owner' && !self && null,
        room.role === 'owner' && !self && { label: 'Hand the room over', icon: 'forward', act: over },
        !self && below && { label: 'Remove', icon: 'close', act: act(() => rooms.kick(room.id, member.user)) },
        !self && below && { label: 'Ban', icon: 'block', danger: true, act: ban },
      ],
      at,
    );
  }
}
