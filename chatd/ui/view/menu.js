// A menu at a place of the page: opened by a button, a right click or a long press.

import { h, icon } from './dom.js';

/** Pixels between a menu and the window's edge. */
const EDGE = 8;
/** Seconds of a finger's rest that ask for a menu. */
const PRESS = 0.5;

/** Closes the menu that is open. */
let dismiss = () => {};

/**
 * `items`: {label, act, icon?, danger?, checked?, disabled?, hint?} or null for a line between two.
 * `at`: {x, y} of the window, or the element that it belongs to. `closed()` is called at its end.
 */
export function openMenu(label, items, at, closed = () => {}) {
  dismiss();
  const before = document.activeElement;
  // An automatic one would close when the button or the finger is lifted that it came up under.
  const node = h('div', { class: 'menu', role: 'menu', 'aria-label': label, popover: 'manual' });
  const close = () => {
    dismiss = () => {};
    removeEventListener('pointerdown', outside, true);
    const within = node.contains(document.activeElement) || document.activeElement === document.body;
    node.remove();
    if (within) before?.focus?.();
    closed();
  };
  const outside = (event) => {
    if (!node.contains(event.target)) close();
  };
  for (const item of items) {
    if (item === false) continue;
    node.append(item ? entry(item, close) : h('hr', {}));
  }
  node.addEventListener('keydown', (event) => (event.key === 'Escape' ? leave(event, close) : step(event, node)));
  addEventListener('pointerdown', outside, true);
  dismiss = close;
  (before?.closest?.('dialog') ?? document.body).append(node);
  node.showPopover();
  put(node, at);
  node.querySelector('button:not(:disabled)')?.focus();
}

/** Escape is for the menu alone, not for what lies below it. */
function leave(event, close) {
  event.preventDefault();
  event.stopPropagation();
  close();
}

function entry({ label, act, icon: drawing, danger, checked, disabled, hint }, close) {
  const role = checked === undefined ? 'menuitem' : 'menuitemradio';
  return h(
    'button',
    {
      type: 'button',
      role,
      'aria-checked': checked === undefined ? null : String(checked),
      class: danger ? 'danger-word' : null,
      disabled: disabled ?? false,
      onclick: () => {
        close();
        act();
      },
    },
    h('span', { class: 'drawing' }, checked ? icon('check') : drawing && icon(drawing)),
    h('span', { class: 'about' }, label, hint && h('small', {}, hint)),
  );
}

function put(node, at) {
  const box = at instanceof Element ? at.getBoundingClientRect() : { left: at.x, right: at.x, top: at.y, bottom: at.y };
  const { width, height } = node.getBoundingClientRect();
  const rtl = getComputedStyle(document.documentElement).direction === 'rtl';
  // At its end beside a button, from a point onwards as the line runs.
  const x = (at instanceof Element) === rtl ? box.left : box.right - width;
  const below = box.bottom + 4;
  const y = below + height > innerHeight - EDGE ? box.top - height - 4 : below;
  node.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
  node.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`;
}

function step(event, node) {
  const items = [...node.querySelectorAll('button:not(:disabled)')];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}

/** `open({x, y} or element)` on a right click on the node or a long press; keyboards have the former. */
export function asksForMenu(node, open) {
  let timer = null;
  let pressed = false;
  node.addEventListener('contextmenu', (event) => {
    clearTimeout(timer);
    event.preventDefault();
    // A key asks for it without a place.
    if (!pressed) open(event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : node);
  });
  node.addEventListener('pointerdown', (event) => {
    pressed = false;
    if (event.pointerType !== 'touch') return;
    const place = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      pressed = true;
      // Letting go of what was pressed is no tap on it.
      addEventListener('click', swallow, { capture: true });
      open(place);
    }, PRESS * 1000);
  });
  const end = () => {
    clearTimeout(timer);
    setTimeout(() => removeEventListener('click', swallow, { capture: true }), 50);
  };
  for (const name of ['pointerup', 'pointercancel', 'pointermove', 'pointerleave']) node.addEventListener(name, end);
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}
