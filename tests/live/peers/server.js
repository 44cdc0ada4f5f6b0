// SPDX-License-Identifier: Apache-2.0
// Node's http server with the answers that the tests need: server.js PORT [CERT KEY [CLIENT_CA]]. The bodies are those of
// bodies.py.
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const https = require('https');
const path = require('path');
const zlib = require('zlib');

function text(name, size) {
    const line = crypto.createHash('sha256').update(name).digest('hex') + '\n';
    return Buffer.from(line.repeat(Math.floor(size / line.length) + 1).slice(0, size));
}

function binary(size) {
    return Buffer.from(Array.from({length: size}, (_, i) => i % 256));
}

function answer(response, body, headers) {
    response.writeHead(200, {'Content-Length': body.length, ...headers});
    response.end(body);
}

function get(kind, response) {
    const body = text(kind, 3000);
    switch (kind) {
        case 'chunked':
            response.writeHead(200, {Trailer: 'X-Check'});
            for (let at = 0; at < body.length; at += 1000) response.write(body.subarray(at, at + 1000));
            response.addTrailers({'X-Check': 'done'});
            response.end();
            return;
        case 'gzip':
            return answer(response, zlib.gzipSync(body), {'Content-Encoding': 'gzip'});
        case 'deflate':
            return answer(response, zlib.deflateSync(body), {'Content-Encoding': 'deflate'});
        case 'stacked':
            return answer(response, zlib.gzipSync(zlib.deflateSync(body)), {'Content-Encoding': 'deflate, gzip'});
        case 'br':
            return answer(response, fs.readFileSync(path.join(__dirname, 'body.br')), {'Content-Encoding': 'br'});
        case 'binary':
            return answer(response, binary(4096), {'Content-Type': 'application/octet-stream'});
        case 'cookies':
            return answer(response, body, {'Set-Cookie': ['a=1', 'b=2'], 'X-Two': ['1', '2']});
        case '304':
            response.writeHead(304, {ETag: '"x"'});
            return response.end();
        case '204':
            response.writeHead(204);
            return response.end();
        case 'large':
            return answer(response, text(kind, 1 << 20), {});
        case 'close':
            response.shouldKeepAlive = false;
            response.useChunkedEncodingByDefault = false;
            response.writeHead(200, {Connection: 'close'});
            return response.end(body);
        default:
            return answer(response, body, {'Content-Type': 'text/plain'});
    }
}

function serve(request, response) {
    const kind = new URL(request.url, 'http://x').pathname.replace(/\//g, '');
    let size = 0;
    request.on('data', (piece) => size += piece.length);
    request.on('end', () => {
        if (request.method === 'POST' || request.method === 'PUT') {
            answer(response, Buffer.from(`${size} bytes`), {});
        } else {
            get(kind, response);
        }
    });
}

const [port, certificate, key, clientCa] = process.argv.slice(2);
const tls = certificate && {
    cert: fs.readFileSync(certificate), key: fs.readFileSync(key), requestCert: Boolean(clientCa),
    ca: clientCa && fs.readFileSync(clientCa),
};
const server = tls ? https.createServer(tls, serve) : http.createServer(serve);
server.listen(Number(port), '127.0.0.1');
