// SPDX-License-Identifier: Apache-2.0
// gRPC of Node.js, as grpc_python.py: "serve PORT [KEY CERT]" and "ask PORT TRUTH [CA]". NODE_PATH says where grpc-js is.
'use strict';
const fs = require('fs');
const grpc = require('@grpc/grpc-js');

const SERVICE = 'shop.v1.Orders';
const same = (bytes) => bytes;
const kind = (method, requestStream, responseStream) => ({
  path: `/${SERVICE}/${method}`, requestStream, responseStream, requestSerialize: same, requestDeserialize: same, responseSerialize: same,
  responseDeserialize: same,
});
const DEFINITION = {
  Get: kind('Get', false, false), PutAll: kind('PutAll', true, false), List: kind('List', false, true), Talk: kind('Talk', true, true),
};
// A protobuf message whose field 1 is these bytes (below 128).
const message = (text) => Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]);
const text = (request) => request.subarray(2).toString();

const HANDLERS = {
  Get(call, answer) {
    if (text(call.request).endsWith('missing')) return answer({ code: grpc.status.NOT_FOUND, details: 'no such order' });
    return answer(null, message(`got ${text(call.request)}`));
  },
  PutAll(call, answer) {
    let sum = 0;
    call.on('data', (request) => { sum += request.length; });
    call.on('end', () => answer(null, message(String(sum))));
  },
  List(call) {
    for (let number = 0; number < 5; ++number) call.write(message(`order ${number} of ${text(call.request)}`));
    call.end();
  },
  Talk(call) {
    call.on('data', (request) => call.write(message(`heard ${text(request)}`)));
    call.on('end', () => call.end());
  },
};

function serve(port, key, cert) {
  const server = new grpc.Server();
  server.addService(DEFINITION, HANDLERS);
  const credentials = key ? grpc.ServerCredentials.createSsl(null, [{ private_key: fs.readFileSync(key), cert_chain: fs.readFileSync(cert) }])
    : grpc.ServerCredentials.createInsecure();
  server.bindAsync(`127.0.0.1:${port}`, credentials, (error) => { if (error) throw error; });
  process.on('SIGTERM', () => server.tryShutdown(() => process.exit(0)));
}

function ask(port, truth, ca) {
  const Client = grpc.makeGenericClientConstructor(DEFINITION, SERVICE);
  const client = new Client(`localhost:${port}`, ca ? grpc.credentials.createSsl(fs.readFileSync(ca)) : grpc.credentials.createInsecure());
  const lines = [];
  let open = 0;
  function call(method, sent) {
    ++open;
    const { requestStream, responseStream } = DEFINITION[method];
    const received = [];
    let status = 0;
    let left = 2;  // what was received, and the status
    const done = () => {
      if (--left !== 0) return;
      lines.push(JSON.stringify({
        path: `/${SERVICE}/${method}`, status: String(status), sent: sent.map((one) => one.toString('base64')),
        received: received.map((one) => one.toString('base64')),
      }));
      if (--open === 0) { fs.writeFileSync(truth, lines.join('\n') + '\n'); client.close(); }
    };
    const answered = (error, answer) => { if (answer) received.push(answer); done(); };
    const args = [...(requestStream ? [] : [sent[0]]), ...(responseStream ? [] : [answered])];
    const stream = client[method](...args);
    stream.on('status', (said) => { status = said.code; done(); });
    if (responseStream) {
      stream.on('data', (part) => received.push(part));
      stream.on('end', done);
      stream.on('error', () => {});
    }
    if (requestStream) { for (const one of sent) stream.write(one); stream.end(); }
  }
  for (let number = 0; number < 10; ++number) {
    const one = message(String(number));
    call('Get', [one]);
    call('PutAll', [one, one, one, one]);
    call('List', [one]);
    call('Talk', [one, message(`and ${number}`)]);
  }
  call('Get', [message('missing')]);
  call('Get', [message('x'.repeat(100))]);
}

const [mode, ...rest] = process.argv.slice(2);
(mode === 'serve' ? serve : ask)(...rest);
