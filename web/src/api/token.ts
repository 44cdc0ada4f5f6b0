// SPDX-License-Identifier: Apache-2.0
// The token of who is signed in: for this tab, or for this browser where that was asked for. It stands in no address and
// in no log.
import { useSyncExternalStore } from "react";
import { DISMISSED_KEY } from "../base/dismissed";

const KEY = "apiarist-token";
const listeners = new Set<() => void>();
let refused = false;
let current = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);

function tell(): void {
  for (const listener of listeners) listener();
}

export function token(): string | null {
  return current;
}

export function keepToken(value: string, forBrowser: boolean): void {
  current = value;
  refused = false;
  (forBrowser ? localStorage : sessionStorage).setItem(KEY, value);
  (forBrowser ? sessionStorage : localStorage).removeItem(KEY);
  tell();
}

/** `because` is what the server said to it; else its owner signs out. */
export function forgetToken(because?: "refused"): void {
  if (current === null) return;
  current = null;
  refused = because === "refused";
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  // they name endpoints
  localStorage.removeItem(DISMISSED_KEY);
  tell();
}

// Signing out in one tab signs out the others that use the browser's token.
window.addEventListener("storage", (event) => {
  if (event.key === KEY && event.newValue === null && sessionStorage.getItem(KEY) === null) forgetToken();
});

/** Whether nobody is signed in because the server took the token no longer. */
export function wasRefused(): boolean {
  return refused;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useToken(): string | null {
  return useSyncExternalStore(subscribe, token);
}
