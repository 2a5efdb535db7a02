// The start: who is here? Then the front or the chat, and the way from one to the other.

import { Bell } from './bell.js';
import { Chat } from './chat.js';
import { Files, KIT } from './files.js';
import { Api } from './net/api.js';
import { attend } from './net/attention.js';
import { at, ownStorage } from './net/base.js';
import { Connection } from './net/connection.js';
import { Database } from './net/database.js';
import { Outbox } from './net/outbox.js';
import { Tabs } from './net/tabs.js';
import { install } from './net/worker.js';
import { choose } from './state/chosen.js';
import { Drafts } from './state/drafts.js';
import { Remembered } from './state/remembered.js';
import { Store } from './state/store.js';
import { brand } from './view/brand.js';
import { device } from './view/device.js';
import { fill } from './view/dom.js';
import { watchKeyboard } from './view/keyboard.js';
import { lastingMark } from './view/mark.js';
import { decoded, write } from './view/route.js';
import { newcomer } from './view/newcomer.js';
import { takeReturn, why } from './view/providers.js';
import { confirmed, forgotten, reset } from './view/recovery.js';
import { Shell } from './view/shell.js';
import { signIn } from './view/signin.js';
import { unreachable } from './view/unreachable.js';
import { speak } from './words/speak.js';
import { spoken, t } from './words/words.js';

const SUBPROTOCOL = 'chatd.v1';
/** Seconds between two looks for what tabs that are gone left unsent. */
const ORPHANS = 30;

const speaking = speak(document.documentElement.lang);
const api = new Api();
const store = new Store();
const remembered = new Remembered(ownStorage(localStorage));
let shell = null;
/** The code of a program that waits to be let in; "" where it is to be typed, null for none. */
let waiting = null;
/** The secret of a link into a room that is followed once the server can be asked; null for none. */
let joining = null;
/** What a provider brought one back with; null where one did not come from there. */
let returned = null;
/** What the server said a moment ago of who one is: the first connection need not ask again. */
let told = null;

