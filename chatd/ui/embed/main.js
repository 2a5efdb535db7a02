// The chat in a frame: the page around says who one is, and the rest is the page's own modules.

import { Chat } from '../chat.js';
import { attend } from '../net/attention.js';
import { at } from '../net/base.js';
import { Files } from '../files.js';
import { Connection } from '../net/connection.js';
import { Database } from '../net/database.js';
import { Outbox } from '../net/outbox.js';
import { Drafts } from '../state/drafts.js';
import { isQuiet } from '../state/keeping.js';
import { Store } from '../state/store.js';
import { filesFrom } from '../view/attached.js';
import { fill, h } from '../view/dom.js';
import { watchKeyboard } from '../view/keyboard.js';
import { write } from '../view/route.js';
import { Shell } from '../view/shell.js';
import { speak } from '../words/speak.js';
import { pick, t } from '../words/words.js';
import { Around } from './around.js';
import { Fetched } from './fetched.js';
import { Pass } from './pass.js';
import { bring, exchange, fetched, ticket } from './server.js';

const root = document.documentElement;
/** @type {HTMLMetaElement} */
const listed = document.querySelector('meta[name="chatd-site-origins"]');
const origins = listed.content.split(' ');

const later = (seconds, call) => {
  const timer = setTimeout(call, seconds * 1000);
  return () => clearTimeout(timer);
};

const around = new Around({ post: (message, origin) => parent.postMessage(message, origin), later }, origins, {
  onBegin: async ({ room, theme, language }) => {
    paint(theme);
    if (language) await speak(pick([language]), [language, ...navigator.languages]);
    begin(room);
  },
  onTheme: (theme) => paint(theme),
  onStranger: (origin) => {
    if (!shell) sentence(t('This page belongs to {origin}, which is not listed in site.origins of this server.', { origin }));
  },
});
const pass = new Pass({ token: () => around.token(), exchange, ticket, now: Date.now, later });

const ports = {
  socket: () => {
    const address = new URL(at('/ws'), location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    return new WebSocket(address, pass.protocols());
  },
  session: () => pass.session(),
  random: Math.random,
  now: Date.now,
  later,
  key: () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
};

const store = new Store();
const connection = new Connection(ports, {
  onState: (state) => changed(state),
  onEvent: (frame) => {
    chat.event(frame);
    shell.heard(frame);
  },
  onSignal: (frame) => {
    if (frame.type === 'draft') drafts.signal(frame);
    // If it fails the connection ends in a minute, and the next one tells why.
    else if (frame.type === 'ending') pass.goOn(connection.ask).catch(() => {});
    else chat.signal(frame);
  },
  onLostHistory: (rooms) => chat.lostHistory(rooms),
  onRemoved: (rooms) => chat.removed(rooms),
  onSession: (session) => {
    if (!session.signed_in) return;
    // Somebody else signed in at the site: nothing of this person's may stay in the frame.
    if (store.me && store.me.user !== session.user) location.reload();
    else if (!store.me) enter(session);
  },
});
const outbox = new Outbox(new Database(), navigator.locks ?? null, { now: ports.now, tab: ports.key() });
const kept = memory();
const files = new Files({
  ...ports,
  blobs: new Database('chatd files', 'files'),
  limits: () => store.files,
  live: () => connection.state === 'live',
  outbox: () => outbox.all(),
  say: (text) => shell.say(text),
  storage: kept,
  store,
  upload: async (way, blob, one, _, signal) => bring(way, await pass.secret(), blob, one, signal),
});
filesFrom(new Fetched(async (id) => fetched(await pass.secret(), id), (text) => shell.say(text)));
const chat = new Chat(store, connection, { ...ports, files, outbox, say: (text) => shell.say(text) });
const drafts = new Drafts(kept, store, {
  ask: (type, fields) => connection.ask(type, fields),
  later,
  now: Date.now,
  device: ports.key(),
});
let shell = null;
/** This page's only room, by slug or id; null for all of one's rooms. */
let wanted = null;

function begin(room) {
  wanted = room;
  root.toggleAttribute('data-single', room !== null);
  sentence(t('Connecting…'));
  connection.start();
}

function enter(session) {
  store.signedIn({ ...session, single: wanted !== null });
  shell = new Shell({ store, chat, connection, api: null, drafts, signOut: () => {} });
  store.watch((what) => {
    if (what === 'rooms') around.unread(unread());
    // Anyone who goes from the page's room to a conversation needs a way back.
    if (what === 'active' && store.active && wanted && !isWanted(store.room)) root.removeAttribute('data-single');
    if (what === 'active' && !store.active && root.hasAttribute('data-single')) lost();
  });
  fill(document.body, shell.node);
  shell.start();
}

async function changed(state) {
  shell?.bar.update();
  if (state === 'signed-out') {
    const again = h('button', { type: 'button', class: 'main', onclick: () => location.reload() }, t('Try again'));
    sentence(pass.reason || t('The chat has ended.'), again);
  } else if (state !== 'live') {
    if (store.me) store.offline();
  } else {
    try {
      if (!document.body.contains(shell.node)) fill(document.body, shell.node);
      await chat.live();
      drafts.load();
      if (wanted && !store.active) await showWanted();
      shell.listed();
      await drafts.sync();
    } catch {
      // The connection broke again; the next one brings it all.
    }
  }
}

/** The room that the page names: one that one is in, otherwise joined now if anybody may. */
async function showWanted() {
  let room = [...store.rooms.values()].find(isWanted)?.id;
  if (!room) {
    try {
      room = (await connection.ask('room', { room: `#${wanted}` })).room.room;
      await chat.join(room);
    } catch (error) {
      if (error.name === 'Lost') throw error;
      connection.stop();
      sentence(
        t(
          'The room "{room}" of this page (data-room) cannot be shown: {why} Is there such a room, and do the token’s rooms or site.rooms name it? A private one is named by its id and needs site.private_rooms.',
          { room: wanted, why: error.message },
        ),
      );
      return;
    }
  }
  history.replaceState(null, '', write({ pane: 'talk', room }));
}

/** Somebody put one out of the page's room, and nothing else is shown here; the token may lead back. */
function lost() {
  connection.stop();
  const again = h('button', { type: 'button', class: 'main', onclick: () => location.reload() }, t('Try again'));
  sentence(t('You are no longer in the room of this page.'), again);
}

const isWanted = (room) => room.id === wanted || room.slug === wanted;
// What is muted or archived is no reason to call anybody.
const unread = () =>
  [...store.rooms.values()]
    .filter((room) => !isQuiet(room, Date.now()) && !room.archived)
    .reduce((sum, room) => sum + room.unread, 0);

function paint(theme) {
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  else delete root.dataset.theme;
}

function sentence(text, ...more) {
  fill(document.body, h('main', { class: 'front' }, h('div', { class: 'card', role: 'alert' }, h('p', {}, text), more)));
}

/** Replaces storage, which browsers keep from framed pages or share among sites. */
function memory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
    clear: () => kept.clear(),
  };
}

addEventListener('message', ({ source, origin, data }) => {
  if (source === parent && parent !== window) around.hear(origin, data);
});
attend(connection);
speak(pick(navigator.languages)).then(() => {
  watchKeyboard();
  if (parent === window) sentence(t('This page shows the chat in a frame of another site; open it there.'));
  else around.ready();
});
