// SPDX-License-Identifier: Apache-2.0
// Who calls whom, as layers from the left to the right: clients and processes, the hosts that they ask, the processes
// that answer, and so on. The same rows make the same picture.

export interface Call {
  collection_id: number;
  collection: string;
  kind: "client" | "client_process" | "server_process";
  name: string;
  requests: number;
}

export type NodeKind = "client" | "process" | "collection";
export interface GraphNode {
  id: string;
  name: string;
  kind: NodeKind;
  collection: number | null;
  requests: number;
  x: number;
  y: number;
}
export interface GraphEdge {
  from: string;
  to: string;
  requests: number;
}
export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** callers that are not shown */
  left_out: number;
}

// the busiest; a table has all
export const MOST_EDGES = 80;

const LOOPBACK = /^\[?(127\.|::1\]?$|::ffff:127\.)/;

/**
 * Without the loopback addresses of collections whose callers are known as processes: these are the same callers, seen
 * at the server. Where other addresses call too, or where the processes asked less often than the addresses did, all are
 * kept, for who they are is not known.
 */
export function withoutDoubles<T extends Call>(calls: readonly T[]): T[] {
  const known = new Map<string, number>();
  const local = new Map<string, number>();
  const elsewhere = new Set<string>();
  for (const { kind, name, collection, requests } of calls) {
    if (kind === "server_process") continue;
    const of = kind === "client_process" ? known : local;
    of.set(collection, (of.get(collection) ?? 0) + requests);
    if (kind === "client" && !LOOPBACK.test(name)) elsewhere.add(collection);
  }
  return calls.filter(
    ({ kind, collection }) =>
      kind !== "client" ||
      !known.has(collection) ||
      elsewhere.has(collection) ||
      (known.get(collection) ?? 0) < (local.get(collection) ?? 0),
  );
}

export interface CallsOf<T> {
  collection: string;
  collection_id: number;
  callers: T[];
  servers: T[];
}

/** The same calls by collection, in their order: for places that a picture does not fit into. */
export function byCollection<T extends Call>(calls: readonly T[]): CallsOf<T>[] {
  const out = new Map<string, CallsOf<T>>();
  for (const call of calls) {
    const { collection, collection_id } = call;
    const one = out.get(collection) ?? { collection, collection_id, callers: [], servers: [] };
    (call.kind === "server_process" ? one.servers : one.callers).push(call);
    out.set(collection, one);
  }
  return [...out.values()];
}

function edgeOf(call: Call): GraphEdge {
  const host = `collection ${call.collection}`;
  const other = call.kind === "client" ? `client ${call.name}` : `process ${call.name}`;
  return call.kind === "server_process"
    ? { from: host, to: other, requests: call.requests }
    : { from: other, to: host, requests: call.requests };
}

/** How far to the right each stands: behind all that call it; a circle is cut where it closes. */
function ranks(ids: string[], edges: GraphEdge[]): Map<string, number> {
  const before = new Map<string, string[]>();
  for (const { from, to } of edges) before.set(to, [...(before.get(to) ?? []), from]);
  const out = new Map<string, number>();
  const onWay = new Set<string>();
  const rank = (id: string): number => {
    const known = out.get(id);
    if (known !== undefined) return known;
    if (onWay.has(id)) return -1;
    onWay.add(id);
    const value = Math.max(-1, ...(before.get(id) ?? []).map(rank)) + 1;
    onWay.delete(id);
    out.set(id, value);
    return value;
  };
  ids.forEach(rank);
  return out;
}

export function graphOf(calls: readonly Call[], least: number): Graph {
  const kept = calls.filter(({ requests }) => requests >= least).slice(0, MOST_EDGES);
  const edges = kept.map(edgeOf);
  const nodes = new Map<string, GraphNode>();
  const meet = (id: string, requests: number, collection: number | null): void => {
    const [kind, ...rest] = id.split(" ");
    const node = nodes.get(id);
    if (node) node.requests = Math.max(node.requests, requests);
    else nodes.set(id, { id, name: rest.join(" "), kind: kind as NodeKind, collection, requests, x: 0, y: 0 });
  };
  kept.forEach((call, at) => {
    const edge = edges[at];
    if (!edge) return;
    for (const id of [edge.from, edge.to]) {
      meet(id, call.requests, id.startsWith("collection ") ? call.collection_id : null);
    }
  });
  place([...nodes.values()], edges);
  return { nodes: [...nodes.values()], edges, left_out: calls.length - kept.length };
}

function place(nodes: GraphNode[], edges: GraphEdge[]): void {
  const byRank = ranks(
    nodes.map(({ id }) => id),
    edges,
  );
  const layers: GraphNode[][] = [];
  for (const node of nodes) {
    const rank = byRank.get(node.id) ?? 0;
    (layers[rank] ??= []).push(node);
  }
  const at = new Map(nodes.map((node) => [node.id, node]));
  layers.forEach((layer, rank) => {
    // near to those that it is called by, the busiest first
    const middle = (node: GraphNode): number => {
      const from = edges.filter(({ to }) => to === node.id).map((edge) => at.get(edge.from)?.y ?? 0);
      return from.length === 0 ? 0 : from.reduce((sum, y) => sum + y, 0) / from.length;
    };
    layer.sort((a, b) => middle(a) - middle(b) || b.requests - a.requests || a.id.localeCompare(b.id));
    layer.forEach((node, row) => {
      node.x = layers.length === 1 ? 0.5 : rank / (layers.length - 1);
      node.y = (row + 0.5) / layer.length;
    });
  });
}

/** Places from 0 on over so many pixels; those that are all one, as in a straight chain, in the middle. */
export function stretched(places: readonly number[], pixels: number): number[] {
  const least = Math.min(...places);
  const span = Math.max(...places) - least;
  return places.map((place) => (span === 0 ? pixels / 2 : ((place - least) * pixels) / span));
}

/** What a slider of 0 to 100 means: a number of requests, in steps that grow. */
export function threshold(slider: number, most: number): number {
  return slider === 0 ? 0 : Math.floor((Math.max(most, 1) + 1) ** (slider / 100)) - 1;
}
