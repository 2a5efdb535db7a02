// The service worker: each part says what it does on which event, and none knows of another. It keeps nothing
// about anybody, so that there is nothing to wipe when somebody signs out.

import { at } from '../net/base.js';
import { FILES, VERSION } from './files.js';
import { Pushes } from './push.js';
import { Shell } from './shell.js';
import { words } from './words.js';

const ports = {
  caches,
  fetch: (address, options) => fetch(address, options),
  later: (ms, call) => setTimeout(call, ms),
};
const files = FILES.map(at);
const shell = new Shell(ports, VERSION, files, at('/'));
const read = (path) => shell.file(path);
const pushes = new Pushes({
  registration,
  clients,
  fetch: ports.fetch,
  words: words({ caches, read, files, wanted: navigator.languages }),
});

addEventListener('install', (event) => {
  // Pages that are open go on with what they have loaded; the next one is of this version.
  event.waitUntil(shell.keep().then(() => skipWaiting()));
});
addEventListener('activate', (event) => {
  event.waitUntil(shell.clean().then(() => clients.claim()));
});
addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request, location.origin);
  if (answer) event.respondWith(answer);
});
addEventListener('push', (event) => event.waitUntil(pushes.told(event.data)));
addEventListener('notificationclick', (event) => event.waitUntil(pushes.pressed(event.notification)));
addEventListener('pushsubscriptionchange', (event) => event.waitUntil(pushes.changed(event)));
