// Who one was and which rooms one had when the page was last open: shown at the next start, before the
// server has answered or while it cannot. No message is among it, and signing out ends it.

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
    const rooms = [...store.rooms.values()].slice(0, MOST).map((room) => told(room, store.titleOf(room)));
    this.#try(() => this.#storage.setItem(KEY, JSON.stringify({ session, rooms })));
  }

  /** The page goes: what is remembered of the same person is made anew, and nothing that was forgotten. */
  update(store) {
    if (store.me && this.read()?.session.user === store.me.user) this.keep(store);
  }

  /** {session, rooms} as the server told them, or null. */
  read() {
    const kept = this.#try(() => JSON.parse(this.#storage.getItem(KEY)));
    const whole = typeof kept?.session?.user === 'string' && Array.isArray(kept.rooms);
    return whole && kept.rooms.every((one) => typeof one?.room === 'string') ? kept : null;
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
