// One room's messages as this page knows them: keyed by seq, edited, deleted, reacted to, in
// stretches with holes between them where some are not loaded. The last stretch is the room's end.

import { firstOf } from './halving.js';
import { reacted } from './reactions.js';

/** What a conversation tells of beside messages. */
const NOTES = new Set(['membership', 'room_changed', 'pinned']);

export class Timeline {
  /** Messages by ascending seq. */
  messages = [];
  /** Comings, goings and changes, as they happened while this page listened. */
  notes = [];
  /** One's own that the server has not confirmed: {key, text, at, sent, failed, final, reply_to}. */
  pending = [];
  /** Messages that others answer, by seq, where they are not loaded; null for those not to be had. */
  quotes = new Map();
  /** Reactions asked for and not told of yet: "seq emoji" to whether one reacts. */
  wishes = new Map();
  /** Whether there are messages before the first. */
  moreBefore = false;
  loaded = false;
  /** Seqs of messages with some missing right before them. */
  gaps = new Set();

  // ---- pages ------------------------------------------------------------------------------------

  /** The latest page, at the start or after the server could not say what was missed. */
  latest(page, moreBefore) {
    if (this.messages.length && page.length) {
      this.#take(page, moreBefore, false);
    } else {
      this.messages = [...page];
      this.moreBefore = moreBefore;
      this.gaps.clear();
    }
    this.loaded = true;
  }

  /** The page of messages right before `seq`. */
  before(seq, page, moreBefore) {
    if (page.length) this.#take(page, moreBefore, false);
    else if (!this.gaps.has(seq)) this.moreBefore = false;
    this.gaps.delete(seq);
  }

  /** The page of messages right after `seq`. */
  after(seq, page, moreAfter) {
    if (page.length) this.#take(page, false, moreAfter);
    else this.gaps.delete(this.messages.find((message) => message.seq > seq)?.seq);
  }

  /** A page from anywhere: a stretch of its own where it joins nothing. */
  around(page, moreBefore, moreAfter) {
    if (page.length) this.#take(page, moreBefore, moreAfter);
  }

  /** Messages in a row; `before`, `after`: whether some are missing between them and what is known. */
  #take(page, before, after) {
    const [first, last] = [page[0], page.at(-1)];
    const under = this.messages.findLast((message) => message.seq < first.seq);
    const over = this.messages.find((message) => message.seq > last.seq);
    const knewFirst = this.find(first.seq) !== undefined;
    const knewLast = this.find(last.seq) !== undefined;
    for (const seq of this.gaps) if (seq > first.seq && seq <= last.seq) this.gaps.delete(seq);
    if (!under) this.moreBefore = before;
    else if (!before || first.number === under.number + 1) this.gaps.delete(first.seq);
    else if (!knewFirst) this.gaps.add(first.seq);
    if (over) {
      if (!after || over.number === last.number + 1) this.gaps.delete(over.seq);
      else if (!knewLast) this.gaps.add(over.seq);
    }
    for (const message of page) this.#put(message);
  }

  // ---- what happens -----------------------------------------------------------------------------

  /** A live event; `me` is one's id. True if a row changed by it. */
  event(frame, me) {
    switch (frame.type) {
      case 'message':
        this.#put({ ...frame, text: frame.text ?? '' });
        return true;
      case 'edited':
        return this.#change(frame.target, {
          text: frame.text ?? '',
          data: frame.data,
          mentions: frame.mentions,
          edited: frame.at,
          ...(frame.deleted && GONE(frame.deleted)),
        });
      case 'deleted':
        return this.#change(frame.target, GONE(frame.at));
      case 'reacted':
        return this.#reacted(frame, me);
      default:
        if (!NOTES.has(frame.type) || frame.seq <= (this.notes.at(-1)?.seq ?? 0)) return false;
        this.notes.push(frame);
        return true;
    }
  }

  #reacted(frame, me) {
    const wish = `${frame.target} ${frame.emoji}`;
    if (frame.from === me && this.wishes.get(wish) === frame.on) this.wishes.delete(wish);
    const message = this.find(frame.target);
    if (!message || message.deleted) return false;
    return this.#change(frame.target, { reactions: reacted(message.reactions ?? [], frame, me) });
  }

  /** One wants to react, or no longer; null takes the wish back. */
  wish(seq, emoji, on) {
    const wish = `${seq} ${emoji}`;
    if (on === null) this.wishes.delete(wish);
    else this.wishes.set(wish, on);
  }

  // ---- what others answer -----------------------------------------------------------------------

  /** The message behind a quote: null if it cannot be had, undefined if it is not known. */
  quoted(seq) {
    if (seq === undefined) return undefined;
    return this.find(seq) ?? this.quotes.get(seq);
  }

  /** Seqs that are answered here and of which nothing is known. */
  get unknown() {
    const asked = [...this.messages, ...this.pending].map((message) => message.reply_to);
    return [...new Set(asked)].filter((seq) => seq !== undefined && this.quoted(seq) === undefined);
  }

  /** Of the `seqs` asked for, those in `messages` are to be had. */
  quotedAre(seqs, messages) {
    for (const seq of seqs) if (this.quoted(seq) === undefined) this.quotes.set(seq, null);
    for (const message of messages) this.quotes.set(message.seq, message);
  }

  // ---- one's own, on their way ------------------------------------------------------------------

  /** `more`: what goes with the text, as `reply_to`. */
  add(key, text, at, more = {}) {
    const last = this.messages.at(-1)?.seq ?? 0;
    this.pending.push({ ...more, key, text, at, sent: false, failed: null, after: last });
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
    if (found.reply_to !== undefined) own.reply_to = found.reply_to;
    // Pictures that are here already are not asked for.
    if (found.files) own.files = found.files.map(({ answer, url }) => ({ ...answer, url }));
    if (!this.find(reply.seq)) {
      this.#put({ type: 'message', ...own, ...author, text: found.text, key });
    } else {
      this.#change(reply.seq, { key, ...(own.files && { files: own.files }) });
    }
  }

  /** `final`: it would be refused again as well. */
  failed(key, { failed, final = false }) {
    const found = this.pending.find((one) => one.key === key);
    if (found) Object.assign(found, { failed, final });
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
    const found = this.messages[this.#behind(seq) - 1];
    return found?.seq === seq ? found : undefined;
  }

  /** How many messages have this seq or a lower one. */
  #behind(seq) {
    return firstOf(this.messages, (message) => message.seq > seq);
  }

  #put(message) {
    const at = this.#behind(message.seq);
    const same = this.messages[at - 1];
    if (same?.seq === message.seq) {
      this.messages[at - 1] = { ...message, ...(same.key && { key: same.key }), ...(same.key && same.files && message.files && { files: same.files }) };
    } else {
      this.messages.splice(at, 0, message);
    }
  }

  /** Changes a message, and what is quoted of it. */
  #change(seq, fields) {
    const quote = this.quotes.get(seq);
    if (quote) this.quotes.set(seq, { ...quote, ...fields });
    const found = this.find(seq);
    if (found) this.messages[this.#behind(seq) - 1] = { ...found, ...fields };
    return Boolean(found || quote);
  }
}

/** What is left of a message that was deleted. */
const GONE = (deleted) => ({ text: '', deleted, data: undefined, mentions: undefined, reactions: undefined, files: undefined });
