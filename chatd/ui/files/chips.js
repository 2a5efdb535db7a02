// The files above the box one writes in: what each looks like, how far it got, and a button that takes it
// away. Loaded by files.js, and needs no module.

export class Chips {
  node;
  #kit;
  #sending;
  /** What is shown, by key: {node, progress, signature}. */
  #shown = new Map();
  #room = null;
  #list;
  #ears;

  constructor(kit, sending) {
    this.#kit = kit;
    this.#sending = sending;
    const { h, t } = kit;
    this.#list = h('ul', { class: 'chips', 'aria-label': t('Files that go with the message') });
    this.#ears = h('p', { class: 'ears', role: 'status' });
    this.node = h('div', {}, this.#list, this.#ears);
    sending.onProgress = (one) => {
      for (const bar of document.querySelectorAll(`progress[data-file="${one.key}"]`)) /** @type {HTMLProgressElement} */ (bar).value = one.done;
    };
  }

  /** Those of a room; null for none. `after()` is called if the last one was taken away with the keyboard. */
  draw(room, after) {
    const chips = room?.chips ?? [];
    const before = this.#room === room ? this.#shown : new Map();
    this.#tell(chips, before, this.#room === room);
    this.#room = room;
    this.#shown = new Map();
    for (const one of chips) {
      const signature = JSON.stringify([one.failed, Boolean(one.answer), one.url]);
      const known = before.get(one.key);
      const node = known?.signature === signature ? known.node : this.#chip(room, one, after);
      if (known && known.node !== node) this.#replace(known.node, node);
      this.#shown.set(one.key, { node, signature, failed: one.failed });
    }
    for (const [key, { node }] of before) if (!this.#shown.has(key)) node.remove();
    const nodes = [...this.#shown.values()].map(({ node }) => node);
    if (this.#list.children.length !== nodes.length || nodes.some((node, at) => this.#list.children[at] !== node)) this.#list.replaceChildren(...nodes);
    this.#list.hidden = !chips.length;
  }

  /** For screen readers: what came and what failed. */
  #tell(chips, before, same) {
    const { t, many, isPicture, shortened } = this.#kit;
    const came = chips.filter(({ key }) => !before.has(key));
    const failed = chips.find(({ key, failed: why }) => why && before.get(key)?.failed !== why);
    const gone = [...before.keys()].some((key) => !chips.some((one) => one.key === key));
    if (failed) this.#ears.textContent = `${shortened(failed.name)}: ${failed.failed}`;
    else if (came.length === 1) this.#ears.textContent = isPicture(came[0]) ? t('Picture added') : t('File added');
    else if (came.length) this.#ears.textContent = many(came.length, '{count} file added', '{count} files added');
    else if (gone && same) this.#ears.textContent = chips.length ? t('Removed') : '';
  }

  #chip(room, one, after) {
    const { h, t, icon, iconButton, isPicture, drawingOf, nameOf, shortened, size } = this.#kit;
    const name = shortened(one.name);
    const state = one.failed
      ? h('span', { class: 'fault' }, one.failed)
      : h('span', { class: 'size' }, size(one.size));
    return h(
      'li',
      { class: `chip${one.failed ? ' failed' : ''}`, 'data-file': one.key },
      isPicture(one) && one.url
        ? h('img', { src: one.url, alt: '', draggable: false })
        : h('span', { class: 'drawing' }, icon(drawingOf(one))),
      h('span', { class: 'about' }, nameOf(one), state),
      one.failed &&
        h('button', { type: 'button', class: 'retry', 'aria-label': t('Try again with {name}', { name }), onclick: () => this.#sending.retry(room, one) }, t('Retry')),
      iconButton('close', t('Remove {name}', { name }), { onclick: (event) => this.#remove(room, one, event, after) }),
      !one.failed && !one.answer && h('progress', { max: '1', value: one.done, 'data-file': one.key, 'aria-label': t('{name} is on its way', { name }) }),
    );
  }

  #remove(room, one, { currentTarget }, after) {
    const all = [...this.#list.querySelectorAll('.round')];
    const at = all.indexOf(currentTarget);
    this.#sending.remove(room, one);
    this.draw(room, after);
    const left = [...this.#list.querySelectorAll('.round')];
    if (left.length) left[Math.min(at, left.length - 1)].focus();
    else after();
  }

  /** The keyboard stays where it was. */
  #replace(old, node) {
    const focused = old.contains(document.activeElement) ? document.activeElement.ariaLabel : null;
    old.replaceWith(node);
    if (focused) (node.querySelector(`[aria-label="${CSS.escape(focused)}"]`) ?? node.querySelector('.round')).focus();
  }
}
