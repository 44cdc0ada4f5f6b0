// SPDX-License-Identifier: Apache-2.0
// What needs attention, as items that can be dismissed one by one: what became of bytes and records that were not
// delivered, endpoints that expose data or fail, and what an OpenAPI document does not say.
import type { Item } from "./dismissed";

export interface LedgerLine {
  name: string;
  value: number;
  meaning: string;
}

// what found no room, what the kernel programs could not copy, what overload left out; how often a parser looked for its
// place is no loss by itself
const LOSS = /_(lost|shed)$|^loss_|_dropped|^connections_(refused|given_up)$/;

export function losses(ledger: LedgerLine[] | null): LedgerLine[] {
  return (ledger ?? []).filter(({ name, value }) => value > 0 && LOSS.test(name));
}

// counts of a processor that are records which its inventory does not have
const NOT_STORED: LedgerLine[] = [
  { name: "refused", value: 0, meaning: "no records, or refused by the store" },
  { name: "dropped", value: 0, meaning: "given up with their batch" },
];

/** With `again`, what was dropped is to be read again and no loss. */
export function notStored(ingest: Record<string, number> | null | undefined, again: boolean): LedgerLine[] {
  return NOT_STORED.map((line) => ({ ...line, value: ingest?.[line.name] ?? 0 })).filter(
    ({ name, value }) => value > 0 && !(again && name === "dropped"),
  );
}

interface Named {
  collection: string;
  method: string;
  template: string;
  operation: string;
}

// by its names and not its number: another inventory at the same address has other numbers
const nameOf = (endpoint: Named): string =>
  JSON.stringify([endpoint.collection, endpoint.method, endpoint.template, endpoint.operation]);

/** What a count that only grows says: how many digits it has, so that it is told again when it is ten times as high. */
const size = (value: number): string => String(Math.floor(value)).length.toString();

export function exposedItem(endpoint: Named & { exposed: string[] }): Item {
  return { key: `exposed ${nameOf(endpoint)}`, says: [...endpoint.exposed].sort().join(" ") };
}

/** In their order, but those that return nothing but a JWT last: each login does. */
export function loginsLast<T extends { exposed: string[] }>(endpoints: readonly T[]): T[] {
  const login = ({ exposed }: T): boolean => exposed.length > 0 && exposed.every((type) => type === "jwt");
  return [...endpoints.filter((one) => !login(one)), ...endpoints.filter(login)];
}

export function failingItem(endpoint: Named & { failed_5xx: number }): Item {
  return { key: `5xx ${nameOf(endpoint)}`, says: size(endpoint.failed_5xx) };
}

/** All new endpoints at once; says which is the newest. */
export function freshItem(newest: readonly (Named & { first_seen: number })[]): Item {
  const first = newest[0];
  return { key: "new", says: first ? `${nameOf(first)} ${first.first_seen}` : "" };
}

export function documentItem(collection: string, found: { shadow: number; zombie: number }): Item {
  return { key: `document ${collection}`, says: `${found.shadow} ${found.zombie}` };
}

/** A count of a process that began at `started`, and begins at zero with it. */
export function countItem(kind: "lost" | "ingest" | "unseen", name: string, value: number, started: number): Item {
  return { key: `${kind} ${name}`.trim(), says: `${started} ${size(value)}` };
}
