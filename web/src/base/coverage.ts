// SPDX-License-Identifier: Apache-2.0
// Coverage by process, as rows: what ended is gathered by its name, so that commands that come and go do not hide who stays.

interface Stack {
  stack: string;
  version: string;
  file: string;
  probed: boolean;
  reason: string;
}

interface NotSeen {
  what: string;
  why: string;
  bytes: number;
}

export interface ProcessLine {
  pid?: number;
  name: string;
  cgroup: string;
  container: string;
  ended: boolean;
  connections: number;
  bytes: number;
  seen: number;
  share: number | null;
  tls_stacks: Stack[];
  not_seen: NotSeen[];
}

export interface ProcessRow extends ProcessLine {
  /** how many it stands for */
  processes: number;
}

/** What there is once in either. */
function union<T>(some: T[], more: T[]): T[] {
  const known = new Set(some.map((one) => JSON.stringify(one)));
  return [...some, ...more.filter((one) => !known.has(JSON.stringify(one)))];
}

function summed(some: NotSeen[], more: NotSeen[]): NotSeen[] {
  const sums = some.map((line) => ({ ...line }));
  for (const line of more) {
    const same = sums.find(({ what, why }) => what === line.what && why === line.why);
    if (same) same.bytes += line.bytes;
    else sums.push({ ...line });
  }
  return sums;
}

function together(row: ProcessRow, process: ProcessLine): ProcessRow {
  const bytes = row.bytes + process.bytes;
  const seen = row.seen + process.seen;
  return {
    name: row.name,
    cgroup: row.cgroup === process.cgroup ? row.cgroup : "",
    container: row.container,
    ended: true,
    processes: row.processes + 1,
    connections: row.connections + process.connections,
    bytes,
    seen,
    share: bytes > 0 ? seen / bytes : null,
    tls_stacks: union(row.tls_stacks, process.tls_stacks),
    not_seen: summed(row.not_seen, process.not_seen),
  };
}

/** Those that run, each with its row, in their order; behind them those that ended, those of one name and container in one. */
export function rowsOf(processes: ProcessLine[]): ProcessRow[] {
  const ended = new Map<string, ProcessRow>();
  const rows: ProcessRow[] = [];
  for (const process of processes) {
    if (!process.ended) {
      rows.push({ ...process, processes: 1 });
      continue;
    }
    const place = JSON.stringify([process.name, process.container]);
    const row = ended.get(place);
    ended.set(place, row ? together(row, process) : { ...process, processes: 1 });
  }
  return [...rows, ...[...ended.values()].sort((a, b) => b.bytes - a.bytes)];
}

/** Versions often begin with the name of their library. */
export function stackName({ stack, version }: { stack: string; version: string }): string {
  return version.startsWith(stack) ? version : `${stack} ${version}`.trim();
}
