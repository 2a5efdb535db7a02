// The one owner of what this page knows: who one is, rooms, people. Frames go in, and what changed
// comes out as one word with the room's id; views read, and never write.

import { t } from '../words/words.js';
import { People } from './people.js';
import { Room, without } from './room.js';

export class Store {
  /** {user, name, admin} once signed in. */
  me = null;
  rooms = new Map();
  /** Names by user id, as far as they were heard. */
  names = new Map();
  people = new People();
  /** Ids of those whom one has blocked. */
  blocked = new Set();
  /** Rooms that one is invited into, by id. */
  invitations = new Map();
  /** One's messages that wait for their time, by key. */
  scheduled = new Map();
  /** The room in view, its id. */
  active = null;
  /** {max_bytes} of a file, null where this server takes none. */
  files = null;
  /** Whether the list of one's rooms has been read. */
  listed = false;
  /** Whether the end of the room in view can be seen, on a page that is looked at. */
  looking = false;
  #watchers = new Set();

  /**
   * `call(what, room)`: what is me, rooms (the list), active, timeline, typing, here, marks,
   * members, draft, people, scheduled or looking. Gives a function that ends it.
   */
  watch(call) {
    this.#watchers.add(call);
    return () => this.#watchers.delete(call);
  }

  tell(what, room = null) {
    for (const call of this.#watchers) call(what, room);
  }

  get room() {
    return this.rooms.get(this.active) ?? null;
  }

  /** As the server tells of a session; `single`: the page shows one room, which is not left. */
  signedIn({ user, name, admin = false, may_invite: mayInvite = false, guest = false, public_rooms: all = true, single = false, files = this.files }) {
    this.files = files;
    this.me = { user, name, admin, mayInvite, guest, single, mayJoin: all && !single };
    this.names.set(user, name);
    this.tell('me');
  }

  /** What a room is called here: the other's name in a conversation. */
  titleOf(room) {
    if (room.kind !== 'direct') return room.name;
    if (room.other === this.me.user) return t('Notes to self');
    return this.people.display(room.other, room.name);
  }

  /** How somebody shows: online, away or offline, as far as the rooms open here tell. */
  presence(user) {
    for (const room of this.rooms.values()) {
      const state = room.open && room.here.get(user);
      if (state) return state;
    }
    return 'offline';
  }

  // ---- replies ----------------------------------------------------------------------------------

  /** A page of the list of one's rooms. With the last, `gone`: rooms in none, no more one's own. */
  list(states, gone) {
    for (const id of gone ?? []) this.#forget(id);
    for (const state of states) this.#take(state);
    this.listed ||= gone !== null;
    this.tell('rooms');
  }

  /** One room, new or changed. */
  set(state) {
    this.#take(state);
    this.tell('rooms');
  }

  opened(frame) {
    const room = this.#take(frame.room);
    this.learn([...frame.messages, ...(frame.quoted ?? [])]);
    const first = !room.heard;
    room.opened(frame);
    // What was known of it until now may be of yesterday.
    if (this.active === room.id && (first || room.unreadAfter === null)) room.shown();
    for (const what of ['rooms', 'timeline', 'here']) this.tell(what, room.id);
  }

  /** The room is not heard any more, or what was heard of it is of no use. */
  closed(id) {
    this.rooms.get(id)?.closed();
    this.tell('timeline', id);
  }

  history(id, seq, page) {
    const room = this.rooms.get(id);
    if (!room) return;
    this.learn([...page.messages, ...(page.quoted ?? [])]);
    room.timeline.before(seq, page.messages, page.more_before ?? false);
    room.timeline.quotedAre([], page.quoted ?? []);
    this.tell('timeline', id);
  }

  /** The first page of members, or with `onto` those of the pages before and the next. */
  members(id, members, { more = false, onto = [] } = {}) {
    const room = this.rooms.get(id);
    if (!room) return;
    room.members = [...onto, ...members];
    room.moreMembers = more;
    for (const { user, name } of members) this.names.set(user, name);
    this.learnPeople(members);
    this.tell('members', id);
  }

  /** People as the server shows them; `whole` where it told all of them. */
  learnPeople(shapes, whole = {}) {
    if (this.people.learn(shapes, whole)) this.tell('people');
  }

  block(user, blocked) {
    if (blocked) this.blocked.add(user);
    else this.blocked.delete(user);
    this.tell('people');
  }

  invite(invitation) {
    this.invitations.set(invitation.room, invitation);
    this.tell('rooms');
  }

  uninvite(room) {
    if (this.invitations.delete(room)) this.tell('rooms');
  }

  // ---- what the server says by itself -----------------------------------------------------------

  event(frame) {
    const room = this.rooms.get(frame.room);
    this.learn([frame]);
    if (!room) return;
    room.event(frame, this.me.user, this.looking && this.active === room.id);
    this.tell('timeline', room.id);
    this.tell('rooms');
    if (frame.type === 'membership') this.tell('members', room.id);
  }

  signal(frame) {
    if (frame.type === 'presence') {
      this.#presence(frame);
      return;
    }
    if (this.#own(frame)) return;
    const room = this.rooms.get(frame.room);
    if (!room) return;
    switch (frame.type) {
      case 'room_set':
        room.keep(frame);
        this.tell('rooms');
        break;
      case 'typing':
        for (const { user, name } of frame.users) this.names.set(user, name);
        room.typing = without(frame, this.me.user);
        this.tell('typing', room.id);
        break;
      case 'marks':
        room.marked(frame.marks);
        this.tell('marks', room.id);
        break;
      case 'marked':
        room.readTo(frame, this.me.user);
        this.tell('rooms');
        break;
      case 'activity':
        room.activity(frame);
        this.tell('rooms');
        break;
      case 'mentioned':
        room.mentioned(frame);
        this.tell('rooms');
        break;
      case 'room_removed':
        this.removed(room.id);
        break;
    }
  }

  /** What is told of no room, or of one that is not one's own. */
  #own(frame) {
    switch (frame.type) {
      case 'person_changed':
        this.names.set(frame.user, frame.name);
        this.learnPeople([frame]);
        return true;
      case 'block_changed':
        this.block(frame.user, frame.blocked);
        return true;
      case 'invited':
        this.invite(frame.invitation);
        return true;
      case 'uninvited':
        this.uninvite(frame.room);
        return true;
      case 'rooms_ordered':
        for (const room of this.rooms.values()) {
          const place = frame.rooms.indexOf(room.id);
          room.place = place < 0 ? null : place;
        }
        this.tell('rooms');
        return true;
      case 'schedule_set':
        this.scheduled.set(frame.item.scheduled, frame.item);
        this.tell('scheduled');
        return true;
      case 'schedule_ended':
        this.scheduled.delete(frame.scheduled);
        this.tell('scheduled');
        return true;
      case 'schedule_failed':
        this.#failed(frame);
        return true;
      default:
        return false;
    }
  }

  #failed({ scheduled, failure }) {
    const item = this.scheduled.get(scheduled);
    if (item) this.scheduled.set(scheduled, { ...item, failure });
    this.tell('scheduled');
  }

