// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { isDismissed, readDismissed, withItem, withoutItem, type Item } from "../base/dismissed";

const KEY = "apiarist-dismissed";

export interface Dismissed {
  has: (item: Item) => boolean;
  dismiss: (item: Item) => void;
  bringBack: (item: Item) => void;
}

/** Items that were dismissed, kept by this browser. */
export function useDismissed(): Dismissed {
  const [items, setItems] = useState<Item[]>(() => readDismissed(localStorage.getItem(KEY)));
  const keep = (next: Item[]): void => {
    setItems(next);
    localStorage.setItem(KEY, JSON.stringify(next));
  };
  return {
    has: (item) => isDismissed(items, item),
    dismiss: (item) => keep(withItem(items, item)),
    bringBack: (item) => keep(withoutItem(items, item)),
  };
}
