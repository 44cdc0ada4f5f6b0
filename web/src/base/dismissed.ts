// SPDX-License-Identifier: Apache-2.0
// What was dismissed: each item with what it said then, so that it comes back when it says something else. What storage
// holds may be of anybody's making.

import { readList } from "./stored_list";

export interface Item {
  key: string;
  says: string;
}

/** where the browser keeps them */
export const DISMISSED_KEY = "apiarist-dismissed";

const MOST = 500;

export function readDismissed(text: string | null): Item[] {
  return readList(text, ({ key, says }) =>
    typeof key === "string" && typeof says === "string" ? { key, says } : null,
  ).slice(-MOST);
}

export function isDismissed(dismissed: readonly Item[], item: Item): boolean {
  return dismissed.some(({ key, says }) => key === item.key && says === item.says);
}

export function withItem(dismissed: readonly Item[], item: Item): Item[] {
  return [...withoutItem(dismissed, item), { key: item.key, says: item.says }].slice(-MOST);
}

export function withoutItem(dismissed: readonly Item[], item: Item): Item[] {
  return dismissed.filter(({ key }) => key !== item.key);
}
