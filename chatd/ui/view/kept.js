// Nodes that stay while what they show stays: a list may be drawn anew under somebody's finger, and
// what is pressed, focused or scrolled is still there.

export class Kept {
  #nodes = new Map();
  #used = new Set();

  /** The node of `key`, as `make()` made it when `shown` was last another; by the words of it. */
  get(key, shown, make) {
    const signature = JSON.stringify(shown);
    let one = this.#nodes.get(key);
    if (one?.signature !== signature) {
      one = { signature, node: make() };
      this.#nodes.set(key, one);
    }
    this.#used.add(key);
    return one.node;
  }

  /** Forgets what was not asked for since the last time. */
  sweep() {
    for (const key of this.#nodes.keys()) if (!this.#used.has(key)) this.#nodes.delete(key);
    this.#used.clear();
  }
}

/** Makes `children` (nodes; null and false are nothing) those of a node; what is there is not moved. */
export function arrange(node, ...children) {
  const wanted = children.flat(Infinity).filter(Boolean);
  const staying = new Set(wanted);
  for (const child of [...node.childNodes]) if (!staying.has(child)) child.remove();
  wanted.forEach((child, at) => {
    if (node.childNodes[at] !== child) node.insertBefore(child, node.childNodes[at] ?? null);
  });
  return node;
}
