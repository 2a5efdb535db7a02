// Notifications of the desktop: asked for when somebody wants them, never before.

import { count as shortCount } from './format.js';

/** Characters of a message that are shown. */
const LONGEST = 200;

/** "granted", "denied", "default", or "none" where the browser has no notifications. */
export function permission() {
  return window.Notification ? Notification.permission : 'none';
}

/** What the browser's own question brings: as `permission`. */
export async function allow() {
  if (permission() !== 'default') return permission();
  return Notification.requestPermission();
}

/**
 * Shows one; gives what closes it. `title`, `count` of messages, `text`, `tag`: the same in every tab;
 * `go()` when somebody presses it.
 */
export function notify({ title, count, text, tag, go }) {
  const shown = [...text].slice(0, LONGEST).join('');
  const options = { body: shown.length < text.length ? `${shown}…` : shown, tag, silent: true };
  let one;
  try {
    one = new Notification(count > 1 ? `${title} (${shortCount(count)})` : title, options);
  } catch {
    // Some browsers of phones have the name and not the thing.
    return () => {};
  }
  one.onclick = () => {
    window.focus();
    go();
    one.close();
  };
  return () => one.close();
}
