// SPDX-License-Identifier: Apache-2.0
// The state of the list of endpoints is the address of the page: what is set stands there under the API's own names.

export const FILTERS = [
  "collection",
  "method",
  "auth",
  "access",
  "sensitive",
  "returned",
  "exposed",
  "status",
  "folded",
  "seen_since",
  "new_since",
] as const;
export type FilterName = (typeof FILTERS)[number];
export const STATUSES = ["succeeded", "2xx", "3xx", "4xx", "5xx", "unanswered"] as const;
export const SORTS =
  "id collection_id collection method template operation first_seen last_seen requests requests_client failed_4xx failed_5xx unanswered p50 p95 p99 folded auth access sensitive".split(
    " ",
  );

export interface ListState {
  filters: Partial<Record<FilterName, string>>;
  search: string;
  sort: string;
  order: "asc" | "desc";
}

/** Numbers and times are best read from the largest down, names from the first up. */
export function firstOrder(sort: string): "asc" | "desc" {
  return /seen|requests|failed|unanswered|p\d\d|sensitive/.test(sort) ? "desc" : "asc";
}

export function readState(parameters: URLSearchParams): ListState {
  const filters: ListState["filters"] = {};
  for (const name of FILTERS) {
    const value = parameters.get(name);
    if (value !== null && value !== "") filters[name] = value;
  }
  const asked = parameters.get("sort") ?? "";
  const sort = SORTS.includes(asked) ? asked : "last_seen";
  const order = parameters.get("order");
  return {
    filters,
    search: parameters.get("search") ?? "",
    sort,
    order: order === "asc" || order === "desc" ? order : firstOrder(sort),
  };
}

export function writeState(state: ListState): URLSearchParams {
  const out = new URLSearchParams();
  for (const name of FILTERS) {
    const value = state.filters[name];
    if (value !== undefined && value !== "") out.set(name, value);
  }
  if (state.search !== "") out.set("search", state.search);
  if (state.sort !== "last_seen" || state.order !== "desc") {
    out.set("sort", state.sort);
    if (state.order !== firstOrder(state.sort)) out.set("order", state.order);
  }
  return out;
}

const FAILURES = ["4xx", "5xx", "unanswered"];

const fails = (status: string | undefined): boolean => status !== undefined && FAILURES.includes(status);

/** With one of them set, or (undefined) not. Who asks for failures gets what fails always, which is folded away, too;
 *  who turns away from them no longer. */
export function withFilter(
  filters: ListState["filters"],
  name: FilterName,
  value: string | undefined,
): ListState["filters"] {
  const asked = name === "status" && fails(value) ? { folded: "both" } : {};
  const left = name === "status" && fails(filters.status) && !fails(value) && filters.folded === "both";
  const kept = left ? { ...filters, folded: "no" } : filters;
  const set: [string, string | undefined][] = Object.entries({ ...asked, ...kept, [name]: value });
  return Object.fromEntries(set.filter(([key, value]) => value !== undefined && !(key === "folded" && value === "no")));
}

export function endpointsLink(filters: Partial<Record<FilterName, string | number>>): string {
  const out = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name];
    if (value !== undefined) out.set(name, String(value));
  }
  const text = out.toString();
  return text === "" ? "/endpoints" : `/endpoints?${text}`;
}

/** Where the page of a document is, when it is not there yet: the collection stands in the path and nowhere else. */
export function openapiAddress(id: string | undefined, parameters: URLSearchParams, first: string): string | null {
  const asked = parameters.get("collection");
  if (id !== undefined && asked === null) return null;
  const rest = new URLSearchParams(parameters);
  rest.delete("collection");
  const text = rest.toString();
  return `/openapi/${encodeURIComponent(id ?? (asked || first))}${text === "" ? "" : `?${text}`}`;
}
