// SPDX-License-Identifier: Apache-2.0
// A schema of what was seen, as rows of a tree, and the places of sensitive data beside them.

export interface SchemaRow {
  /** /items/[]/email, as places of sensitive data are said */
  place: string;
  name: string;
  depth: number;
  types: string;
  required: boolean;
  count: number;
  format: string;
  values: string[];
  bounds: string;
  sensitive: string[];
  children: boolean;
}

const MOST_ROWS = 2000;
type Node = Record<string, unknown>;

function nodeOf(value: unknown): Node | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : null;
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function span(least: number | null, largest: number | null, unit: string): string {
  if (least === null || largest === null) return "";
  if (least !== largest) return `${least} to ${largest}${unit === "" ? "" : ` ${unit}s`}`;
  return unit === "" ? String(least) : `${least} ${unit}${least === 1 ? "" : "s"}`;
}

function boundsOf(node: Node): string {
  const bytes = Array.isArray(node["x-bytes"]) ? (node["x-bytes"] as unknown[]) : [];
  return [
    span(numberOf(node["minimum"]), numberOf(node["maximum"]), ""),
    span(numberOf(node["minItems"]), numberOf(node["maxItems"]), "item"),
    span(numberOf(bytes[0]), numberOf(bytes[1]), "byte"),
  ]
    .filter((text) => text !== "")
    .join(", ");
}

/** Types by place, out of marks like "email body /items/[]/email". */
export function placesOf(marks: readonly { value: string }[], where = "body"): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const { value } of marks) {
    const match = /^(\S+) (\S+) ?([^]*)$/.exec(value);
    if (match?.[2] !== where) continue;
    const place = match[3] === "" ? "/" : (match[3] ?? "/");
    out.set(place, [...(out.get(place) ?? []), match[1] ?? ""]);
  }
  return out;
}

export function schemaRows(schema: unknown, sensitive: Map<string, string[]>): SchemaRow[] {
  const rows: SchemaRow[] = [];
  const walk = (value: unknown, name: string, place: string, depth: number, required: boolean): void => {
    const node = nodeOf(value);
    if (!node || rows.length >= MOST_ROWS) return;
    const properties = nodeOf(node["properties"]);
    const needed = new Set(textsOf(node["required"]));
    const others = nodeOf(node["additionalProperties"]);
    const items = nodeOf(node["items"]);
    rows.push({
      place: place === "" ? "/" : place,
      name,
      depth,
      types: textsOf(node["type"]).join(" | "),
      required,
      count: numberOf(node["x-count"]) ?? 0,
      format: textsOf(node["format"]).join(),
      values: textsOf(node["x-values"]),
      bounds: boundsOf(node),
      sensitive: sensitive.get(place === "" ? "/" : place) ?? [],
      children: (properties !== null && Object.keys(properties).length > 0) || items !== null || others !== null,
    });
    for (const [key, child] of Object.entries(properties ?? {}))
      walk(child, key, `${place}/${key}`, depth + 1, needed.has(key));
    if (others) walk(others, "{*}", `${place}/{*}`, depth + 1, false);
    if (items) walk(items, "[]", `${place}/[]`, depth + 1, true);
  };
  walk(schema, "", "", 0, true);
  return rows;
}

/** Whether it is of a message that was only counted: no JSON was read from it. */
export function onlyCounted(rows: readonly SchemaRow[]): boolean {
  const [root, ...more] = rows;
  return root !== undefined && more.length === 0 && root.types === "" && root.count === 0;
}

/** The rows that stand open, where some are shut. */
export function openRows(rows: readonly SchemaRow[], shut: ReadonlySet<string>): SchemaRow[] {
  const out: SchemaRow[] = [];
  let hiddenBelow = Infinity;
  for (const row of rows) {
    if (row.depth > hiddenBelow) continue;
    hiddenBelow = shut.has(row.place) ? row.depth : Infinity;
    out.push(row);
  }
  return out;
}
