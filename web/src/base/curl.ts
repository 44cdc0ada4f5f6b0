// SPDX-License-Identifier: Apache-2.0
// A record as a command for a POSIX shell. The values are hostile: each is one quoted word, and none can be an option.
import type { Exchange } from "./record";

export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

// What curl says itself, or what would be wrong of another request.
const LEFT_OUT = new Set([
  "host",
  "content-length",
  "connection",
  "transfer-encoding",
  "accept-encoding",
  "te",
  "upgrade",
]);

export function curlOf(exchange: Exchange): string {
  const absolute = /^https?:\/\//i.test(exchange.path);
  const slash = exchange.path.startsWith("/") || exchange.path === "" ? "" : "/";
  const url = absolute
    ? exchange.path
    : `${exchange.tls ? "https" : "http"}://${exchange.host}${slash}${exchange.path}`;
  const words = ["curl", "--globoff"];
  if (exchange.method === "HEAD") words.push("--head");
  else if (exchange.method !== "GET" || exchange.request.body !== "")
    words.push(`--request ${shellWord(exchange.method)}`);
  for (const { name, value } of exchange.request.headers) {
    if (LEFT_OUT.has(name.toLowerCase()) || name.startsWith(":")) continue;
    // an empty value is said with a semicolon
    words.push(`--header ${shellWord(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
  if (exchange.request.body !== "") words.push(`--data-raw ${shellWord(exchange.request.body)}`);
  words.push(`--url ${shellWord(url)}`);
  return words.join(" \\\n  ");
}
