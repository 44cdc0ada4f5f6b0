// SPDX-License-Identifier: Apache-2.0
// What llhttp, as Node.js has it, makes of each case on standard input (http1.cc says how they stand there). For each a
// line of JSON: its whole messages, all texts as base64, and whether it refused what came.
'use strict';
const { HTTPParser, allMethods } = process.binding('http_parser');

const base64 = (text) => Buffer.from(text, 'latin1').toString('base64');
const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [base64(flat[2 * i]), base64(flat[2 * i + 1])]);

function outcome(kind, bytes) {
  const messages = [];
  let message = null;
  let fields = [];  // and target, where they come before the head is whole
  let target = '';
  let ended = false;
  const parser = new HTTPParser();
  parser.initialize(kind === 'Q' ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, 0, 0);
  parser[HTTPParser.kOnMessageBegin | 0] = () => { fields = []; target = ''; };
  parser[HTTPParser.kOnHeaders | 0] = (more, url) => { fields = fields.concat(more); target += url; };
  parser[HTTPParser.kOnHeadersComplete | 0] = (major, minor, headers, method, url, status, reason, upgrade) => {
    fields = fields.concat(headers || []);
    message = { method: base64(method === undefined ? '' : allMethods[method]), target: base64(url || target), status: status || 0, reason: base64(reason || ''),
      headers: pairs(fields), trailers: [], body: [], upgrade: Boolean(upgrade) };
    fields = [];
    // As Node.js's client does: 1 for a response without a body, 2 for one that ends the protocol.
    return kind === 'H' ? 1 : 0;
  };
  parser[HTTPParser.kOnBody | 0] = (part) => { message.body.push(Buffer.from(part)); };
  parser[HTTPParser.kOnMessageComplete | 0] = () => {
    message.body = Buffer.concat(message.body).toString('base64');
    message.trailers = pairs(fields);
    fields = [];
    messages.push(message);
    message = null;
  };
  let refused = false;
  const done = parser.execute(bytes);
  if (done instanceof Error) refused = done.code; else if (done !== bytes.length) ended = true;
  if (!refused && !ended && parser.finish() instanceof Error) ended = true;
  parser.close();
  return { messages, refused };
}

let held = Buffer.alloc(0);
process.stdin.on('data', (part) => {
  held = Buffer.concat([held, part]);
  while (held.length >= 5 && held.length >= 5 + held.readUInt32BE(1)) {
    const size = held.readUInt32BE(1);
    process.stdout.write(JSON.stringify(outcome(String.fromCharCode(held[0]), held.subarray(5, 5 + size))) + '\n');
    held = held.subarray(5 + size);
  }
});
