// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { leftOut, type ColumnWidth } from "./columns";

const column = (id: string, width: number, more: Partial<ColumnWidth> = {}): ColumnWidth => ({
  id,
  width,
  least: width,
  keep: false,
  ...more,
});

const MATRIX = [
  column("type", 150, { least: 110 }),
  column("endpoints", 110),
  column("returned", 110),
  column("exposed", 130, { keep: true }),
];

test("columns_that_fit_stay", () => {
  expect(leftOut(MATRIX, 500)).toEqual([]);
  expect(leftOut([], 300)).toEqual([]);
});

test("a_wide_room_scrolls_instead", () => {
  expect(leftOut([column("a", 900), column("b", 900)], 700)).toEqual([]);
});

test("in_a_narrow_room_the_last_go_until_the_others_fit", () => {
  expect(leftOut(MATRIX, 356)).toEqual(["returned"]);
  expect(leftOut(MATRIX, 250)).toEqual(["returned", "endpoints"]);
});

test("what_is_to_stay_goes_last_and_the_first_never", () => {
  expect(leftOut(MATRIX, 150)).toEqual(["returned", "endpoints", "exposed"]);
  expect(leftOut(MATRIX, 10)).toEqual(["returned", "endpoints", "exposed"]);
});
