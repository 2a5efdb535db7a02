// Who one was, which rooms one had and how those in them showed when the page was last open: that is how
// the next start looks before the server has answered, or while it cannot. No message is among it, and
// signing out ends it.

const KEY = 'remembered';
/** Rooms of whom the next start knows, at the most. */
const MOST = 1000;

export class Remembered {
  #storage;

  /** `storage`: like localStorage; any call to it may fail. */
  constructor(storage) {
    this.#storage = storage;
  }

  /** `store`, once its rooms are listed. */
  keep(store) {
    if (!store.me || !store.listed) return;
    const { user, name, admin, mayInvite, guest } = store.me;
    const session = { signed_in: true, user, name, admin, may_invite: mayInvite, guest, files: store.files };
    const listed = [...store.rooms.values()].slice(0, MOST);
    const rooms = listed.map((room) => told(room, store.titleOf(room)));
    const users = new Set([user, ...listed.map((room) => room.other)]);
    const people = [...users].map((one) => store.people.get(one)).filter(Boolean).map((one) => shown(one, user));
    this.#try(() => this.#storage.setItem(KEY, JSON.stringify({ session, rooms, people })));
  }

  /** The page goes: what is remembered of the same person is made anew, and nothing that was forgotten. */
  update(store) {
    if (store.me && this.read()?.session.user === store.me.user) this.keep(store);
  }

  /** {session, rooms, people} as the server told them, or null. */
  read() {
    const kept = this.#try(() => JSON.parse(this.#storage.getItem(KEY)));
    const { session, rooms, people = [] } = kept ?? {};
    const whole = typeof session?.user === 'string' && all(rooms, 'room') && all(people, 'user');
    return whole ? { session, rooms, people } : null;
  }

  forget() {
    this.#try(() => this.#storage.removeItem(KEY));
  }

  #try(act) {
    try {
      return act();
    } catch {
      // Full, forbidden, or somebody else's words: the start waits for the server.
      return null;
    }
  }
}

/** Whether it is a list of things that each have such a field. */
function all(list, field) {
  return Array.isArray(list) && list.every((one) => typeof one?.[field] === 'string');
}

/** Somebody as the server shows them; what only their card shows is kept of oneself, who may change it. */
function shown({ user, name, display, kind, avatar, status, about }, me) {
  return { user, name, display, kind, avatar, status, ...(user === me && { about }) };
}

/** A room as the server shows it, under the name that people see: who they are is not known at the start. */
function told(room, name) {
  return {
    room: room.id,
    kind: room.kind,
    name,
    slug: room.slug,
    topic: room.topic,
    role: room.role,
    seq: room.seq,
    number: room.number,
    read: room.read,
    delivered: room.delivered,
    unread: room.unread,
    mentions: room.mentions,
    members: room.memberCount,
    other: room.other,
    archived: room.archived,
    slow: room.slow,
    posting: room.posting,
    avatar: room.avatar,
    notify: room.notify,
    muted_until: room.mutedUntil,
    favourite: room.favourite,
    place: room.place,
    unread_from: room.unreadFrom,
  };
}
