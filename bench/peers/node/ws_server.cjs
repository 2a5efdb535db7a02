// Node's ws: everything anybody says goes to everybody, as the README of ws has it.
//
//   node ws_server.cjs PORT CERTIFICATE KEY
//
// Without compression (its default). No accounts, no rooms, no storage.
'use strict';

const { readFileSync } = require('node:fs');
const { createServer } = require('node:https');
const { WebSocket, WebSocketServer } = require('ws');

const [port, certificate, key] = process.argv.slice(2);

const server = createServer({
  cert: readFileSync(certificate),
  key: readFileSync(key),
  minVersion: 'TLSv1.3',
});
const wss = new WebSocketServer({ server });

wss.on('connection', (socket) => {
  socket.on('error', console.error);
  socket.on('message', (data, isBinary) => {
    for (const client of wss.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
    }
  });
});

server.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 });
