// Where one is, in the address: the list, a room, or a room's people. Each is a history entry, so
// that on a phone "back" leads from pane to pane.

/** {pane: "list" | "talk" | "people", room} */
export function read(hash) {
  const [, room, people] = /^#\/room\/([^/]+)(\/people)?$/u.exec(hash) ?? [];
  if (!room) return { pane: 'list', room: null };
  return { pane: people ? 'people' : 'talk', room: decodeURIComponent(room) };
}

export function write({ pane, room }) {
  if (pane === 'list' || !room) return '#/';
  return `#/room/${encodeURIComponent(room)}${pane === 'people' ? '/people' : ''}`;
}

export class Route {
  #call;

  /** `call({pane, room})` whenever one is somewhere else. */
  constructor(call) {
    this.#call = call;
    addEventListener('popstate', () => this.#call(this.here));
  }

  get here() {
    return read(location.hash);
  }

  go(place, { instead = false } = {}) {
    const hash = write(place);
    const from = location.hash || write({ pane: 'list' });
    if (hash !== from) {
      if (instead) history.replaceState(null, '', hash);
      else history.pushState({ from }, '', hash);
    }
    this.#call(this.here);
  }

  /** From the people to their room, from a room to the list: by the history where one came so. */
  up() {
    const { pane, room } = this.here;
    const above = pane === 'people' ? { pane: 'talk', room } : { pane: 'list', room: null };
    if (history.state?.from === write(above)) history.back();
    else this.go(above, { instead: true });
  }
}
