// One room as this page knows it: what the server says of it, its timeline, and who is in it.

import { Timeline } from './timeline.js';

export class Room {
  timeline = new Timeline();
  /** How far members got: user id to {delivered, read}. */
  marks = new Map();
  /** Who is here: user id to "online" or "away". */
  here = new Map();
  typing = { users: [], count: 0 };
  /** Members by name, once asked for: {user, name, role}. */
  members = null;
  /** The unread line stands above the first message of others after this seq; null for no line. */
  unreadAfter = null;
  draft = '';
  /** The server answered `open`: events flow. */
  open = false;

  constructor(state) {
    this.id = state.room;
    this.set(state);
  }

  /** Takes in the room as the server shows it. Fields at their default were left out on the way. */
  set(state) {
    this.kind = state.kind;
    this.name = state.name;
    this.slug = state.slug ?? null;
    this.topic = state.topic ?? '';
    this.role = state.role ?? null;
    this.seq = state.seq;
    this.number = state.number;
    this.read = state.read ?? 0;
    this.delivered = state.delivered ?? 0;
    this.unread = state.unread ?? 0;
    this.memberCount = state.members;
    this.other = state.other ?? null;
  }

  opened(frame) {
    this.set(frame.room);
    this.timeline.latest(frame.messages, frame.more_before ?? false);
    this.marks = new Map((frame.marks ?? []).map((mark) => [mark.user, reached(mark)]));
    this.here = new Map(Object.entries(frame.here ?? {}));
    this.open = true;
  }

  /** Not heard any more: what is known of it grows old. One's own unsent messages stay. */
  closed() {
    const { pending } = this.timeline;
    this.timeline = new Timeline();
    this.timeline.pending = pending;
    this.here.clear();
    this.open = false;
  }

  /** A live event; `me` is one's id, `looking` whether its end is in view right now. */
  event(frame, me, looking) {
    this.seq = frame.seq;
    this.timeline.event(frame);
    switch (frame.type) {
      case 'message':
        this.#said(frame, me, looking);
        break;
      case 'room_changed':
        if (frame.title !== undefined) this.name = frame.title;
        if (frame.slug !== undefined) this.slug = frame.slug;
        if (frame.topic !== undefined) this.topic = frame.topic;
        break;
      case 'membership':
        this.#moved(frame, me);
        break;
    }
  }

  #said(frame, me, looking) {
    this.typing = without(this.typing, frame.from);
    this.number = frame.number;
    // Saying something moves the author's own marks there; no signal tells of it.
    this.marks.set(frame.from, { delivered: frame.seq, read: frame.seq });
    if (frame.from === me) {
      // Whoever answers has read what was above.
      this.unread = 0;
      this.unreadAfter = null;
      this.read = frame.seq;
      return;
    }
    if (!looking && this.unread === 0) this.unreadAfter = frame.seq - 1;
    this.unread += 1;
  }

  #moved(frame, me) {
    const came = frame.change === 'joined' || frame.change === 'added';
    const went = ['left', 'kicked', 'banned'].includes(frame.change);
    if (came) this.memberCount += 1;
    if (went) {
      this.memberCount -= 1;
      this.here.delete(frame.user);
      this.marks.delete(frame.user);
    }
    if (frame.user === me) this.role = went ? null : (frame.role ?? this.role);
    if (!this.members) return;
    this.members = this.members.filter((member) => member.user !== frame.user || !(came || went));
    if (came) {
      this.members.push({ user: frame.user, name: frame.user_name, role: frame.role });
      this.members.sort((a, b) => a.name.localeCompare(b.name));
    } else if (frame.change === 'role') {
      this.members = this.members.map((member) =>
        member.user === frame.user ? { ...member, role: frame.role } : member,
      );
    }
  }

  /** Others' marks moved. */
  marked(marks) {
    for (const mark of marks) this.marks.set(mark.user, reached(mark));
  }

  /** One's own marks are here now. */
  readTo({ delivered = 0, read = 0 }) {
    this.delivered = Math.max(this.delivered, delivered);
    if (read <= this.read) return;
    this.read = read;
    const last = this.timeline.messages.filter((message) => message.seq <= read).at(-1);
    if (read >= this.seq) this.unread = 0;
    else if (last) this.unread = Math.min(this.unread, this.number - last.number);
  }

  /** Something was said while the room was not open here. `looking` is never true then. */
  activity({ seq, number }) {
    this.unread += Math.max(0, number - this.number);
    this.seq = Math.max(this.seq, seq);
    this.number = Math.max(this.number, number);
  }

  /** The room comes into view: the unread line is fixed now. */
  shown() {
    this.unreadAfter = this.unread > 0 ? this.read : null;
  }
}

function reached({ delivered = 0, read = 0 }) {
  return { delivered, read };
}

/** Who types, but for one person. */
export function without(typing, user) {
  const users = typing.users.filter((one) => one.user !== user);
  return { users, count: typing.count - (typing.users.length - users.length) };
}
