// SPDX-License-Identifier: Apache-2.0
// One clock for all that says how long ago something was.
import { useSyncExternalStore } from "react";
import { nowSeconds } from "./time";

const TICK_MS = 15000;
let now = nowSeconds();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = nowSeconds();
    for (const told of listeners) told();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** The minute that it is, for questions whose answer may be kept for it. */
export function useMinute(): number {
  return Math.floor(useNow() / 60) * 60;
}
