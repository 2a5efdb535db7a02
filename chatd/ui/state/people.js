// Who people are, as far as this page heard: names, pictures, what they are up to.

export class People {
  #known = new Map();

  get(user) {
    return this.#known.get(user);
  }

  /**
   * Takes in people as the server shows them. What shows beside a name is replaced as a whole: a
   * picture or a status that is not there is none. What only a person's card shows stays unless it
   * is told (`whole`). True if anything is another than it was.
   */
  learn(shapes, { whole = false } = {}) {
    let changed = false;
    for (const shape of shapes) {
      const { user, name, kind = 'person', avatar = null, status = null } = shape;
      const display = shape.display || name;
      const known = this.#known.get(user);
      const told = whole
        ? { about: shape.about ?? '', lastSeen: shape.last_seen ?? null, deleted: shape.deleted ?? false }
        : { about: known?.about ?? '', lastSeen: known?.lastSeen ?? null, deleted: known?.deleted ?? false };
      const next = { user, name, display, kind, avatar, status, ...told };
      if (JSON.stringify(known) === JSON.stringify(next)) continue;
      this.#known.set(user, next);
      changed = true;
    }
    return changed;
  }

  /** The name to show. */
  display(user, fallback = '') {
    return this.#known.get(user)?.display ?? fallback;
  }

  /** What somebody is up to, {emoji, text, until}; null for nothing, or nothing any more. */
  status(user, now) {
    const status = this.#known.get(user)?.status ?? null;
    return status && !(status.until <= now) ? status : null;
  }

  /** Whether somebody's status ended in that time: nobody is told of it. */
  ended(since, now) {
    return [...this.#known.values()].some(
      ({ status }) => status?.until > since && status.until <= now,
    );
  }
}