const ports = {
  socket: () => tabs.socket(),
  real: () => {
    const address = new URL(at('/ws'), location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    return new WebSocket(address, [SUBPROTOCOL]);
  },
  session: async () => {
    const session = told ?? (await api.session());
    told = null;
    return session;
  },
  random: Math.random,
  now: () => Date.now(),
  later: (seconds, call) => {
    const timer = setTimeout(call, seconds * 1000);
    return () => clearTimeout(timer);
  },
  key: () => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
};

const locks = navigator.locks ?? null;
const channel = window.BroadcastChannel ? (name) => new BroadcastChannel(name) : null;
const tabs = new Tabs({ ...ports, locks, channel }, ports.key());
const outbox = new Outbox(new Database(), locks, { now: ports.now, tab: tabs.tab });
/** The browser's end of being told while the page is closed. */
const browserPush = {
  supported: 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window,
  container: navigator.serviceWorker,
  permission: () => Notification.permission,
  request: () => Notification.requestPermission(),
  storage: ownStorage(localStorage),
  later: ports.later,
};
const connection = new Connection(ports, {
  onState: (state) => changed(state),
  onEvent: (frame) => {
    chat.event(frame);
    bell.event(frame);
    shell.heard(frame);
  },
  onSignal: (frame) => {
    if (frame.type === 'draft') drafts.signal(frame);
    else chat.signal(frame);
    bell.signal(frame);
  },
  onLostHistory: (rooms) => chat.lostHistory(rooms),
  onRemoved: (rooms) => chat.removed(rooms),
  onSession: (session) => {
    // Another tab signed in as somebody else: nothing of this person's may stay on the page.
    if (session.signed_in && session.user !== store.me.user) {
      remembered.forget();
      location.reload();
    } else if (session.signed_in) store.signedIn(session);
  },
});
const tabStorage = ownStorage(sessionStorage);
const files = new Files({
  ...ports,
  blobs: new Database('chatd files', 'files'),
  limits: () => store.files,
  live: () => connection.state === 'live',
  outbox: () => outbox.all(),
  say: (text) => shell.say(text),
  storage: tabStorage,
  store,
  upload: async (way, blob, one, progress, signal) => way.upload(KIT, blob, one, await api.proof(), progress, signal),
});
const chat = new Chat(store, connection, { ...ports, files, outbox, push: browserPush, say: (text) => shell.say(text) });
const drafts = new Drafts(tabStorage, store, {
  ask: (type, fields) => connection.ask(type, fields),
  later: ports.later,
  now: ports.now,
  device: ports.key(),
});

const bell = new Bell(store, tabs, {
  ask: (type, fields) => connection.ask(type, fields),
  go: (room, seq) => location.assign(write({ pane: 'talk', room, seq })),
  now: ports.now,
  later: ports.later,
});

tabs.onUp = () => connection.hurry();
tabs.onHub = () => bell.hub();
tabs.onWord = (message) => {
  const { word, user } = message;
  bell.word(message);
  // In another tab somebody else signed in, or the same person again, or signed out.
  if (word === 'here' && user !== store.me.user) leave('reload');
  else if (word === 'here' && connection.state === 'signed-out') start();
  else if (word === 'out' && user === store.me.user) leave('front');
};

/** Somebody signs out by themselves: the end of their session is no news. */
let leaving = false;

async function changed(state) {
  shell.bar.update();
  if (state === 'signed-out') {
    // Whoever signs out is led to the front once nothing of them is left.
    if (leaving) return;
    remembered.forget();
    showFront({ notice: t('Your session has ended. Sign in to go on where you were.') });
  } else if (state !== 'live') {
    bell.lost();
    store.offline();
  } else {
    try {
      await chat.live();
      bell.back();
      drafts.load();
      shell.listed();
      followIn();
      await drafts.sync();
      remembered.keep(store);
      await install(navigator.serviceWorker);
      await chat.push.sync(store.me.user);
    } catch {
      // The connection broke again; the next one brings it all.
    }
  }
}

function showFront(options) {
  const name = store.me?.name ?? '';
  const forgot = (who) => {
    fill(document.body, forgotten(api, who, () => showFront({})));
    document.querySelector('[autofocus]')?.focus();
  };
  fill(document.body, signIn(api, { name, back, ...options }, enter, forgot));
  document.querySelector('[autofocus]')?.focus();
}

/** Where one is, as it stands in the address: also what was taken out of it to be done later. */
function back() {
  if (waiting !== null) return waiting ? `device=${waiting}` : 'device';
  return joining === null ? location.hash.slice(1) : `join=${joining}`;
}

/** Nobody is signed in: the front, or what a provider has begun. */
function showFirst() {
  const come = returned;
  returned = null;
  if (come?.how === 'newcomer') fill(document.body, newcomer(api, enter, () => showFront({})));
  else if (come?.how === 'failed') showFront({ wrong: why(come.reason) });
  else showFront(notice());
}

/** Somebody came back from a provider, and has a second step here. */
async function showSecond() {
  returned = null;
  try {
    showFront({ step: await api.begunStep() });
  } catch (error) {
    showFront({ wrong: error.message });
  }
}

/** Somebody followed a link into a room. */
function followIn() {
  if (joining === null || connection.state !== 'live') return;
  const secret = joining;
  joining = null;
  shell.join(secret);
}

/** Whether the address brought such a link, which is taken out of it. */
function takeJoin() {
  const [, secret] = /^#join=([\w-]{8,128})$/u.exec(location.hash) ?? [];
  if (secret === undefined) return false;
  history.replaceState(null, '', at('/'));
  joining = secret;
  return true;
}

/** What a link in the address is for. */
function follow({ way, secret }) {
  if (way === 'reset') fill(document.body, reset(api, secret, enter, goOn));
  else if (way === 'email') fill(document.body, confirmed(api, secret, goOn));
  else showFront({ way, secret });
}

/** Back to where one was before a link was followed. */
function goOn() {
  if (store.me) location.reload();
  else start();
}

/** Somebody is signed in: the chat, where it was left if it is the same person. */
function enter(session, rooms = [], people = []) {
  if (store.me && store.me.user !== session.user) {
    leave('reload');
    return;
  }
  store.signedIn(session);
  if (rooms.length) {
    store.list(rooms, null);
    store.learnPeople(people, { whole: true });
    drafts.load();
    files.restore();
  }
  shell ??= new Shell({ store, chat, connection, api, drafts, signOut, bell });
  fill(document.body, shell.node);
  shell.start();
  tabs.join(session.user);
  connection.start();
  letIn();
  const news = returned;
  returned = null;
  if (news) shell.signingIn(news);
}

/** Somebody followed a program's link: once they are signed in, they decide. */
function letIn() {
  if (waiting === null || !store.me) return;
  const code = waiting;
  waiting = null;
  device(api, code, store.me.name);
}

/** Whether the address brought such a code, which is taken out of it. */
function takeDevice() {
  const [found, code] = /^#device(?:=([A-Za-z-]{1,12}))?$/u.exec(location.hash) ?? [];
  if (found === undefined) return false;
  history.replaceState(null, '', at('/'));
  waiting = code ?? '';
  return true;
}

/** Why one is asked to sign in. */
function notice() {
  if (waiting !== null) return { notice: t('Sign in to let the program in.') };
  return joining === null ? {} : { notice: t('Sign in to see the room that you are invited to.') };
}

async function signOut() {
  leaving = true;
  const { go_on: goOn } = await api.signOut().catch((error) => {
    leaving = false;
    throw error;
  });
  await chat.push.forget().catch(() => {});
  tabs.word('out');
  await outbox.forget();
  await files.forget();
  leave('front', goOn);
}

/** Nothing of this person stays on the page. `further`: an address elsewhere to go to. */
function leave(where, further = null) {
  connection.stop();
  drafts.forget();
  bell.forget();
  remembered.forget();
  if (further) {
    location.replace(further);
    return;
  }
  if (where === 'front') location.replace(at('/'));
  location.reload();
}

/** A link's secret, taken out of the address at once so that no history keeps it. */
function takeSecret() {
  const [, way, secret] = /^#(setup|invitation|reset|email)=(.+)$/u.exec(location.hash) ?? [];
  if (way) history.replaceState(null, '', at('/'));
  return way ? { way, secret: decoded(secret) } : null;
}

async function start() {
  await speaking;
  returned = takeReturn();
  takeDevice();
  takeJoin();
  const link = takeSecret();
  if (link) {
    follow(link);
    return;
  }
  if (returned?.how === 'second') {
    await showSecond();
    return;
  }
  // Whoever was here before finds their rooms at once; the connection asks who they are, and what is
  // said without one is kept. A program is let in by the server alone, which is asked first then.
  const known = waiting === null && !returned ? remembered.read() : null;
  if (known) {
    enter(known.session, known.rooms, known.people);
    chat.resend();
    return;
  }
  try {
    const session = await api.session();
    told = session.signed_in ? session : null;
    if (told) enter(told);
    else showFirst();
  } catch (error) {
    unreachable(error.message, start);
  }
}

// Whoever looks at the page sees there what is new.
attend(connection, tabs, () => chat.push.clear().catch(() => {}));
// The worker is there, or another version's took its place: it speaks as the page does.
const tellWorker = async () => {
  await speaking;
  await choose(globalThis.caches, { language: spoken().language, name: brand.title, icon: await lastingMark() });
};
navigator.serviceWorker?.ready.then(tellWorker);
navigator.serviceWorker?.addEventListener('controllerchange', tellWorker);
// A notification was pressed.
navigator.serviceWorker?.addEventListener('message', ({ data }) => {
  if (data?.type === 'go') location.hash = write({ pane: 'talk', room: data.room, seq: data.seq });
});
// A tab that was killed may have left something unsent.
setInterval(() => connection.state === 'live' && chat.resend(), ORPHANS * 1000);
addEventListener('pagehide', () => {
  drafts.flush();
  remembered.update(store);
});
addEventListener('hashchange', () => {
  if (takeJoin()) {
    followIn();
    return;
  }
  if (takeDevice()) {
    letIn();
    return;
  }
  const link = takeSecret();
  if (link) follow(link);
});
addEventListener('beforeunload', (event) => {
  if (connection.unsent + chat.loose + files.loose > chat.held) event.preventDefault();
});
watchKeyboard();
start();
