// Notifications of the desktop: asked for when somebody wants them, never before.

import { registered } from '../net/worker.js';
import { count as shortCount } from './format.js';
import { mark } from './mark.js';

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
 * `room` and `seq`: where a press leads; `go()` leads there.
 */
export function notify({ title, count, text, tag, room, seq, go }) {
  const shown = [...text].slice(0, LONGEST).join('');
  const words = count > 1 ? `${title} (${shortCount(count)})` : title;
  const options = { body: shown.length < text.length ? `${shown}…` : shown, tag, silent: true };
  // Whoever closes it before it is there does not want it any more.
  let close = () => (wanted = false);
  let wanted = true;
  mark().then((icon) => {
    if (wanted) close = show(words, { ...options, icon }, { room, seq }, go);
  });
  return () => close();
}

function show(title, options, data, go) {
  let one;
  try {
    one = new Notification(title, options);
  } catch {
    // Browsers of phones show only what their worker shows, which is told of a press, too.
    return byWorker(title, { ...options, data });
  }
  one.onclick = () => {
    window.focus();
    go();
    one.close();
  };
  return () => one.close();
}

function byWorker(title, options) {
  const { tag } = options;
  const shown = registered(navigator.serviceWorker).then(async (registration) => {
    await registration?.showNotification(title, options);
    return registration;
  });
  shown.catch(() => {});
  return () => {
    shown.then(async (one) => (await one?.getNotifications({ tag }))?.forEach((each) => each.close())).catch(() => {});
  };
}
