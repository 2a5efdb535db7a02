// The list: who invites one, rooms and conversations with what is unread, and who one is.

import { isQuiet, isUnread, titleMark } from '../state/keeping.js';
import { sections } from '../state/sections.js';
import { many, parts, t } from '../words/words.js';
import { brand } from './brand.js';
import { append, bdi, h, hidden, icon, iconButton, refill } from './dom.js';
import { count } from './format.js';
import { Hint } from './hint.js';
import { Kept, arrange } from './kept.js';
import { asksForMenu } from './menu.js';
import { avatar, logo, mood, sign } from './parts.js';

/**
 * `wish`: hints (whether newcomers get some), go(room), rooms(), person(), invite(), settings(),
 * notes(), card(user), accept(room),
 * decline(room), menu(at) of the place, roomMenu(room, at): what the buttons ask for.
 */
export class Sidebar {
  node;
  #store;
  #wish;
  #rooms = h('div', { class: 'lists' });
  #me = h('div', { class: 'me' });
  #kept = new Kept();
  #hint = new Hint();

  constructor(store, wish) {
    this.#store = store;
    this.#wish = wish;
    const more = iconButton('dots', t('More'), { onclick: (event) => wish.menu(event.currentTarget) });
    this.node = append(h('div', { class: 'sidebar', role: 'navigation', 'aria-label': t('Rooms and people') }), [
      h('h1', { class: 'ears' }, t('Rooms and people')),
      h('div', { class: 'place' }, logo(26), bdi(brand.name), more),
      this.#rooms,
      this.#hint.node,
      this.#me,
    ]);
    this.#rooms.addEventListener('keydown', (event) => this.#step(event));
  }

