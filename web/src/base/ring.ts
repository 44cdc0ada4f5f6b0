// SPDX-License-Identifier: Apache-2.0
// The newest items, the newest first, and no more than so many.

export function pushed<T>(items: readonly T[], more: readonly T[], limit: number): T[] {
  const fresh = more.slice(-limit).reverse();
  return fresh.concat(items.slice(0, limit - fresh.length));
}
