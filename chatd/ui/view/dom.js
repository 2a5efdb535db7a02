// Making nodes: text is only ever text, whatever it holds.

/**
 * An element. `props`: `class`, `on…` listeners, properties of the element where it has them
 * (`value`, `hidden`, `disabled`, …), attributes otherwise; null and false leave one out.
 * `children`: nodes, strings, nested arrays; null and false are nothing.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.className = value;
    else if (name in node && typeof value !== 'string') node[name] = value;
    else node.setAttribute(name, value === true ? '' : value);
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child);
  }
  return node;
}

/** Puts `children` in place of all that the node holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** A name or a text of somebody else's: its direction stays its own (Unicode UAX 9). */
export function bdi(text, className = null) {
  return h('bdi', { class: className, dir: 'auto' }, text);
}

/** For ears only. */
export function hidden(text) {
  return h('span', { class: 'ears' }, text);
}

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  alert: 'M12 7.5v5.5M12 16.4v.2M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z',
  back: 'M15 5l-7 7 7 7',
  chat: 'M4 5.5h16v11H11l-4.5 3.5v-3.5H4z',
  check: 'M5.5 12.5l4.2 4.2L18.5 8',
  checks: 'M2.5 12.7l4 4L14.5 8M11 15.2l1.5 1.5L21.5 8',
  clock: 'M12 7v5l3 2M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v13M6.5 12.5L12 18l5.5-5.5',
  edit: 'M4.5 19.5l1-4L16 5l3 3L8.500 18.500z',
  gear: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 4.500v5h4v-5zM7 14.500v5h4v-5z',
  hash: 'M9.500 4.500l-2 15M16.500 4.500l-2 15M4.500 9.500h15.500M4 14.500h15.500',
  invite: 'M10 12a3.700 3.700 0 1 0 0-7.400a3.700 3.700 0 0 0 0 7.400zM3.500 19.500c.5-3.500 3-5 6.500-5s6 1.500 6.500 5M18.500 7.500v6M15.500 10.500h6',
  lock: 'M6 11h12v8.500H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  people: 'M9 11.500a3.500 3.500 0 1 0 0-7a3.500 3.500 0 0 0 0 7zM2.500 19.500c.4-3.600 2.800-5.200 6.500-5.200s6.100 1.600 6.500 5.200M15.500 4.900a3.500 3.500 0 0 1 0 6.300M17.600 14.800c2.300.6 3.600 2.100 3.900 4.700',
  plus: 'M12 5v14M5 12h14',
  send: 'M4.500 12L20 4.500 15.500 20l-4-6.500z',
  trash: 'M4.500 7h15M9.500 7V4.500h5V7M6.500 7l.8 12.500h9.400L17.500 7M10 10.500v5.500M14 10.500v5.500',
};

/** A drawing beside words, or within a button that has a label: nothing for ears. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icon icon-${name}`);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A round button that shows a drawing. */
export function iconButton(name, label, props = {}) {
  return h(
    'button',
    { type: 'button', 'aria-label': label, title: label, ...props, class: `round ${props.class ?? ''}` },
    icon(name),
  );
}
