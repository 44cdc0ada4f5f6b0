// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { onlyCounted, openRows, placesOf, schemaRows } from "./schema";

const SCHEMA = {
  "x-count": 4,
  type: "object",
  required: ["items"],
  properties: {
    items: {
      "x-count": 4,
      type: "array",
      minItems: 1,
      maxItems: 1,
      items: {
        "x-count": 8,
        type: "object",
        properties: { email: { "x-count": 7, type: ["string", "null"], format: "email", "x-bytes": [3, 9] } },
        additionalProperties: { "x-count": 1, type: "integer", minimum: 1, maximum: 3 },
      },
    },
    state: { "x-count": 2, type: "string", "x-values": ["new", "old"] },
  },
};

test("a_tree_in_rows_with_its_sensitive_places", () => {
  const marks = [{ value: "email body /items/[]/email" }, { value: "secret query q" }];
  const rows = schemaRows(SCHEMA, placesOf(marks));
  expect(rows.map(({ place, depth }) => `${depth} ${place}`)).toEqual([
    "0 /",
    "1 /items",
    "2 /items/[]",
    "3 /items/[]/email",
    "3 /items/[]/{*}",
    "1 /state",
  ]);
  expect(rows[1]).toMatchObject({ required: true, bounds: "1 item", children: true });
  expect(rows[3]).toMatchObject({
    types: "string | null",
    format: "email",
    bounds: "3 to 9 bytes",
    sensitive: ["email"],
  });
  expect(rows[4]).toMatchObject({ bounds: "1 to 3", required: false });
  expect(rows[5]).toMatchObject({ values: ["new", "old"], required: false });
});

test("what_is_shut_hides_what_is_below", () => {
  const rows = schemaRows(SCHEMA, new Map());
  expect(openRows(rows, new Set(["/items"])).map(({ place }) => place)).toEqual(["/", "/items", "/state"]);
});

test("what_is_no_json_is_only_counted", () => {
  expect(onlyCounted(schemaRows({}, new Map()))).toBe(true);
  expect(onlyCounted(schemaRows({ "x-count": 0 }, new Map()))).toBe(true);
  expect(onlyCounted(schemaRows({ "x-count": 3, type: "null" }, new Map()))).toBe(false);
  expect(onlyCounted(schemaRows(SCHEMA, new Map()))).toBe(false);
  expect(onlyCounted([])).toBe(false);
});

test("odd_schemas_make_no_rows", () => {
  for (const odd of [null, 3, "x", []]) expect(schemaRows(odd, new Map())).toEqual([]);
});
