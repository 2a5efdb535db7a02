// What this page knows of the server's log: which rooms are open, how far each was heard, and the
// cursor. It drops what it has seen already and notices what is missing, so that what passes is
// every event of every open room, once and in order.

export class Book {
  cursor = null;
  /** Open rooms, to the seq of the last event known there. */
  heads = new Map();

  /** Takes in the reply to `open`. */
  opened(reply) {
    this.heads.set(reply.room.room, reply.room.seq);
    this.cursor = reply.cursor;
  }

  closed(room) {
    this.heads.delete(room);
  }

  /** "news", "known" (seen before, or not ours to hear) or "hole" (something before is missing). */
  event(frame) {
    const head = this.heads.get(frame.room);
    if (head === undefined || frame.seq <= head) return 'known';
    if (frame.seq !== head + 1) return 'hole';
    this.heads.set(frame.room, frame.seq);
    this.cursor = frame.cursor;
    return 'news';
  }

  /**
   * Takes in the reply to `resume`: the events that are news, and the rooms of which something may
   * be missing because the server could not tell what was missed: their history is to be read anew.
   */
  resumed(reply) {
    const news = (reply.events ?? []).filter((event) => this.event(event) === 'news');
    for (const room of reply.removed ?? []) this.closed(room);
    const lost = [];
    if (!reply.resumed) {
      for (const { room, seq } of reply.rooms ?? []) {
        if (this.heads.get(room) !== seq) lost.push(room);
        this.heads.set(room, seq);
      }
    }
    this.cursor = reply.cursor;
    return { news, lost };
  }

  /** Whether a heartbeat's sum of heads is our own. */
  agrees(sum) {
    let own = 0;
    for (const head of this.heads.values()) own += head;
    return own === sum;
  }
}
