// What one does with people: look them up, block them; and what one shows of oneself.

/** Seconds between two questions for people whom nobody asked to see. */
const PACE = 0.3;
/** Of so many at most. */
const MOST = 200;

export class People {
  #store;
  /** @type {import('../wire.js').Ask} */
  #ask;
  /** @type {import('../wire.js').KeepAnew} */
  #keep;
  #later;
  #wanted = new Set();
  #pacing = false;

  /** As `Rooms`; `later(seconds, call)` runs `call` then. */
  constructor(store, ask, keep, later) {
    this.#store = store;
    this.#ask = ask;
    this.#keep = keep;
    this.#later = later;
  }

  /** The connection is back: who one is, whom one blocked, and who the others of one's talks are. */
  async live() {
    const { people } = await this.#ask('blocked');
    this.#store.blocked = new Set(people.map(({ user }) => user));
    this.#store.learnPeople(people);
    this.#store.tell('people');
    await this.person(this.#store.me.user);
    this.need([...this.#store.rooms.values()].map((room) => room.other).filter(Boolean));
  }

  /** Who somebody is, asked anew: as `store.people` has it. */
  async person(user) {
    const { person } = await this.#ask('person', { user });
    this.#store.learnPeople([person], { whole: true });
    return this.#store.people.get(person.user);
  }

  /** People whose names and pictures would be good to have: asked for one after the other. */
  need(users) {
    for (const user of users.slice(0, MOST)) this.#wanted.add(user);
    this.#next();
  }

  #next() {
    if (this.#pacing) return;
    const [user] = this.#wanted;
    if (user === undefined) return;
    this.#wanted.delete(user);
    this.#pacing = true;
    this.person(user).catch(() => {});
    this.#later(PACE, () => {
      this.#pacing = false;
      this.#next();
    });
  }

  /** A page of people whose names begin so: {people, more}. */
  async find(query, after = null) {
    const reply = await this.#ask('people', { query, ...(after && { after }) });
    this.#store.learnPeople(reply.people);
    return reply;
  }

  /** Those whom one has blocked. */
  async blocked() {
    return (await this.#ask('blocked')).people;
  }

  async block(user, blocked) {
    await this.#keep(blocked ? 'block' : 'unblock', { user });
    this.#store.block(user, blocked);
  }

  // ---- oneself ----------------------------------------------------------------------------------

  async setProfile(fields) {
    await this.#keep('set_profile', fields);
    await this.person(this.#store.me.user);
  }

  async setStatus(fields) {
    await this.#keep('set_status', fields);
    await this.person(this.#store.me.user);
  }

  /** {seen_by, direct_from, receipts, typing}, all of them. */
  async privacy() {
    const { seen_by = 'all', direct_from = 'all', receipts = true, typing = true } = await this.#ask('privacy');
    return { seen_by, direct_from, receipts, typing };
  }

  setPrivacy(fields) {
    return this.#keep('set_privacy', fields);
  }
}
