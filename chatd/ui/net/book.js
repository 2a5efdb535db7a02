// What this page knows of the server's log: which rooms are open, how far each was heard, and the
// cursor. It drops what it has seen already and notices what is missing, so that what passes is
// every event of every open room, once and in order. client/book.py does the same, by the same cases.

export class Book {
  /** Where to resume from: all that came before it in the open rooms is known. */
  cursor = null;
  /** Open rooms, to the seq of the last event known there. */
  heads = new Map();
  /** Something is missing: the cursor stays until a resume has brought it. */
  hasHole = false;

  /** Takes in the reply to `open`, from which the room goes on. */
  opened(reply) {
    // Events of other rooms from before the reply's cursor may still be on their way, so with rooms
    // open the older cursor stays; what it brings of this room is known by its seq.
    if (this.heads.size === 0 || this.cursor === null) this.cursor = reply.cursor;
    this.heads.set(reply.room.room, reply.room.seq);
  }

  closed(room) {
    this.heads.delete(room);
  }

  /** "news", "known" (seen before, or not ours to hear) or "hole" (something before is missing). */
  event(frame) {
    const head = this.heads.get(frame.room);
    if (head === undefined || frame.seq <= head) return 'known';
    if (frame.seq !== head + 1) {
      this.hasHole = true;
      return 'hole';
    }
    this.heads.set(frame.room, frame.seq);
    if (!this.hasHole) this.cursor = frame.cursor;
    return 'news';
  }

  /**
   * Takes in the reply to `resume`: the events that are news, and the rooms of which something is
   * missing all the same (the server could not tell what was missed): their history is to be read anew.
   */
  resumed(reply) {
    const news = (reply.events ?? []).filter(({ room, seq }) => {
      // A jump is no hole here: between two stays in a room lies what is not ours to see.
      const isNews = seq > (this.heads.get(room) ?? Infinity);
      if (isNews) this.heads.set(room, seq);
      return isNews;
    });
    for (const room of reply.removed ?? []) this.closed(room);
    const lost = [];
    for (const { room, seq } of reply.rooms ?? []) {
      const head = this.heads.get(room);
      if (head === undefined || (reply.resumed && head === seq)) continue;
      lost.push(room);
      this.heads.set(room, seq);
    }
    this.cursor = reply.cursor;
    this.hasHole &&= reply.more ?? false;
    return { news, lost };
  }

  /** Whether a heartbeat's sum of heads is our own. */
  agrees(sum) {
    let own = 0;
    for (const head of this.heads.values()) own += head;
    return own === sum;
  }
}
