// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { absolute, dateOf, DAY, duration, HOUR, preciseClock, relative, secondsOfDate, sinceSeconds } from "./time";

const NOW = 1790000000;

test("how_long_ago", () => {
  expect([5, 42, 120, 3 * HOUR, 4 * DAY].map((gone) => relative(NOW - gone, NOW))).toEqual([
    "just now",
    "42 s ago",
    "2 min ago",
    "3 h ago",
    "4 d ago",
  ]);
  expect(relative(NOW - 100 * DAY, NOW)).toBe(dateOf(NOW - 100 * DAY));
  expect(relative(NOW + 3600, NOW)).toBe("in the future");
});

test("a_time_says_its_zone", () => {
  expect(absolute(NOW)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
});

test("a_filter_counts_back_or_is_a_date_or_is_nothing", () => {
  expect(sinceSeconds("24h", NOW)).toBe(Math.floor((NOW - DAY) / 60) * 60);
  expect(sinceSeconds("1790000000", NOW)).toBe(1790000000);
  const date = sinceSeconds("2026-09-21", NOW);
  expect(date === null ? "" : dateOf(date)).toBe("2026-09-21");
  expect(sinceSeconds("soon", NOW)).toBeNull();
  expect(secondsOfDate("2026-02-31")).toBeNull();
});

test("durations", () => {
  expect([59, 61, 3 * HOUR + 120, 2 * DAY + HOUR].map(duration)).toEqual(["59 s", "1 min", "3 h 2 min", "2 d 1 h"]);
});

test("milliseconds_where_there_are_some", () => {
  expect(preciseClock(NOW * 1000)).toMatch(/^\d\d:\d\d:20$/);
  expect(preciseClock(NOW * 1000 + 7)).toMatch(/:20\.007$/);
});
