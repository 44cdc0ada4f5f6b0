// SPDX-License-Identifier: Apache-2.0
// Rows of time with a request, as even series: a plot must show that there was nothing.

export interface Point {
  time: number;
  requests: number;
  failed_4xx: number;
  failed_5xx: number;
  unanswered: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface Range {
  since: number;
  until: number;
  step: 60 | 3600;
}

export const RANGES = ["1h", "24h", "7d", "30d"] as const;
export type RangeName = (typeof RANGES)[number];
const SECONDS: Record<RangeName, number> = { "1h": 3600, "24h": 86400, "7d": 7 * 86400, "30d": 30 * 86400 };

// bars begin at round times: the span is moved to whole bars
function spanOf(name: RangeName, now: number, step: Range["step"]): Range {
  const bar = step * rowsOfBar(SECONDS[name] / step);
  const until = Math.floor(now / bar) * bar + bar;
  return { since: until - SECONDS[name], until, step };
}

/** As many steps as the name says, with the bar that goes on. Minutes are kept for a day. */
export function rangeOf(name: RangeName, now: number): Range {
  return spanOf(name, now, name === "1h" || name === "24h" ? 60 : 3600);
}

/** The same in hours, for what is known by the hour alone. */
export function hoursOf(name: RangeName, now: number): Range {
  return spanOf(name, now, 3600);
}

/** 24h → 24 h. */
export function spanName(name: RangeName): string {
  return name.replace(/(\d+)(\w)/, "$1 $2");
}

export function filled(rows: Point[], range: Range): Point[] {
  const by = new Map(rows.map((row) => [Math.floor(row.time / range.step) * range.step, row]));
  const out: Point[] = [];
  for (
    let time = Math.floor(range.since / range.step) * range.step;
    time < range.until && out.length < 2000;
    time += range.step
  ) {
    out.push(
      by.get(time) ?? {
        time,
        requests: 0,
        failed_4xx: 0,
        failed_5xx: 0,
        unanswered: 0,
        p50: null,
        p95: null,
        p99: null,
      },
    );
  }
  return out;
}

/** 600 → 10 minutes, 3600 → hour: what a row or a bar is of. */
export function stepName(seconds: number): string {
  const [size, unit] = seconds < 3600 ? [60, "minute"] : [3600, "hour"];
  return seconds === size ? unit : `${seconds / size} ${unit}s`;
}

// a plot has so many bars at most
export const MOST_BARS = 200;
const BARS = [1, 2, 4, 5, 10, 15, 30, 60];

/** How many rows a bar is of, so that there are `most` bars at most. */
export function rowsOfBar(rows: number, most = MOST_BARS): number {
  return BARS.find((some) => rows <= some * most) ?? Math.ceil(rows / most);
}

/** Requests of several rows as one, for spans in which a row would be narrower than can be seen. */
export function gathered(points: readonly Point[], rows: number): Point[] {
  const out: Point[] = [];
  for (let at = 0; at < points.length; at += rows) {
    const some = points.slice(at, at + rows);
    const first = some[0];
    if (!first) break;
    const sum = (of: (point: Point) => number): number => some.reduce((total, point) => total + of(point), 0);
    out.push({
      ...first,
      requests: sum((point) => point.requests),
      failed_4xx: sum((point) => point.failed_4xx),
      failed_5xx: sum((point) => point.failed_5xx),
      unanswered: sum((point) => point.unanswered),
    });
  }
  return out;
}

export interface Totals {
  requests: number;
  /** of these: seen at the caller, alone or at both ends */
  at_callers: number;
  failed: number;
  unanswered: number;
  share: number | null;
}

export function totals(rows: (Point & { requests_client?: number })[]): Totals {
  let requests = 0;
  let at_callers = 0;
  let failed = 0;
  let unanswered = 0;
  for (const row of rows) {
    requests += row.requests;
    at_callers += row.requests_client ?? 0;
    failed += row.failed_4xx + row.failed_5xx;
    unanswered += row.unanswered;
  }
  return { requests, at_callers, failed, unanswered, share: requests === 0 ? null : (failed + unanswered) / requests };
}

/** An hour of an endpoint, whose statuses are counted one by one, as a point. */
export function pointOf(hour: {
  time: number;
  requests: number;
  statuses: Record<string, number>;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}): Point {
  const of = (from: number, to: number): number =>
    Object.entries(hour.statuses).reduce(
      (sum, [status, n]) => (Number(status) >= from && Number(status) < to ? sum + n : sum),
      0,
    );
  return {
    time: hour.time,
    requests: hour.requests,
    failed_4xx: of(400, 500),
    failed_5xx: of(500, 600),
    unanswered: of(0, 1),
    p50: hour.p50,
    p95: hour.p95,
    p99: hour.p99,
  };
}
