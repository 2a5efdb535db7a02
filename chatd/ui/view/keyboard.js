// A phone's keyboard must not cover the box. Browsers that know `interactive-widget` make the page
// smaller by themselves; Safari lays the keyboard over it and moves what is seen instead.

/** Pixels below which what is missing is a bar of the browser's own, no keyboard. */
const LEAST = 60;

/**
 * The height in pixels that is seen of a window of `whole` pixels, null where that is all of it.
 * `viewport`: {height, scale} as of `visualViewport`; who has zoomed in sees a part on purpose.
 */
export function seen({ height, scale }, whole) {
  return scale > 1.01 || whole - height < LEAST ? null : Math.round(height);
}

/** Keeps `--seen` of the page as it is. */
export function watchKeyboard(viewport = window.visualViewport, root = document.documentElement) {
  if (!viewport) return;
  const look = () => {
    const height = seen(viewport, window.innerHeight);
    if (height === null) {
      root.style.removeProperty('--seen');
      return;
    }
    root.style.setProperty('--seen', `${height}px`);
    // The window was moved up to show the field, which is in view without that now.
    window.scrollTo(0, 0);
  };
  viewport.addEventListener('resize', look);
  viewport.addEventListener('scroll', look);
  look();
}
