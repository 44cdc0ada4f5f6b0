// SPDX-License-Identifier: Apache-2.0
// One connection of HTTP/2, first without a witness: "serve PORT" answers each path, "ask PORT FIRST THEN GO DONE" sends FIRST requests,
// makes the file DONE, waits for the file GO and sends THEN more, one after the other.
'use strict';
const fs = require('fs');
const http2 = require('http2');
const path = require('path');

function serve(port) {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    stream.respond({ ':status': 200, 'x-path': headers[':path'] });
    stream.end(headers[':path']);
  });
  server.on('session', (session) => session.on('error', () => {}));
  server.listen(Number(port), '127.0.0.1');
}

function when(file, then) {
  const watcher = fs.watch(path.dirname(file), () => {
    if (!fs.existsSync(file)) return;
    watcher.close();
    then();
  });
  if (fs.existsSync(file)) { watcher.close(); then(); }
}

function ask(port, first, more, go, done) {
  const session = http2.connect(`http://localhost:${port}`);
  let number = 0;
  const paths = ['/cart', '/orders', '/orders/7', '/login', '/search?q=tea', '/static/logo.svg'];
  function one(left, then) {
    if (left === 0) return then();
    const old = number % 3 === 0;  // said before, else new
    const target = old ? paths[number % paths.length] : `/items/${number}`;
    const stream = session.request({ ':path': target, 'x-path': target, 'x-number': String(number++), 'user-agent': 'late' });
    stream.resume();
    stream.on('end', () => one(left - 1, then));
  }
  one(Number(first), () => {
    fs.writeFileSync(done, '');
    when(go, () => one(Number(more), () => session.close()));
  });
}

const [mode, ...rest] = process.argv.slice(2);
(mode === 'serve' ? serve : ask)(...rest);
