// The rows that a conversation shows of a timeline.

import { mentionsMe } from './mentions.js';
import { wished } from './reactions.js';
import { standing } from './standing.js';

/** Messages of one author closer than this are one group, in milliseconds. */
const GROUP = 5 * 60_000;

const NOBODY = new Set();

/**
 * The rows, each with a `key` that stays its own:
 * start | more | day {at} | gap {before, after} | unread {count} | note {notes} |
 * message {message, first, own, state, seenBy, here, quote, reactions, pinned, forMe, blocked,
 * quoteBlocked}; `here`: who has read up to it, as `standing` has it.
 *
 * `me`: {user, name}; `unreadAfter`: the seq above the unread line, null for none; `marks`: how far
 * others got, user id to {delivered, read}; `dayOf(ms)`: a word that is the same for one day;
 * `pinned`: seqs; `blocked`: ids of people whose messages are not shown.
 * A message's state is waiting, failed, stored, delivered or seen; null for those of others. Its
 * quote is the message that it answers: null if that cannot be had, undefined if there is none.
 */
export function rows(
  timeline,
  { me: self, unreadAfter = null, marks = new Map(), dayOf, pinned = NOBODY, blocked = NOBODY },
) {
  const found = [];
  const me = self.user;
  const others = [...marks].filter(([user]) => user !== me).map(([, mark]) => mark);
  const where = standing(timeline.messages, marks, me);
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
      !before ||
      before.from !== one.from ||
      one.at - before.at > GROUP ||
      one.at < before.at ||
      one.reply_to !== undefined ||
      one.forwarded !== undefined;
    found.push({
      kind: 'message',
      key,
      message: one,
      first,
      own,
      state,
      seenBy,
      here: where.get(one.seq) ?? [],
      quote: timeline.quoted(one.reply_to),
      reactions: wished(one.seq, one.reactions ?? [], one.deleted ? [] : timeline.wishes, me),
      pinned: pinned.has(one.seq),
      forMe: !own && mentionsMe(one, me),
      blocked: blocked.has(one.from),
      quoteBlocked: blocked.has(timeline.quoted(one.reply_to)?.from),
    });
    before = one;
  };

  if (timeline.loaded) {
    const kind = timeline.moreBefore ? 'more' : 'start';
    found.push({ kind, key: kind, empty: !timeline.messages.length && !timeline.pending.length });
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

  let above = null;
  for (const one of timeline.messages) {
    notesUpTo(one.seq);
    if (timeline.gaps.has(one.seq)) {
      found.push({ kind: 'gap', key: `gap ${one.seq}`, before: one.seq, after: above });
      before = null;
    }
    above = one.seq;
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
    const { text, at, failed, final, key, reply_to, files } = one;
    const shown = { from: me, name: self.name, text, at, failed, final, reply_to, files, pending: key };
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
      (said) => said.from === me && !said.key && said.seq > one.after && said.text === one.text && ids(said) === ids(one),
    );
  return timeline.pending.filter((one) => !one.sent || one.failed || !arrived(one));
}

/** Which files a message has, as the server calls them. */
function ids({ files = [] }) {
  return files.map(({ file, answer }) => file ?? answer?.file).join();
}
