// The service worker: each part says what it does on which event, and none knows of another. It keeps
// nothing about anybody, so that there is nothing to wipe when somebody signs out.

import { Pushes } from './push.js';

const pushes = new Pushes({ registration, clients, fetch: (...request) => fetch(...request) });

addEventListener('install', (event) => event.waitUntil(skipWaiting()));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('push', (event) => event.waitUntil(pushes.told(event.data)));
addEventListener('notificationclick', (event) => event.waitUntil(pushes.pressed(event.notification)));
addEventListener('pushsubscriptionchange', (event) => event.waitUntil(pushes.changed(event)));
