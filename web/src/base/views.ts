// SPDX-License-Identifier: Apache-2.0
// Saved views: what storage holds may be of anybody's making.

import { readList } from "./stored_list";

export interface View {
  name: string;
  query: string;
}

const MOST = 50;

export function readViews(text: string | null): View[] {
  return readList(text, ({ name, query }) =>
    typeof name === "string" && typeof query === "string" ? { name, query } : null,
  ).slice(0, MOST);
}

export function withView(views: View[], view: View): View[] {
  return [...withoutView(views, view.name), view].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST);
}

export function withoutView(views: View[], name: string): View[] {
  return views.filter((view) => view.name !== name);
}
