// SPDX-License-Identifier: Apache-2.0
// HTTP/2 of Node.js. "serve PORT [KEY CERT]" answers with what it was sent, as JSON; "ask PORT TRUTH [CA]" sends all its
// requests at once over one connection and writes what it sent and received, a line of JSON for each exchange.
'use strict';
const fs = require('fs');
const http2 = require('http2');
const zlib = require('zlib');

function whole(stream, then) {
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  stream.on('end', () => then(Buffer.concat(parts)));
}

function plain(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
}

function answer(stream, headers, body) {
  const path = headers[':path'];
  const echo = JSON.stringify({ method: headers[':method'], path, headers: plain(headers), body: body.toString('base64') });
  if (path.startsWith('/empty')) return stream.respond({ ':status': 204 }, { endStream: true });
  if (path.startsWith('/informed')) stream.additionalHeaders({ ':status': 103, link: '</style.css>; rel=preload' });
  if (path.startsWith('/pushed') && stream.pushAllowed) {
    stream.pushStream({ ':path': '/never-asked-for' }, (error, pushed) => {
      if (!error) { pushed.on('error', () => {}); pushed.respond({ ':status': 200 }); pushed.end('pushed'); }
    });
  }
  if (path.startsWith('/gzip')) {
    stream.respond({ ':status': 200, 'content-encoding': 'gzip', 'content-type': 'application/json' });
    return stream.end(zlib.gzipSync(echo));
  }
  if (path.startsWith('/trailers')) {
    stream.respond({ ':status': 200, 'content-type': 'application/json' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checked': 'yes' }));
    return stream.end(echo);
  }
  stream.respond({ ':status': path.startsWith('/missing') ? 404 : 200, 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
  if (headers[':method'] === 'HEAD') return stream.end();
  // In pieces, so that streams interleave.
  for (let at = 0; at < echo.length; at += 30000) stream.write(echo.slice(at, at + 30000));
  return stream.end();
}

function serve(port, key, cert) {
  const server = key ? http2.createSecureServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }) : http2.createServer();
  server.on('stream', (stream, headers) => whole(stream, (body) => answer(stream, headers, body)));
  server.on('session', (session) => session.on('error', () => {}));
  server.listen(Number(port), '127.0.0.1');
}

const CASES = [
  ...Array.from({ length: 12 }, (_, i) => ['GET', `/orders/${i}?page=${i}`, '']),
  ['POST', '/orders', '{"sku":"A-17"}'], ['PUT', '/large', 'x'.repeat(200000)], ['POST', '/small', 'y'],
  ['GET', '/empty', ''], ['GET', '/informed', ''], ['GET', '/pushed', ''], ['GET', '/gzip', ''], ['GET', '/trailers', ''],
  ['HEAD', '/head', ''], ['GET', '/missing', ''], ['DELETE', '/orders/7', ''],
];

function ask(port, truth, ca) {
  const session = ca ? http2.connect(`https://localhost:${port}`, { ca: fs.readFileSync(ca) }) : http2.connect(`http://localhost:${port}`);
  const out = fs.createWriteStream(truth);
  let open = CASES.length;
  session.on('stream', (pushed) => { pushed.on('error', () => {}); pushed.resume(); });
  for (const [method, path, body] of CASES) {
    const headers = { ':method': method, ':path': path, 'x-case': path, 'user-agent': 'node', cookie: ['k=1', 'l=2'] };
    const stream = session.request(headers, { endStream: !body });
    let status;
    stream.on('response', (received) => { status = received[':status']; });
    whole(stream, (received) => {
      const decoded = path.startsWith('/gzip') ? zlib.gunzipSync(received) : received;
      out.write(JSON.stringify({ method, path, body, status, received: decoded.toString('base64') }) + '\n');
      if (--open === 0) { session.close(); out.end(); }
    });
    if (body) stream.end(body);
  }
}

const [mode, ...rest] = process.argv.slice(2);
(mode === 'serve' ? serve : ask)(...rest);
