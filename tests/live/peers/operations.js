// SPDX-License-Identifier: Apache-2.0
// Services with many operations at one URL each, of the libraries that real ones are made of: GraphQL at /graphql, JSON-RPC at
// /rpc, MCP at /mcp, SOAP at /soap. "serve PORT RAN" appends what ran to RAN, as the libraries tell it, a line of JSON for each
// request: [path, protocol, type, name, fields]; "ask PORT RAN" calls them.
'use strict';
const fs = require('fs');
const http = require('http');
const { buildSchema, getOperationAST } = require('graphql');
const { createHandler } = require('graphql-http/lib/use/http');
const { JSONRPCServer, JSONRPCClient } = require('json-rpc-2.0');
const { McpServer, ResourceTemplate } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { StreamableHTTPServerTransport } = require('@modelcontextprotocol/sdk/server/streamableHttp.js');
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');
const soap = require('soap');
const { z } = require('zod');

const [, , mode, port, ranFile] = process.argv;
const url = `http://127.0.0.1:${port}`;

function ran(path, protocol, type, name, fields) {
  fs.appendFileSync(ranFile, JSON.stringify([path, protocol, type, name, fields]) + '\n');
}

// What was resolved at the root, in the context of each request.
function rootValue() {
  const resolve = (value) => (args, context, info) => {
    if (!context.called.includes(info.fieldName)) context.called.push(info.fieldName);
    return value;
  };
  return { user: resolve({ id: 7, name: 'Ada' }), shop: resolve('open'), pay: resolve(true), cancel: resolve(false) };
}

function graphqlHandler() {
  return createHandler({
    schema: buildSchema('type User { id: ID name: String } type Query { user(id: ID): User shop(note: String): String } type Mutation { pay(sum: Int): Boolean cancel: Boolean }'),
    rootValue: rootValue(),
    context: () => ({ called: [] }),
    onOperation: (request, args) => {
      const operation = getOperationAST(args.document, args.operationName);
      ran('/graphql', 'graphql', operation.operation, operation.name ? operation.name.value : '', args.contextValue.called.join(' '));
    },
  });
}

function whole(request) {
  return new Promise((resolve) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => resolve(Buffer.concat(parts)));
  });
}

function rpcHandler() {
  const server = new JSONRPCServer();
  const seen = [];
  server.applyMiddleware((next, call, params) => { seen.push(call); return next(call, params); });
  server.addMethod('math.add', ([a, b]) => a + b);
  server.addMethod('log', () => null);
  return async (request, response) => {
    const answer = await server.receive(JSON.parse(await whole(request)));
    const calls = seen.splice(0);
    ran('/rpc', 'json-rpc', calls.map((call) => (call.id === undefined ? 'notification' : 'request')).join(', '),
      calls.map((call) => call.method).join(', '), calls.map(() => '').join(', '));
    response.writeHead(answer ? 200 : 204, { 'content-type': 'application/json' });
    response.end(answer ? JSON.stringify(answer) : undefined);
  };
}

async function mcpHandler() {
  const server = new McpServer({ name: 'weather', version: '1.0.0' });
  server.registerTool('get_weather', { description: 'weather', inputSchema: { city: z.string() } },
    async ({ city }) => ({ content: [{ type: 'text', text: `rain in ${city}` }] }));
  server.registerPrompt('review', { argsSchema: { code: z.string() } },
    ({ code }) => ({ messages: [{ role: 'user', content: { type: 'text', text: code } }] }));
  server.registerResource('report', new ResourceTemplate('report://{day}', { list: undefined }), {},
    async (uri) => ({ contents: [{ uri: uri.href, text: 'all well' }] }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'a-session' });
  await server.connect(transport);
  const onmessage = transport.onmessage;
  transport.onmessage = (message, extra) => {
    const object = ['tools/call', 'prompts/get'].includes(message.method) ? message.params.name : '';
    ran('/mcp', 'mcp', 'id' in message ? 'request' : 'notification', message.method, object);
    onmessage(message, extra);
  };
  return (request, response) => transport.handleRequest(request, response);
}

