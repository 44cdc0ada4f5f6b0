// SPDX-License-Identifier: Apache-2.0
// Saved views: what storage holds may be of anybody's making.

export interface View {
  name: string;
  query: string;
}

const MOST = 50;

export function readViews(text: string | null): View[] {
  try {
    const read = JSON.parse(text ?? "[]") as unknown;
    if (!Array.isArray(read)) return [];
    return read
      .flatMap((item: unknown) => {
        if (typeof item !== "object" || item === null) return [];
        const { name, query } = item as { name?: unknown; query?: unknown };
        return typeof name === "string" && typeof query === "string" ? [{ name, query }] : [];
      })
      .slice(0, MOST);
  } catch {
    return [];
  }
}

export function withView(views: View[], view: View): View[] {
  return [...withoutView(views, view.name), view].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST);
}

export function withoutView(views: View[], name: string): View[] {
  return views.filter((view) => view.name !== name);
}
