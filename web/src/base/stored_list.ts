// SPDX-License-Identifier: Apache-2.0
// Lists that the browser keeps. What storage holds may be of anybody's making: what is no item of the list is left out.

export function readList<T>(text: string | null, item: (read: Record<string, unknown>) => T | null): T[] {
  let read: unknown;
  try {
    read = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(read)) return [];
  return read.flatMap((one: unknown) => {
    const made = typeof one === "object" && one !== null ? item(one as Record<string, unknown>) : null;
    return made === null ? [] : [made];
  });
}
