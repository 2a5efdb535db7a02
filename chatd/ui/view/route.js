// Where one is, in the address: the list, a room, a message of it, or a room's people. Each is a
// history entry, so that on a phone "back" leads from pane to pane.

/** {pane: "list" | "talk" | "people", room, seq}; `seq` is null where no message is meant. */
export function read(hash) {
  const [, room, people, seq] = /^#\/room\/([^/]+)(?:(\/people)|\/([1-9][0-9]{0,15}))?$/u.exec(hash) ?? [];
  if (!room) return { pane: 'list', room: null, seq: null };
  return { pane: people ? 'people' : 'talk', room: decoded(room), seq: seq ? Number(seq) : null };
}

export function write({ pane, room, seq = null }) {
  if (pane === 'list' || !room) return '#/';
  const rest = pane === 'people' ? '/people' : seq ? `/${seq}` : '';
  return `#/room/${encodeURIComponent(room)}${rest}`;
}

/** Whatever stands in an address; what is no encoding stands for itself. */
export function decoded(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
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
    const from = location.hash || write({ pane: 'list', room: null });
    if (hash !== from) {
      if (instead) history.replaceState(null, '', hash);
      else history.pushState({ from }, '', hash);
    }
    this.#call(this.here);
  }

  /** The message of the address was gone to: the address is that of its room again. */
  led() {
    const { pane, room } = this.here;
    history.replaceState(history.state, '', write({ pane, room }));
  }

  /** From the people to their room, from a room to the list: by the history where one came so. */
  up() {
    const { pane, room } = this.here;
    const above = pane === 'people' ? { pane: 'talk', room } : { pane: 'list', room: null };
    if (history.state?.from === write(above)) history.back();
    else this.go(above, { instead: true });
  }
}
