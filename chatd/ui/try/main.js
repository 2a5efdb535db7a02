// The developer's page: one's own connection, frame by frame.

import { Api } from '../net/api.js';
import { at } from '../net/base.js';
import { fill, h } from '../view/dom.js';
import { signIn } from '../view/signin.js';
import { SUBPROTOCOL } from '../wire.js';
import { Editor } from './editor.js';
import { Schema } from './schema.js';
import { Transcript } from './transcript.js';

const api = new Api();
let socket = null;

/** A connection of its own beside the page's, with every frame of it in the transcript. */
function connect(transcript, editor, changed) {
  const address = new URL(at('/ws'), location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const opened = new WebSocket(address, [SUBPROTOCOL]);
  socket = opened;
  changed('connecting');
  opened.onopen = () => changed('connected');
  opened.onmessage = ({ data }) => {
    transcript.received(data);
    editor.heard(data);
  };
  opened.onclose = ({ code, reason }) => {
    if (socket !== opened) return;
    socket = null;
    transcript.closed(code, reason);
    changed('closed');
  };
}

async function show(session) {
  const answer = await fetch(at('/protocol/schema.json'), { credentials: 'omit' });
  const schema = new Schema(await answer.json());
  const transcript = new Transcript();
  const editor = new Editor(schema, (text) => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(text);
    transcript.sent(text);
    return true;
  });
  const state = h('span', { class: 'state', role: 'status' });
  const plug = h('button', { type: 'button', onclick: () => (socket ? socket.close(1000) : open()) });
  const changed = (now) => {
    state.dataset.state = now;
    fill(state, { connecting: 'Connecting…', connected: `Connected as ${session.name}`, closed: 'Not connected' }[now]);
    fill(plug, now === 'closed' ? 'Connect' : 'Disconnect');
    plug.classList.toggle('main', now === 'closed');
    editor.connected(now === 'connected');
  };
  const open = () => connect(transcript, editor, changed);
  fill(
    document.body,
    h(
      'div',
      { class: 'try' },
      h(
        'header',
        {},
        h('h1', {}, 'Try the protocol'),
        h(
          'nav',
          { 'aria-label': 'Documentation' },
          h('a', { href: at('/protocol') }, 'Protocol'),
          h('a', { href: at('/protocol/schema.json') }, 'Schema'),
          h('a', { href: at('/api/v1/openapi.json') }, 'HTTP API'),
          h('a', { href: at('/') }, 'Chat'),
        ),
        state,
        plug,
      ),
      h('main', {}, editor.node, transcript.node),
    ),
  );
  open();
}

function failed(error) {
  const again = h('button', { type: 'button', class: 'main', onclick: start }, 'Try again');
  fill(document.body, h('main', { class: 'front' }, h('div', { class: 'card' }, h('p', {}, error.message), again)));
}

async function start() {
  try {
    const session = await api.session();
    if (session.signed_in) {
      await show(session);
      return;
    }
    const notice = 'Frames are sent in your name: sign in first. You come back here.';
    fill(document.body, signIn(api, { notice }, (signed) => show(signed).catch(failed)));
    document.querySelector('[autofocus]')?.focus();
  } catch (error) {
    failed(error);
  }
}

start();
