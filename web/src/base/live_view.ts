// SPDX-License-Identifier: Apache-2.0
// What the live page holds: the newest rows, and while it is paused only how many wait.
import { pushed } from "./ring";

export const LIVE_LIMIT = 2000;

export interface LiveRow<T> {
  key: number;
  record: T;
}
export interface LiveRows<T> {
  rows: LiveRow<T>[];
  waiting: LiveRow<T>[];
  next: number;
  seen: number;
  lost: number;
  paused: boolean;
}

export type LiveAction<T> =
  | { do: "records"; records: readonly T[]; passed?: number }
  | { do: "lost"; records: number }
  | { do: "pause" }
  | { do: "resume" }
  | { do: "clear" };

/** What came and is not drawn yet: browsers draw pages that nobody sees once a minute. */
export interface Held<T> {
  records: readonly T[];
  /** older ones that no row would be left of */
  passed: number;
}
export const NOTHING_HELD: Held<never> = { records: [], passed: 0 };

export function withMore<T>(held: Held<T>, more: readonly T[]): Held<T> {
  const all = held.records.concat(more);
  const beyond = Math.max(0, all.length - LIVE_LIMIT);
  return { records: beyond === 0 ? all : all.slice(beyond), passed: held.passed + beyond };
}

export function emptyLive<T>(): LiveRows<T> {
  return { rows: [], waiting: [], next: 1, seen: 0, lost: 0, paused: false };
}

export function liveReducer<T>(state: LiveRows<T>, action: LiveAction<T>): LiveRows<T> {
  switch (action.do) {
    case "records": {
      const rows = action.records.map((record, at) => ({ key: state.next + at, record }));
      const next = state.next + rows.length;
      const seen = state.seen + rows.length + (action.passed ?? 0);
      return state.paused
        ? { ...state, waiting: pushed(state.waiting, rows, LIVE_LIMIT), next, seen }
        : { ...state, rows: pushed(state.rows, rows, LIVE_LIMIT), next, seen };
    }
    case "lost":
      return { ...state, lost: state.lost + action.records };
    case "pause":
      return { ...state, paused: true };
    case "resume":
      return {
        ...state,
        paused: false,
        rows: state.waiting.concat(state.rows).slice(0, LIVE_LIMIT),
        waiting: [],
      };
    case "clear":
      return { ...state, rows: [], waiting: [], seen: 0, lost: 0 };
  }
}
