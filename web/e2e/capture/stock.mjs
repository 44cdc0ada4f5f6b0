// SPDX-License-Identifier: Apache-2.0
// How many there are of a product: stock.mjs PORT.
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { argv } from "node:process";

createServer((request, response) => {
  const number = Number(request.url.split("/").pop());
  const body = JSON.stringify({ stock: number % 9, shelf: { row: "A", place: number } });
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(argv[2]), "127.0.0.1");
