// SPDX-License-Identifier: Apache-2.0
// Asks a server for the exchanges on standard input ({port, tls, exchanges: [{method, path, headers, body}]}) over one
// kept-alive connection; writes what was sent and received, a line of JSON for each.
const fs = require('fs');
const http = require('http');
const https = require('https');

const plan = JSON.parse(fs.readFileSync(0));
const tls = plan.tls && {
    ca: fs.readFileSync(plan.tls.ca), minVersion: `TLSv${plan.tls.version}`, maxVersion: `TLSv${plan.tls.version}`,
    cert: plan.tls.cert && fs.readFileSync(plan.tls.cert), key: plan.tls.key && fs.readFileSync(plan.tls.key),
};
const agent = new (tls ? https : http).Agent({keepAlive: true, maxSockets: 1});

function ask({method, path, headers, body}) {
    const options = {host: tls ? 'localhost' : '127.0.0.1', port: plan.port, method, path, agent, ...tls};
    const request = (tls ? https : http).request({...options, headers: headers.flat().length ? Object.fromEntries(headers) : {}});
    return new Promise((resolve, reject) => {
        request.on('error', reject);
        request.on('response', (response) => {
            const received = [];
            for (let i = 0; i < response.rawHeaders.length; i += 2) received.push(response.rawHeaders.slice(i, i + 2));
            response.resume();
            response.on('end', () => {
                const sent = request._header.split('\r\n').slice(1).filter((line) => line).map((line) => {
                    const colon = line.indexOf(':');
                    return [line.slice(0, colon), line.slice(colon + 1).trim()];
                });
                resolve({status: response.statusCode, sent, received});
            });
        });
        request.end(body ? Buffer.from(body, 'base64') : undefined);
    });
}

(async () => {
    for (const exchange of plan.exchanges) console.log(JSON.stringify(await ask(exchange)));
    agent.destroy();
})();
