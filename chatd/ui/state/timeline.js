// One room's messages as this page knows them: keyed by seq, edited, deleted, with holes where some
// are not loaded; and the rows that a conversation shows of them.

/** Messages of one author closer than this are one group, in milliseconds. */
const GROUP = 5 * 60_000;

export class Timeline {
  /** Messages by ascending seq. */
  messages = [];
  /** Comings, goings and changes, as they happened while this page listened. */
  notes = [];
  /** One's own that the server has not confirmed: {key, text, at, sent, failed}. */
  pending = [];
  /** Whether there are messages before the first. */
  moreBefore = false;
  loaded = false;
  /** Seqs of messages with some missing right before them. */
  gaps = new Set();

  /** The latest page, at the start or after the server could not say what was missed. */
  latest(page, moreBefore) {
    const known = this.messages.at(-1);
    const first = page[0];
    if (!known || !first) {
      this.messages = [...page];
      this.moreBefore = moreBefore;
      this.gaps.clear();
    } else {
      const joins = !moreBefore || first.seq <= known.seq || first.number === known.number + 1;
      if (!joins) this.gaps.add(first.seq);
      this.#merge(page);
      if (!moreBefore) this.moreBefore = false;
    }
    this.loaded = true;
  }

  /** The page of messages right before `seq`. */
  before(seq, page, moreBefore) {
    const gap = this.gaps.delete(seq);
    if (!gap) {
      this.moreBefore = moreBefore;
    } else if (page.length && moreBefore) {
      const upper = this.messages.filter((message) => message.seq < seq).at(-1);
      const first = page[0];
      if (upper && first.seq > upper.seq && first.number !== upper.number + 1) {
        this.gaps.add(first.seq);
      }
    }
    this.#merge(page);
  }

  /** A live event. True if a row changed by it. */
  event(frame) {
    switch (frame.type) {
      case 'message':
        this.#put({ ...frame, text: frame.text ?? '' });
        return true;
      case 'edited':
        return this.#change(frame.target, {
          text: frame.text ?? '',
          edited: frame.at,
          ...(frame.deleted ? { deleted: frame.deleted } : {}),
        });
      case 'deleted':
        return this.#change(frame.target, { text: '', deleted: frame.at });
      default:
        if (frame.seq <= (this.notes.at(-1)?.seq ?? 0)) return false;
        this.notes.push(frame);
        return true;
    }
  }

  // ---- one's own, on their way ------------------------------------------------------------------

  add(key, text, at) {
    const last = this.messages.at(-1)?.seq ?? 0;
    this.pending.push({ key, text, at, sent: false, failed: null, after: last });
  }

  /** It is on the wire; whether it arrived, nobody knows yet. */
  sent(key) {
    const found = this.pending.find((one) => one.key === key);
    if (found) found.sent = true;
  }

  /** The server has stored it. */
  stored(key, reply, author) {
    const found = this.pending.find((one) => one.key === key);
    this.drop(key);
    if (!found) return;
    const own = { room: reply.room, seq: reply.seq, number: reply.number, at: reply.at };
    if (!this.messages.some((message) => message.seq === reply.seq)) {
      this.#put({ type: 'message', ...own, ...author, text: found.text, key });
    } else {
      this.#change(reply.seq, { key });
    }
  }

  failed(key, why) {
    const found = this.pending.find((one) => one.key === key);
    if (found) found.failed = why;
  }

  drop(key) {
    this.pending = this.pending.filter((one) => one.key !== key);
  }

  /** Keeps the newest `count` messages: what is above can be loaded again. */
  trim(count) {
    if (this.messages.length <= count) return false;
    this.messages = this.messages.slice(-count);
    const first = this.messages[0].seq;
    this.notes = this.notes.filter((note) => note.seq > first);
    this.gaps = new Set([...this.gaps].filter((seq) => seq > first));
    this.moreBefore = true;
    return true;
  }

  find(seq) {
    return this.messages.find((message) => message.seq === seq);
  }

  #merge(page) {
    for (const message of page) this.#put(message);
  }

  #put(message) {
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1].seq > message.seq) at -= 1;
    const same = this.messages[at - 1];
    if (same?.seq === message.seq) {
      this.messages[at - 1] = { ...message, ...(same.key && { key: same.key }) };
    } else {
      this.messages.splice(at, 0, message);
    }
  }

  #change(seq, fields) {
    const at = this.messages.findIndex((message) => message.seq === seq);
    if (at < 0) return false;
    this.messages[at] = { ...this.messages[at], ...fields };
    return true;
  }
}

