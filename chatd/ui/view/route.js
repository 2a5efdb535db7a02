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
    const depth = history.state?.depth ?? 0;
    if (hash !== location.hash) {
      if (instead) history.replaceState({ depth }, '', hash);
      else history.pushState({ depth: depth + 1 }, '', hash);
    }
    this.#call(this.here);
  }

  /** One pane back: the way one came, or up where one came from elsewhere. */
  back() {
    if (history.state?.depth > 0) {
      history.back();
      return;
    }
    const { pane, room } = this.here;
    this.go(pane === 'people' ? { pane: 'talk', room } : { pane: 'list' }, { instead: true });
  }
}