  #presence({ user, state }) {
    for (const room of this.rooms.values()) {
      if (!room.open || (!room.marks.has(user) && !room.here.has(user) && !isMember(room, user))) {
        continue;
      }
      if (state === 'offline') room.here.delete(user);
      else room.here.set(user, state);
      this.tell('here', room.id);
    }
    this.tell('rooms');
  }

  removed(id) {
    this.#forget(id);
    this.tell('rooms');
  }

  /** The connection is gone: nobody is known to type, and no room is heard until it is back. */
  offline() {
    for (const room of this.rooms.values()) {
      room.open = false;
      room.typing = { users: [], count: 0 };
      this.tell('typing', room.id);
    }
  }

  // ---- what one does ----------------------------------------------------------------------------

  /** Brings a room into view; null for none. */
  show(id) {
    if (this.active === id) return;
    this.active = id;
    this.room?.shown();
    this.tell('active');
  }

  look(looking) {
    if (this.looking === looking) return;
    this.looking = looking;
    this.tell('looking');
  }

  /** One read up to `seq` here. */
  read(id, seq) {
    const room = this.rooms.get(id);
    if (!room || (seq <= room.read && room.unreadFrom === null)) return;
    room.unreadFrom = null;
    room.readTo({ delivered: seq, read: seq }, this.me.user);
    this.tell('rooms');
  }

  sending(id, key, text, at, more = {}) {
    this.rooms.get(id)?.timeline.add(key, text, at, more);
    this.tell('timeline', id);
  }

  sent(id, key) {
    this.rooms.get(id)?.timeline.sent(key);
  }

  stored(id, key, reply) {
    const author = { from: this.me.user, name: this.me.name };
    this.rooms.get(id)?.timeline.stored(key, reply, author);
    this.tell('timeline', id);
  }

  /** `why`: {failed, final}: in words, and whether it would be refused again. */
  failed(id, key, why) {
    this.rooms.get(id)?.timeline.failed(key, why);
    this.tell('timeline', id);
  }

  dropped(id, key) {
    this.rooms.get(id)?.timeline.drop(key);
    this.tell('timeline', id);
  }

  trim(id, count) {
    if (this.rooms.get(id)?.timeline.trim(count)) this.tell('timeline', id);
  }

  /** Changes a room by `act(room)`, of which `what` tells. */
  change(id, what, act) {
    const room = this.rooms.get(id);
    if (!room) return;
    act(room);
    this.tell(what, id);
  }

  #take(state) {
    const known = this.rooms.get(state.room);
    this.invitations.delete(state.room);
    if (state.other) this.names.set(state.other, state.name);
    if (known) {
      known.set(state);
      return known;
    }
    const room = new Room(state);
    this.rooms.set(room.id, room);
    return room;
  }

  #forget(id) {
    this.rooms.delete(id);
    if (this.active === id) {
      this.active = null;
      this.tell('active');
    }
  }

  /** Names are heard with every event. */
  learn(events) {
    for (const event of events) {
      this.names.set(event.from, event.name);
      if (event.user_name) this.names.set(event.user, event.user_name);
    }
  }
}

function isMember(room, user) {
  return room.other === user || (room.members?.some((member) => member.user === user) ?? false);
}
