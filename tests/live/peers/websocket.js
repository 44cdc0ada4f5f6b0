// SPDX-License-Identifier: Apache-2.0
// WebSocket of npm's ws. "serve PORT COMPRESSION [KEY CERT]" sends back what it is sent, in the form in which it came;
// "ask PORT TRUTH COUNT COMPRESSION [CA]" sends COUNT messages and more of every form, and writes what it sent and received,
// in their order, a line of JSON for each. COMPRESSION: off, on, fresh (no context takeover), small (windows of 512 bytes).
'use strict';
const fs = require('fs');
const https = require('https');
const http = require('http');
const WebSocket = require('ws');

const COMPRESSIONS = {
  off: false,
  on: { threshold: 0 },
  fresh: { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  small: { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
};
// Of messages under way at once.
const WINDOW = 50;

function serve(port, compression, key, cert) {
  const server = key ? https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }) : http.createServer();
  const sockets = new WebSocket.Server({ server, perMessageDeflate: COMPRESSIONS[compression], maxPayload: 64 << 20 });
  sockets.on('connection', (socket) => {
    socket.on('message', (data, binary) => {
      if (data.length % 3 !== 2) return socket.send(data, { binary });
      // In two frames.
      const half = data.length >> 1;
      socket.send(data.subarray(0, half), { binary, fin: false });
      return socket.send(data.subarray(half), { binary, fin: true });
    });
  });
  server.listen(Number(port), '127.0.0.1');
}

// Text of Buffers goes out as text only where it is a string.
function say(socket, one) {
  const parts = one.parts || [one.data];
  parts.forEach((part, at) => socket.send(part, { binary: one.opcode === 2, compress: one.compress, fin: at === parts.length - 1 }));
}

function messages(count) {
  const made = Array.from({ length: count }, (_, i) => ({ opcode: 1, data: Buffer.from(JSON.stringify({
    type: 'order', id: i, note: 'the same words, again and again', rest: 'x'.repeat(i * 7 % 61) })) }));
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  made.push({ opcode: 2, data: bytes }, { opcode: 2, data: Buffer.alloc(0) }, { opcode: 1, data: Buffer.from('Zürich 中文 🙂') });
  made.push({ opcode: 1, parts: ['one, ', 'two, ', 'three'].map((text) => Buffer.from(text)) });
  made.push({ opcode: 2, data: Buffer.alloc(70000, bytes) }, { opcode: 1, data: Buffer.alloc(200000, '{"a":[1,2,3]},') });
  made.push({ opcode: 1, data: Buffer.from('not compressed'), compress: false }, { opcode: 1, data: Buffer.from('compressed again, again') });
  return made;
}

function ask(port, truth, count, compression, ca) {
  const options = { perMessageDeflate: COMPRESSIONS[compression], maxPayload: 64 << 20 };
  const socket = ca ? new WebSocket(`wss://localhost:${port}/chat?room=1`, { ...options, ca: fs.readFileSync(ca) })
    : new WebSocket(`ws://localhost:${port}/chat?room=1`, options);
  const plan = messages(Number(count));
  const sent = [];
  const received = [];
  const line = (opcode, data) => [opcode, data.toString('base64')];
  const more = () => {
    while (sent.length < plan.length && sent.length - received.length < WINDOW) {
      const one = plan[sent.length];
      sent.push(line(one.opcode, Buffer.concat(one.parts || [one.data])));
      say(socket, one);
      if (sent.length % 1000 === 0) socket.ping('still there');
    }
  };
  socket.on('open', more);
  socket.on('message', (data, binary) => {
    received.push(line(binary ? 2 : 1, data));
    more();
    if (received.length === plan.length) socket.close(1000, 'done');
  });
  socket.on('close', () => fs.writeFileSync(truth, JSON.stringify({ sent, received })));
  socket.on('error', (error) => { console.error(error); process.exit(1); });
}

const [, , what, ...rest] = process.argv;
(what === 'serve' ? serve : ask)(...rest);
