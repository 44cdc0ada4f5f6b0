// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import { DISMISSED_KEY, isDismissed, readDismissed, withItem, withoutItem, type Item } from "../base/dismissed";

export interface Dismissed {
  has: (item: Item) => boolean;
  dismiss: (item: Item) => void;
  bringBack: (item: Item) => void;
}

/** Items that were dismissed, kept by this browser until who is signed in signs out. */
export function useDismissed(): Dismissed {
  const [items, setItems] = useState<Item[]>(() => readDismissed(localStorage.getItem(DISMISSED_KEY)));
  const keep = (next: Item[]): void => {
    setItems(next);
    localStorage.setItem(DISMISSED_KEY, JSON.stringify(next));
  };
  return {
    has: (item) => isDismissed(items, item),
    dismiss: (item) => keep(withItem(items, item)),
    bringBack: (item) => keep(withoutItem(items, item)),
  };
}
