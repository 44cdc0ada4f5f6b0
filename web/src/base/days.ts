// SPDX-License-Identifier: Apache-2.0
import { dateOf } from "./time";

export interface Day<T> {
  date: string;
  items: T[];
}

/** What comes in the order of time, by the browser's days. */
export function byDay<T extends { time: number }>(items: readonly T[]): Day<T>[] {
  const out: Day<T>[] = [];
  for (const item of items) {
    const date = dateOf(item.time);
    const last = out.at(-1);
    if (last?.date === date) last.items.push(item);
    else out.push({ date, items: [item] });
  }
  return out;
}
