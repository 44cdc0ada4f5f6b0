// SPDX-License-Identifier: Apache-2.0
// As older_tls.py: older_tls.js CERT KEY CA CONNECTIONS.
'use strict';
const fs = require('fs');
const https = require('https');
const readline = require('readline');

const [certificate, key, ca, count] = process.argv.slice(2);
const server = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key), keepAliveTimeout: 0 },
  (request, response) => response.end(request.url));
const trusted = fs.readFileSync(ca);
const agents = Array.from({ length: Number(count) }, () => new https.Agent({ keepAlive: true, maxSockets: 1, ca: trusted }));

function ask(agent, path) {
  return new Promise((resolve, reject) => {
    https.get({ host: 'localhost', port: server.address().port, path, agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    }).on('error', reject);
  });
}

server.listen(0, '127.0.0.1', async () => {
  for (const [number, agent] of agents.entries()) await ask(agent, `/before/${number}`);
  console.log('ready');
  let asked = 0;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    for (let i = 0; i < Number(line); ++i, ++asked) {
      for (const [number, agent] of agents.entries()) await ask(agent, `/after/${number}?n=${asked}`);
    }
    console.log('done');
  }
  for (const agent of agents) agent.destroy();
  server.close();
});
