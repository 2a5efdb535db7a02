// Something small beside what was pressed: it closes by Esc and by a press elsewhere, and gives the
// keyboard back.

/** Pixels kept free around, and between it and what was pressed. */
const EDGE = 8;
const SPACE = 4;

/**
 * Shows `node` beside `anchor`; `closed()` is called at its end. Narrow screens show it at their foot
 * (style/messages.css). Gives {close, place}: the latter for when its size changed.
 */
export function popover(anchor, node, closed = () => {}) {
  node.popover = 'auto';
  node.classList.add('popover');
  const host = anchor.closest('dialog') ?? document.body;
  host.append(node);
  const before = document.activeElement;
  const message = anchor.closest('.message');
  message?.classList.add('held');
  node.addEventListener('toggle', ({ newState }) => {
    if (newState !== 'closed') return;
    const inside = node.contains(document.activeElement) || document.activeElement === document.body;
    node.remove();
    message?.classList.remove('held');
    if (inside && before?.isConnected) before.focus({ preventScroll: true });
    closed();
  });
  node.showPopover();
  place(anchor, node);
  return {
    close: () => node.isConnected && node.hidePopover(),
    place: () => place(anchor, node),
  };
}

/** Below what was pressed, or above it where there is more room; within the window. */
function place(anchor, node) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = node;
  const rtl = getComputedStyle(anchor).direction === 'rtl';
  const wide = document.documentElement.clientWidth;
  const high = document.documentElement.clientHeight;
  const left = rtl ? at.left : at.right - width;
  const below = at.bottom + SPACE;
  const above = at.top - SPACE - height;
  const top = below + height <= high - EDGE || above < EDGE ? below : above;
  node.style.left = `${Math.max(EDGE, Math.min(left, wide - width - EDGE))}px`;
  node.style.top = `${Math.max(EDGE, Math.min(top, high - height - EDGE))}px`;
}