/**
 * The rows that a conversation shows, each with a `key` that stays its own:
 * start | more | day {at} | gap {before} | unread {count} | note {notes} |
 * message {message, first, own, state, seenBy}.
 *
 * `me`: {user, name}; `unreadAfter`: the seq above the unread line, null for none; `marks`: how far
 * others got, user id to {delivered, read}; `dayOf(ms)`: a word that is the same for one day.
 * A message's state is waiting, failed, stored, delivered or seen; null for those of others.
 */
export function rows(timeline, { me: self, unreadAfter = null, marks = new Map(), dayOf }) {
  const found = [];
  const me = self.user;
  const others = [...marks].filter(([user]) => user !== me).map(([, mark]) => mark);
  let day = null;
  let before = null;
  let unread = unreadAfter !== null;

  const dayLine = (at) => {
    if (dayOf(at) === day) return;
    day = dayOf(at);
    before = null;
    found.push({ kind: 'day', key: `day ${day}`, at });
  };
  const message = (one, key, own, state, seenBy) => {
    const first =
      !before || before.from !== one.from || one.at - before.at > GROUP || one.at < before.at;
    found.push({ kind: 'message', key, message: one, first, own, state, seenBy });
    before = one;
  };

  if (timeline.loaded) {
    const kind = timeline.moreBefore ? 'more' : 'start';
    found.push({ kind, key: kind });
  }
  const notes = [...timeline.notes];
  const notesUpTo = (seq) => {
    while (notes.length && notes[0].seq < seq) {
      const note = notes.shift();
      dayLine(note.at);
      const last = found.at(-1);
      if (last?.kind === 'note') last.notes.push(note);
      else found.push({ kind: 'note', key: `note ${note.seq}`, notes: [note] });
      before = null;
    }
  };

  for (const one of timeline.messages) {
    notesUpTo(one.seq);
    if (timeline.gaps.has(one.seq)) {
      found.push({ kind: 'gap', key: `gap ${one.seq}`, before: one.seq });
      before = null;
    }
    dayLine(one.at);
    const own = one.from === me;
    if (unread && !own && one.seq > unreadAfter) {
      unread = false;
      before = null;
      const count = timeline.messages.filter((m) => m.seq >= one.seq && m.from !== me).length;
      found.push({ kind: 'unread', key: 'unread', count });
    }
    const seenBy = own ? others.filter((mark) => mark.read >= one.seq).length : 0;
    const delivered = own && others.some((mark) => mark.delivered >= one.seq);
    const state = own ? (seenBy ? 'seen' : delivered ? 'delivered' : 'stored') : null;
    message(one, one.key ?? `message ${one.seq}`, own, state, seenBy);
  }
  notesUpTo(Infinity);

  for (const one of unconfirmed(timeline, me)) {
    const shown = { from: me, name: self.name, text: one.text, at: one.at, failed: one.failed, pending: one.key };
    dayLine(one.at);
    message(shown, one.key, true, one.failed ? 'failed' : 'waiting', 0);
  }
  return found;
}

/**
 * Pending messages, less one that was stored although its answer got lost on the way: it was sent,
 * and is seen again as an event with the same text, and would otherwise show twice until its answer
 * comes. Messages go out one at a time, so there is only one of which nobody knows.
 */
function unconfirmed(timeline, me) {
  const arrived = (one) =>
    timeline.messages.some(
      ({ from, key, seq, text }) => from === me && !key && seq > one.after && text === one.text,
    );
  return timeline.pending.filter((one) => !one.sent || one.failed || !arrived(one));
}
