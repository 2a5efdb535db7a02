// Commands under way: plain ones that a lost connection fails, and keyed ones that outlive it.

import { refusal, t } from '../words/words.js';

/** The server said no; `retry` where the same command may succeed later. */
export class Refused extends Error {
  constructor(frame) {
    const { code, field = null, retry_after: retryAfter = null, reference = null } = frame;
    const message = frame.message ?? frame.detail ?? t('The server refused this.');
    super(refusal({ code, message, field, retryAfter, reference }));
    this.name = 'Refused';
    this.code = code;
    this.field = field;
    this.retry = frame.retry ?? false;
    this.retryAfter = retryAfter;
    this.reference = reference;
  }
}

/** The connection ended before the answer came. */
export class Lost extends Error {
  constructor() {
    super(t('The connection was lost before the answer came. Try again when it is back.'));
    this.name = 'Lost';
  }
}

/** It waited for a connection for so long that one is asked before it goes. */
export class Stale extends Error {
  constructor() {
    super(t('You wrote this a while ago. Send it now?'));
    this.name = 'Stale';
  }
}

/** How often a keyed command is tried again where the server says that it may succeed later. */
const TRIES = 8;
/** And a command of the moment. */
const PATIENCE = 3;
/** Seconds beyond which waiting is for whoever asked: the commands behind have to go out. */
const LONG = 10;
/** Seconds to wait at least: what fits again in a hundredth of a second fits once, not for all. */
const REST = 0.5;

/**
 * Keyed commands go out one at a time: where one has to be sent again, because the connection broke
 * or the server asked for patience, none after it can overtake it.
 */
export class Commands {
  #send;
  #later;
  #next = 1;
  #plain = new Map();
  #queue = [];
  #live = false;
  #under = false;

  /** `send(frame)` writes to the connection; `later(seconds, call)` runs `call` then. */
  constructor(send, later) {
    this.#send = send;
    this.#later = later;
  }

  /** Commands not answered yet that must not be forgotten. */
  get waiting() {
    return this.#queue.length;
  }

  /** A command of the moment: rejects with `Lost` where there is no connection or it breaks. */
  ask(type, fields = {}) {
    return this.#plainly(type, fields, 0);
  }

  /** As `ask`, where it is of no use later: it is never sent again, and nobody waits for it. */
  tell(type, fields) {
    this.#plainly(type, fields, PATIENCE).catch(() => {});
  }

  #plainly(type, fields, tries) {
    const frame = { type, id: this.#next++, ...fields };
    return new Promise((resolve, reject) => {
      this.#plain.set(frame.id, { frame, resolve, reject, tries });
      if (!this.#send(frame)) this.#fail(frame.id);
    });
  }

  /**
   * A command that has its effect once, whatever happens on the way; `fields` carry its `key`. Where
   * `isOld()` before it went out for the first time, it rejects with `Stale` and does not.
   */
  keep(type, fields, onSent = () => {}, isOld = () => false) {
    const frame = { type, id: this.#next++, ...fields };
    return new Promise((resolve, reject) => {
      this.#queue.push({ frame, resolve, reject, onSent, isOld, went: false, tries: 0 });
      this.#pump();
    });
  }

  /** The connection carries commands from now on. */
  live() {
    this.#live = true;
    this.#under = false;
    this.#pump();
  }

  lost() {
    this.#live = false;
    this.#under = false;
    for (const id of [...this.#plain.keys()]) this.#fail(id);
  }

  /** Takes in a reply or an error; false where it answers nothing of ours. */
  answer(frame) {
    const plain = this.#plain.get(frame.id);
    if (plain) {
      if (again(frame) && ++plain.tries < PATIENCE) {
        this.#later(rest(frame), () => {
          const waits = this.#plain.get(frame.id) === plain;
          if (waits && !this.#send(plain.frame)) this.#fail(frame.id);
        });
        return true;
      }
      this.#plain.delete(frame.id);
      if (frame.type === 'error') plain.reject(new Refused(frame));
      else plain.resolve(frame);
      return true;
    }
    const head = this.#queue[0];
    if (!head || head.frame.id !== frame.id) return false;
    if (again(frame) && ++head.tries < TRIES) {
      this.#later(rest(frame), () => {
        if (this.#queue[0] !== head || !this.#under) return;
        this.#under = false;
        this.#pump();
      });
      return true;
    }
    this.#queue.shift();
    this.#under = false;
    if (frame.type === 'error') head.reject(new Refused(frame));
    else head.resolve(frame);
    this.#pump();
    return true;
  }

  #pump() {
    if (!this.#live || this.#under) return;
    while (this.#queue.length && !this.#queue[0].went && this.#queue[0].isOld()) {
      this.#queue.shift().reject(new Stale());
    }
    const head = this.#queue[0];
    if (!head) return;
    this.#under = this.#send(head.frame);
    if (!this.#under) return;
    head.went = true;
    head.onSent();
  }

  #fail(id) {
    const { reject } = this.#plain.get(id);
    this.#plain.delete(id);
    reject(new Lost());
  }
}

function again(frame) {
  return frame.type === 'error' && frame.retry && (frame.retry_after ?? 0) <= LONG;
}

function rest(frame) {
  return Math.max(REST, frame.retry_after ?? 1);
}