  drawMe() {
    const { me, people } = this.#store;
    const name = people.display(me.user, me.name);
    const status = people.status(me.user, Date.now());
    refill(
      this.#me,
      h(
        'button',
        { type: 'button', class: 'self', title: t('Your card'), onclick: () => this.#wish.card(me.user) },
        avatar(me.user, name),
        h(
          'span',
          { class: 'two-lines' },
          h('span', { class: 'first-line' }, bdi(name, 'who'), mood(status)),
          status?.text && h('small', {}, bdi(status.text)),
        ),
      ),
      me.mayInvite && iconButton('invite', t('Invite people'), { onclick: this.#wish.invite }),
      iconButton('gear', t('Settings'), { onclick: this.#wish.settings }),
    );
  }

  /** The hints for newcomers once more. */
  hints() {
    this.#hint.again(this.#store.me.user);
  }

  /** Ids of the rooms as they stand in the list. */
  get order() {
    return [...this.#rooms.querySelectorAll('a.item[data-room]')]
      .filter((one) => one.getClientRects().length)
      .map((one) => one.dataset.room);
  }

  draw() {
    const all = [...this.#store.rooms.values()];
    const found = sections(all, this.#store.me.user, (room) => this.#store.titleOf(room));
    const focused = this.#rooms.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    arrange(
      this.#rooms,
      this.#invitations(),
      found.favourites.length > 0 && this.#section(t('Favourites'), this.#items(found.favourites)),
      this.#everybodys(found.rooms),
      this.#section(
        t('People'),
        [this.#items(found.people), this.#notes(found.notes)],
        t('Write to somebody'),
        this.#wish.person,
      ),
      found.archived.length > 0 && this.#archived(found.archived),
    );
    this.#kept.sweep();
    // A page of a site has a list of its own around it, or none.
    const { me } = this.#store;
    if (this.#wish.hints) this.#hint.draw(me.user, all.some((room) => room.other !== me.user));
    // What changed was made anew, and the keyboard stays with it.
    if (focused && !this.#rooms.contains(document.activeElement)) {
      this.#rooms.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
    document.title = `${titleMark(all.filter((room) => !this.#looked(room)), Date.now())}${brand.title}`;
  }

  #invitations() {
    const all = [...this.#store.invitations.values()];
    if (!all.length) return null;
    const called = all.map((one) => ({ ...one, called: this.#store.people.display(one.by, one.by_name) }));
    return this.#section(
      t('Invitations'),
      called.map((one) => this.#kept.get(`invitation ${one.room}`, one, () => h('li', {}, this.#invitation(one)))),
    );
  }

  #invitation(one) {
    const topic = one.topic ? [' · ', bdi(one.topic)] : null;
    return h(
      'div',
      { class: 'invitation' },
      h('p', {}, parts('{name} invites you to {room}', { name: bdi(one.called, 'name'), room: bdi(one.name, 'name') })),
      h('p', { class: 'hint' }, many(one.members, '{count} member', '{count} members'), topic),
      h(
        'div',
        { class: 'side-by-side' },
        h('button', { type: 'button', class: 'main', 'data-key': `accept ${one.room}`, onclick: () => this.#wish.accept(one.room) }, t('Accept')),
        h('button', { type: 'button', 'data-key': `decline ${one.room}`, onclick: () => this.#wish.decline(one.room) }, t('Decline')),
      ),
    );
  }

  /** Rooms, and the way to others for whoever has one. */
  #everybodys(rooms) {
    const items = this.#items(rooms);
    if (this.#store.me.mayJoin) return this.#section(t('Rooms'), items, t('Join or create a room'), this.#wish.rooms, beginning());
    return rooms.length > 0 && this.#section(t('Rooms'), items);
  }

  /** `label` and `onclick`: what makes one more of these; where there is none, it stands in their place, below `about`. */
  #section(title, items, label = null, onclick = null, about = null) {
    const { listed } = this.#store;
    const node = this.#kept.get(`section ${title}`, null, () =>
      h(
        'section',
        { 'aria-label': title },
        h(
          'header',
          {},
          h('h2', {}, title),
          label && iconButton('plus', label, { 'data-key': `plus ${title}`, onclick }),
        ),
        h('ul', {}),
      ),
    );
    const rooms = items.flat().filter(Boolean);
    const none =
      label &&
      !items.flat(2).some((one) => one && !one.classList.contains('notes')) &&
      this.#kept.get(`none ${title}`, listed, () =>
        h(
          'li',
          {},
          listed
            ? [about, h('button', { type: 'button', class: 'first', 'data-key': `first ${title}`, onclick }, label)]
            : h('p', { class: 'nothing' }, t('Loading…')),
        ),
      );
    arrange(node.querySelector('ul'), none, rooms);
    return node;
  }

  #items(rooms) {
    return rooms.map((room) => this.#item(room));
  }

  /** One's notes stand below the people, also before there are any. */
  #notes(room) {
    if (!this.#store.listed && !this.#store.rooms.size) return null;
    if (room) return this.#item(room, 'notes');
    return this.#kept.get('notes', null, () =>
      h(
        'li',
        { class: 'notes' },
        h(
          'button',
          { type: 'button', class: 'item', 'data-key': 'notes', onclick: this.#wish.notes },
          h('span', { class: 'sign' }, icon('note')),
          h('span', { class: 'name' }, t('Notes to self')),
        ),
      ),
    );
  }

  #archived(rooms) {
    const node = this.#kept.get('archive', null, () =>
      h('details', { class: 'archive' }, h('summary', { 'data-key': 'archive' }), h('ul', {})),
    );
    node.querySelector('summary').textContent = t('Archived, {count}', { count: rooms.length });
    arrange(node.querySelector('ul'), this.#items(rooms));
    return node;
  }

  #item(room, className = null) {
    const now = Date.now();
    const { people, me, active } = this.#store;
    const quiet = isQuiet(room, now) || room.archived;
    const other = room.other !== me.user ? room.other : null;
    const shown = {
      name: this.#store.titleOf(room),
      active: room.id === active,
      quiet,
      muted: quiet && !room.archived,
      unread: isUnread(room) && !quiet && !this.#looked(room),
      numbers: [room.unread, room.mentions],
      draft: Boolean(room.draft || room.chips.length) && room.id !== active,
      presence: other && this.#store.presence(other),
      status: other && people.status(other, now),
      picture: room.avatar ?? people.get(other)?.avatar,
      kind: room.kind,
    };
    return this.#kept.get(`room ${room.id}`, shown, () => h('li', { class: className }, this.#link(room, shown)));
  }

  /** Somebody has its end before their eyes: what comes there is as good as read. */
  #looked(room) {
    return room.id === this.#store.active && this.#store.looking;
  }

  #link(room, { name, active, quiet, muted, unread, draft, presence, status }) {
    const classes = ['item', active && 'active', unread && 'unread', quiet && 'quiet-room'].filter(Boolean);
    const menu = (at) => this.#wish.roomMenu(room, at);
    const item = h(
      'a',
      {
        class: classes.join(' '),
        href: `#/room/${encodeURIComponent(room.id)}`,
        'data-room': room.id,
        'data-key': room.id,
        'aria-current': active ? 'page' : null,
        draggable: false,
        onclick: (event) => {
          event.preventDefault();
          this.#wish.go(room.id);
        },
      },
      room.kind === 'direct' && presence === null
        ? h('span', { class: 'sign' }, icon('note'))
        : sign(room, presence, name),
      bdi(name, 'name'),
      mood(status),
      draft && h('span', { class: 'draft' }, t('Draft')),
      muted && [h('span', { class: 'muted-sign', title: t('Muted') }, icon('muted')), hidden(t(', muted'))],
      unread && numbers(room),
    );
    asksForMenu(item, menu);
    const dots = iconButton('dots', t('What to do with {name}', { name }), {
      class: 'more-about',
      'data-key': `menu ${room.id}`,
      onclick: (event) => menu(event.currentTarget),
    });
    return [item, dots];
  }

  /** Arrow keys go through the list. */
  #step(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...this.#rooms.querySelectorAll('.item')].filter((one) => one.getClientRects().length);
    const at = items.indexOf(document.activeElement);
    if (!by || at < 0) return;
    event.preventDefault();
    items[at + by]?.focus();
  }
}

/** On a phone the list is all that there is: it says there what rooms are. */
function beginning() {
  return h('p', { class: 'nothing beginning' }, t('A room is where people talk about one thing. Create the first, or join one.'));
}

/** One number: how many messages mention one or, without any, how many are unread. Ears are told both. */
function numbers({ unread, mentions }) {
  if (!unread) return [h('span', { class: 'count dot-only', 'aria-hidden': 'true' }), hidden(t(', marked as unread'))];
  const shown = mentions > 0 ? `@${count(mentions)}` : count(unread);
  return [
    h('span', { class: mentions > 0 ? 'count at' : 'count', 'aria-hidden': 'true' }, shown),
    hidden(many(unread, ', {count} unread message', ', {count} unread messages')),
    mentions > 0 && hidden(many(mentions, ', {count} of which mentions you', ', {count} of which mention you')),
  ];
}