const WSDL = `<?xml version="1.0" encoding="UTF-8"?>
<definitions name="Shop" targetNamespace="urn:shop" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:shop"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">
 <types><x:schema targetNamespace="urn:shop" elementFormDefault="qualified">
  ${['GetPrice', 'CancelOrder'].map((name) => `<x:element name="${name}"><x:complexType><x:sequence><x:element name="item" type="x:string"/></x:sequence></x:complexType></x:element>
  <x:element name="${name}Answer"><x:complexType><x:sequence><x:element name="value" type="x:string"/></x:sequence></x:complexType></x:element>`).join('')}
 </x:schema></types>
 ${['GetPrice', 'CancelOrder'].map((name) => `<message name="${name}In"><part name="body" element="t:${name}"/></message><message name="${name}Out"><part name="body" element="t:${name}Answer"/></message>`).join('')}
 <portType name="Port">${['GetPrice', 'CancelOrder'].map((name) => `<operation name="${name}"><input message="t:${name}In"/><output message="t:${name}Out"/></operation>`).join('')}</portType>
 <binding name="Binding" type="t:Port"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
 ${['GetPrice', 'CancelOrder'].map((name) => `<operation name="${name}"><soap:operation soapAction="urn:shop/${name}"/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>`).join('')}</binding>
 <service name="Shop"><port name="Port" binding="t:Binding"><soap:address location="${url}/soap"/></port></service>
</definitions>`;

function soapService() {
  const answer = (name) => () => { ran('/soap', 'soap', 'request', name, ''); return { value: 'done' }; };
  return { Shop: { Port: { GetPrice: answer('GetPrice'), CancelOrder: answer('CancelOrder') } } };
}

async function serve() {
  const handlers = { '/graphql': graphqlHandler(), '/rpc': rpcHandler(), '/mcp': await mcpHandler() };
  const server = http.createServer((request, response) => {
    const handler = handlers[request.url.split('?')[0]];
    if (handler) return handler(request, response);
    if (request.url.startsWith('/soap')) return undefined;
    response.writeHead(404);
    return response.end();
  });
  soap.listen(server, '/soap', soapService(), WSDL);
  server.listen(Number(port), '127.0.0.1');
}

async function askGraphql() {
  const post = (body, more) => fetch(`${url}/graphql`, { method: 'POST', body: JSON.stringify(body), headers: {
    'content-type': 'application/json', accept: 'application/graphql-response+json', ...more } });
  const answers = [
    await post({ query: 'query Get($id: ID) { me: user(id: $id) { name } }', variables: { id: '7' } }),
    await post({ query: '{ shop user { id } again: shop }' }, { accept: 'application/json' }),
    await post({ query: 'query A { shop } mutation B { pay(sum: 1) cancel }', operationName: 'B' }),
    await post({ operationName: 'A', query: 'query A { ...F } query B { shop } fragment F on Query { user { id } ... on Query { shop } }' }),
    await post({ query: '# query No { no }\nquery Noted { shop(note: "} mutation Evil { cancel }") }' }),
    await post({ query: 'query Block { shop(note: """ \\""" } { """) }', extensions: { a: '\u00e4' } }),
    await fetch(`${url}/graphql?query=${encodeURIComponent('query ByGet { user { name } }')}&operationName=ByGet`, { headers: { accept: 'application/json' } }),
  ];
  for (const answer of answers) if (answer.status !== 200) throw new Error(`GraphQL: ${answer.status} ${await answer.text()}`);
}

async function askRpc() {
  const client = new JSONRPCClient(async (call) => {
    const answer = await fetch(`${url}/rpc`, { method: 'POST', body: JSON.stringify(call), headers: { 'content-type': 'application/json' } });
    if (answer.status === 200) client.receive(await answer.json());
  });
  if (await client.request('math.add', [2, 3]) !== 5) throw new Error('JSON-RPC');
  await client.notify('log', { text: 'x' });
  await client.requestAdvanced([{ jsonrpc: '2.0', id: 10, method: 'math.add', params: [1, 1] }, { jsonrpc: '2.0', id: 11, method: 'log', params: [] }]);
}

async function askMcp() {
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`));
  const client = new Client({ name: 'asker', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
  await client.callTool({ name: 'get_weather', arguments: { city: 'Porto' } });
  await client.getPrompt({ name: 'review', arguments: { code: 'x' } });
  await client.readResource({ uri: 'report://monday' });
  await client.ping();
  await transport.terminateSession();
  await client.close();
}

async function askSoap() {
  for (const forceSoap12Headers of [false, true]) {
    const client = await soap.createClientAsync(`${url}/soap?wsdl`, { forceSoap12Headers });
    await client.GetPriceAsync({ item: 'A-17' });
    await client.CancelOrderAsync({ item: 'A-17' });
  }
}

async function ask() {
  await askGraphql();
  await askRpc();
  await askMcp();
  await askSoap();
}

(mode === 'serve' ? serve() : ask()).catch((error) => { console.error(error); process.exit(1); });
