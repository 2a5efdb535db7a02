// What one does with rooms as a whole: find, make, change and keep them, bring people in and out.

export class Rooms {
  #store;
  /** @type {import('../wire.js').Ask} */
  #ask;
  /** @type {import('../wire.js').KeepAnew} */
  #keep;

  /** `ask(type, fields)` a command of the moment, `keep(type, fields)` one that has its effect once. */
  constructor(store, ask, keep) {
    this.#store = store;
    this.#ask = ask;
    this.#keep = keep;
  }

  /** The connection is back: who invites one is read anew. */
  async live() {
    const { invitations } = await this.#ask('invited');
    this.#store.invitations = new Map(invitations.map((one) => [one.room, one]));
    this.#store.tell('rooms');
  }

  // ---- finding and changing ---------------------------------------------------------------------

  /** A page of public rooms, {rooms, more}: those with all words of `query`, by name without any. */
  find(query, after = null) {
    return this.#ask('public_rooms', { ...(query && { query }), ...(after && { after }) });
  }

  change(room, fields) {
    return this.#keep('change_room', { room, ...fields });
  }

  // ---- how one keeps a room ---------------------------------------------------------------------

  set(room, fields) {
    return this.#ask('set_room', { room, ...fields });
  }

  order(rooms) {
    return this.#ask('order', { rooms });
  }

  /** Everything in it is read, on all devices. */
  async markRead(room) {
    await this.#ask('mark', { room: room.id, delivered: room.seq, read: room.seq });
    this.#store.read(room.id, room.seq);
  }

  /** Its last message is unread, on all devices; false where there is none. */
  async markUnread(room) {
    const { messages } = await this.#ask('history', { room: room.id, limit: 10 });
    const last = messages.findLast((one) => !one.deleted);
    if (last) await this.#ask('mark_unread', { room: room.id, seq: last.seq });
    return last !== undefined;
  }

  // ---- links and invitations --------------------------------------------------------------------

  async links(room) {
    return (await this.#ask('links', { room })).links;
  }

  /** {link_id, secret, expires, uses}; the secret is shown this once. */
  makeLink(room, fields) {
    return this.#keep('invite_link', { room, ...fields });
  }

  endLink(room, link) {
    return this.#keep('end_link', { room, link_id: link });
  }

  /** Where a link leads. */
  peek(secret) {
    return this.#ask('peek_link', { secret });
  }

  joinByLink(secret) {
    return this.#keep('join_by_link', { secret });
  }

  invite(room, user) {
    return this.#keep('invite', { room, user });
  }

  uninvite(room, user) {
    return this.#keep('uninvite', { room, user });
  }

  async invitedPeople(room) {
    return (await this.#ask('invited_people', { room })).people;
  }

  async accept(room) {
    await this.#keep('accept', { room });
    this.#store.uninvite(room);
  }

  async decline(room) {
    await this.#keep('decline', { room });
    this.#store.uninvite(room);
  }

  // ---- members ----------------------------------------------------------------------------------

  /** The next page of members behind those that are known. */
  async moreMembers(id) {
    const onto = this.#store.rooms.get(id)?.members ?? [];
    const reply = await this.#ask('members', { room: id, ...(onto.length && { after: onto.at(-1).name }) });
    this.#store.members(id, reply.members, { more: reply.more ?? false, onto });
  }

  setRole(room, user, role) {
    return this.#keep('set_role', { room, user, role });
  }

  kick(room, user) {
    return this.#keep('kick', { room, user });
  }

  ban(room, user) {
    return this.#keep('ban', { room, user });
  }

  /** A page of those who are kept out: {people, more}. */
  banned(room, after = null) {
    return this.#ask('banned_people', { room, ...(after && { after }) });
  }

  unban(room, user) {
    return this.#keep('unban', { room, user });
  }
}
