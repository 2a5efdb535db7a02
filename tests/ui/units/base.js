// Addresses and names of a server that has its host to itself, and of two below paths of one host.

import { at, own, ownStorage, prefix, whole } from '/ui/net/base.js';
import { equal, test } from '/units/harness.js';

/** As localStorage is: the keys are properties, the methods are not. */
class Memory {
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }

  setItem(key, value) {
    this[key] = String(value);
  }

  removeItem(key) {
    delete this[key];
  }
}

test('a page says where its server begins, and so does its worker', () => {
  equal(prefix('https://chat.example.org/#/room/r1'), '');
  equal(prefix('https://chat.example.org/embed?x=/y/'), '');
  equal(prefix('https://example.org/chat/#/room/r1/12'), '/chat');
  equal(prefix('https://example.org/chat/worker.js'), '/chat');
  equal(prefix('https://example.org/a/b/protocol/try', '..'), '/a/b');
  equal(prefix('https://example.org/protocol/try', '..'), '');
});

test('with a host to itself all addresses and names are as they stand there', () => {
  equal([at('/'), at('/api/session'), whole('/#join=x')], ['/', '/api/session', `${location.origin}/#join=x`]);
  equal([own('chatd'), own('chatd hub ')], ['chatd', 'chatd hub ']);
});

test('below a path names are its own, also beside one whose path begins the same', () => {
  equal(own('chatd', '/a'), '/a/ chatd');
  equal(new Set(['', '/a', '/a/b', '/ab'].map((path) => own('shell 1', path))).size, 4);
  equal(['/a/b', '/ab'].filter((path) => own('shell ', path).startsWith(own('', '/a'))), []);
});

test('what one server keeps no other of the host reads, changes or wipes', () => {
  const shared = new Memory();
  const paths = ['', '/a', '/a/b'];
  const servers = paths.map((path) => ownStorage(shared, path));
  servers.forEach((one, place) => one.setItem('draft r1', place));
  equal(servers.map((one) => one.getItem('draft r1')), ['0', '1', '2']);
  servers[1].removeItem('draft r1');
  equal(servers.map((one) => one.getItem('draft r1')), ['0', null, '2']);
  for (const wiping of servers) {
    servers.forEach((one, place) => one.setItem('draft r1', place));
    servers.forEach((one) => one.setItem('theme', 'dark'));
    wiping.clear();
    const left = servers.filter((one) => one.getItem('draft r1') !== null && one.getItem('theme') !== null);
    equal([left.length, left.includes(wiping)], [2, false]);
  }
});

test('with a host to itself the keys are those that were there before', () => {
  const shared = new Memory();
  shared.setItem('remembered', 'x');
  equal(ownStorage(shared, '').getItem('remembered'), 'x');
});
