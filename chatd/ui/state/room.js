// One room as this page knows it: what the server says of it, its timeline, and who is in it.

import { mentionsMe } from './mentions.js';
import { Timeline } from './timeline.js';

const RANKS = ['reader', 'member', 'moderator', 'owner'];

export class Room {
  timeline = new Timeline();
  /** How far members got: user id to {delivered, read, at}, `at` when they read so far. */
  marks = new Map();
  /** Who is here: user id to "online" or "away". */
  here = new Map();
  typing = { users: [], count: 0 };
  /** Members by name, once asked for: {user, name, role}. */
  members = null;
  /** Whether there are members behind the last of these. */
  moreMembers = false;
  /** The unread line stands above the first message of others after this seq; null for no line. */
  unreadAfter = null;
  draft = '';
  /** The message that the draft answers, its seq; null for none. */
  replyTo = null;
  /** Files that go with it: see files/sending.js. */
  chips = [];
  /** Seqs of the messages that are pinned; null before they were asked for. */
  pinned = null;
  /** When slow mode lets one write again, as far as this page knows; milliseconds. */
  waitsUntil = 0;
  /** Messages up to this seq are counted in `mentions`. */
  #mentionsUpTo = 0;
  /** The server answered `open`: events flow. */
  open = false;
  /** It did so once, at the least. */
  heard = false;

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
    this.mentions = state.mentions ?? 0;
    this.memberCount = state.members;
    this.other = state.other ?? null;
    this.archived = state.archived ?? false;
    this.slow = state.slow ?? 0;
    this.posting = state.posting ?? 'member';
    this.avatar = state.avatar ?? null;
    this.keep(state);
    this.#mentionsUpTo = state.seq;
  }

  /** How one keeps the room, all of it: what is not there is not set. */
  keep(state) {
    this.notify = state.notify ?? null;
    this.mutedUntil = state.muted_until ?? null;
    this.favourite = state.favourite ?? false;
    this.place = state.place ?? null;
    this.unreadFrom = state.unread_from ?? null;
  }

  opened(frame) {
    this.set(frame.room);
    this.timeline.latest(frame.messages, frame.more_before ?? false);
    this.timeline.quotedAre([], frame.quoted ?? []);
    this.marks = new Map((frame.marks ?? []).map((mark) => [mark.user, reached(mark)]));
    this.here = new Map(Object.entries(frame.here ?? {}));
    this.open = true;
    this.heard = true;
  }

  /** Not heard any more: what is known of it grows old. One's own unsent messages stay. */
  closed() {
    const { pending } = this.timeline;
    this.timeline = new Timeline();
    this.timeline.pending = pending;
    this.pinned = null;
    this.here.clear();
    this.open = false;
  }

  /** A live event; `me` is one's id, `looking` whether its end is in view right now. */
  event(frame, me, looking) {
    this.seq = frame.seq;
    this.timeline.event(frame, me);
    switch (frame.type) {
      case 'message':
        this.#said(frame, me, looking);
        break;
      case 'room_changed':
        if (frame.title !== undefined) this.name = frame.title;
        if (frame.slug !== undefined) this.slug = frame.slug;
        if (frame.topic !== undefined) this.topic = frame.topic;
        if (frame.avatar !== undefined) this.avatar = frame.avatar || null;
        if (frame.archived !== undefined) this.archived = frame.archived;
        if (frame.slow !== undefined) this.slow = frame.slow;
        if (frame.posting !== undefined) this.posting = frame.posting;
        break;
      case 'pinned':
        if (frame.on) this.pinned?.add(frame.target);
        else this.pinned?.delete(frame.target);
        break;
      case 'deleted':
        this.pinned?.delete(frame.target);
        break;
      case 'membership':
        this.#moved(frame, me);
        break;
    }
  }

  #said(frame, me, looking) {
    this.typing = without(this.typing, frame.from);
    this.number = frame.number;
    // Saying something moves the author's own marks there.
    this.marks.set(frame.from, { delivered: frame.seq, read: frame.seq, at: frame.at ?? null });
    if (frame.from === me) {
      // Whoever answers has read what was above.
      this.unread = 0;
      this.mentions = 0;
      this.unreadAfter = null;
      this.read = frame.seq;
      return;
    }
    if (!looking && this.unread === 0) this.unreadAfter = frame.seq - 1;
    this.unread += 1;
    if (mentionsMe(frame, me)) this.mentioned(frame);
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
  readTo({ delivered = 0, read = 0 }, me) {
    this.delivered = Math.max(this.delivered, delivered);
    if (read <= this.read) return;
    this.read = read;
    const { messages } = this.timeline;
    const last = messages.findLast((message) => message.seq <= read);
    if (read >= this.seq) this.unread = 0;
    else if (last) this.unread = Math.min(this.unread, this.number - last.number);
    const callsMe = (one) => one.seq > read && one.from !== me && mentionsMe(one, me);
    if (read >= this.#mentionsUpTo) this.mentions = 0;
    else if (last) this.mentions = Math.min(this.mentions, messages.filter(callsMe).length);
  }

  /** A message, heard here or elsewhere, mentions one. */
  mentioned({ seq }) {
    if (seq <= this.#mentionsUpTo) return;
    this.#mentionsUpTo = seq;
    this.mentions += 1;
  }

  /** Why one cannot write here, in a word: reader, archived, posting; null if one can. */
  get closedTo() {
    if (this.archived) return 'archived';
    if (this.role === null || this.role === 'reader') return 'reader';
    return RANKS.indexOf(this.role) < RANKS.indexOf(this.posting) ? 'posting' : null;
  }

  /** Whether one keeps order here. */
  get moderates() {
    return this.role === 'owner' || this.role === 'moderator';
  }

  get mayReact() {
    return !this.archived && this.role !== null && this.role !== 'reader';
  }

  get mayPin() {
    return !this.archived && (this.moderates || this.kind === 'direct');
  }

  /** Something was said while the room was not open here. `looking` is never true then. */
  activity({ seq, number }) {
    // That one read it may be heard before that it was said.
    if (seq > this.read) this.unread += Math.max(0, number - this.number);
    this.seq = Math.max(this.seq, seq);
    this.number = Math.max(this.number, number);
  }

  /** The room comes into view: the unread line is fixed now. */
  shown() {
    this.unreadAfter = this.unread > 0 ? this.read : null;
    if (this.unreadFrom !== null) this.unreadAfter = Math.min(this.read, this.unreadFrom - 1);
  }
}

function reached({ delivered = 0, read = 0, read_at: at = null }) {
  return { delivered, read, at };
}

/** Who types, but for one person. */
export function without(typing, user) {
  const users = typing.users.filter((one) => one.user !== user);
  return { users, count: typing.count - (typing.users.length - users.length) };
}
