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

const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]';

/** As `fill`, with the keyboard's focus where it was: at what has the same label, or the same place. */
export function refill(node, ...children) {
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  const place = [...node.querySelectorAll(FOCUSABLE)].indexOf(focused);
  fill(node, ...children);
  if (!focused) return node;
  const all = [...node.querySelectorAll(FOCUSABLE)];
  const same = focused.ariaLabel && all.find((one) => one.ariaLabel === focused.ariaLabel);
  (same || all[place])?.focus({ preventScroll: true });
  return node;
}

/**
 * What gives the keyboard's focus back where it is now, once what was opened meanwhile is gone: also
 * to what was drawn anew in its place.
 */
export function focusLater() {
  const before = document.activeElement;
  const lost = () => document.activeElement === document.body;
  const { key } = before?.dataset ?? {};
  const label = before?.ariaLabel;
  const { seq } = before?.closest('.message')?.dataset ?? {};
  return () => {
    if (!lost()) return;
    if (before?.isConnected) before.focus({ preventScroll: true });
    if (!lost()) return;
    // The buttons of a message are there only while it has the focus itself.
    const again = [
      seq && `.message[data-seq="${CSS.escape(seq)}"]`,
      key && `[data-key="${CSS.escape(key)}"]`,
      label && `[aria-label="${CSS.escape(label)}"]`,
    ].find(Boolean);
    if (again) document.querySelector(again)?.focus({ preventScroll: true });
  };
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
  clip: 'M19.500 11.500l-7.300 7.300a4.600 4.600 0 0 1-6.500-6.500l8-8a3 3 0 0 1 4.300 4.300l-8 8a1.500 1.500 0 0 1-2.100-2.100l7.200-7.200',
  file: 'M6.500 3.500h7.500l4 4v13H6.500zM13.500 3.500v4.500h4.500',
  image: 'M4 5.500h16v13.500H4zM4.500 16.500l4.500-4.500 4 4 2.500-2.500 4 4M15.500 9v.1',
  save: 'M12 4v11M7 10.500l5 5 5-5M5 19.500h14',
  archive: 'M4 5h16v4H4zM5.500 9v10.500h13V9M10 13h4',
  bell: 'M6 16.500c1.300-1.500 1.500-3 1.500-5.500a4.500 4.500 0 0 1 9 0c0 2.500.2 4 1.500 5.500zM10 19.500a2.200 2.200 0 0 0 4 0',
  block: 'M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16zM6.500 6.500l11 11',
  dots: 'M5.500 12v.1M12 12v.1M18.500 12v.1',
  keys: 'M3.500 6.500h17v11h-17zM7 10v.1M10.300 10v.1M13.700 10v.1M17 10v.1M8 14h8',
  leave: 'M12.500 4.500H5v15h7.500M10 12h10M16.300 8.300L20 12l-3.700 3.700',
  link: 'M10 14a4 4 0 0 0 5.700 0l3.300-3.300a4 4 0 0 0-5.700-5.700L12 6.300M14 10a4 4 0 0 0-5.700 0L5 13.300a4 4 0 0 0 5.700 5.700l1.300-1.300',
  muted: 'M6 16.500c1.300-1.500 1.500-3 1.500-5.500a4.500 4.500 0 0 1 9 0c0 2.500.2 4 1.500 5.500zM4.500 4.500l15 15',
  mail: 'M4 6h16v12.500H4zM4.500 7l7.500 6 7.500-6',
  next: 'M9 5l7 7-7 7',
  note: 'M6 4.500h12v15H6zM9 9h6M9 12.500h6M9 16h3.500',
  star: 'M12 4l2.400 5 5.400.700-4 3.800 1 5.400L12 16.300l-4.800 2.600 1-5.400-4-3.800 5.400-.700z',
  alert: 'M12 7.5v5.5M12 16.4v.2M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z',
  back: 'M15 5l-7 7 7 7',
  chat: 'M4 5.5h16v11H11l-4.5 3.5v-3.5H4z',
  check: 'M5.5 12.5l4.2 4.2L18.5 8',
  checks: 'M2.5 12.7l4 4L14.5 8M11 15.2l1.5 1.5L21.5 8',
  bookmark: 'M7 4.500h10v15.500l-5-4-5 4z',
  clock: 'M12 7v5l3 2M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z',
  copy: 'M9 8.500h10.500V20H9zM5 15.500V4h10',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v13M6.5 12.5L12 18l5.5-5.5',
  edit: 'M4.5 19.5l1-4L16 5l3 3L8.500 18.500z',
  eye: 'M2.500 12c2.500-4.500 5.500-6.500 9.500-6.500s7 2 9.500 6.500c-2.500 4.500-5.500 6.500-9.500 6.500s-7-2-9.500-6.500zM12 9.200a2.800 2.800 0 1 0 0 5.600a2.800 2.800 0 0 0 0-5.600z',
  forward: 'M14 6l6 5.500-6 5.500v-3.500c-5 0-7.500 1.500-10 5 .5-5.500 4-9 10-9.500z',
  gear: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 4.500v5h4v-5zM7 14.500v5h4v-5z',
  hash: 'M9.500 4.500l-2 15M16.500 4.500l-2 15M4.500 9.500h15.500M4 14.500h15.500',
  history: 'M4.500 12a7.500 7.500 0 1 1 2.200 5.300M4.500 20v-4.500H9M12 8v4.300l3 1.700',
  invite: 'M10 12a3.700 3.700 0 1 0 0-7.400a3.700 3.700 0 0 0 0 7.400zM3.500 19.500c.5-3.500 3-5 6.500-5s6 1.500 6.500 5M18.500 7.500v6M15.500 10.500h6',
  lock: 'M6 11h12v8.500H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  people: 'M9 11.500a3.500 3.500 0 1 0 0-7a3.500 3.500 0 0 0 0 7zM2.500 19.500c.4-3.600 2.800-5.200 6.500-5.200s6.100 1.600 6.500 5.200M15.500 4.900a3.500 3.500 0 0 1 0 6.300M17.600 14.800c2.300.6 3.600 2.100 3.900 4.700',
  person: 'M12 12a4 4 0 1 0 0-8a4 4 0 0 0 0 8zM4.500 20c.6-4 3.300-5.700 7.500-5.700s6.900 1.700 7.500 5.700',
  pin: 'M9 4.500h6l-.700 5.500 3.200 3.500h-11L9.700 10zM12 13.500V20',
  unpin: 'M9 4.500h6l-.700 5.500 3.200 3.500h-11L9.700 10zM12 13.500V20M4.500 4.500l15 15',
  plus: 'M12 5v14M5 12h14',
  reply: 'M10 6l-6 5.500L10 17v-3.500c5 0 7.500 1.500 10 5-.5-5.500-4-9-10-9.500z',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  search: 'M10.500 4.500a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15 15l5 5',
  send: 'M4.500 12L20 4.500 15.500 20l-4-6.500z',
  smile: 'M12 3.500a8.500 8.500 0 1 0 0 17a8.500 8.500 0 0 0 0-17zM8.500 14c1.800 2.600 5.200 2.600 7 0M9 9.500v.200M15 9.500v.200',
  sun: 'M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM12 2.800v2M12 19.200v2M2.800 12h2M19.200 12h2M5.500 5.500l1.400 1.400M17.100 17.100l1.400 1.400M18.500 5.500l-1.400 1.400M6.900 17.100l-1.400 1.400',
  unread: 'M4.500 6.500h9M4.500 6.500v12h15v-7M5 7.500l7 5 3-2M18.500 4.500a1.500 1.500 0 1 0 0 3a1.500 1.500 0 0 0 0-3z',
  up: 'M12 19V6M6.500 11.500L12 6l5.500 5.500',
  zoom: 'M10.500 4.500a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15 15l5 5M8 10.500h5M10.500 8v5',
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
