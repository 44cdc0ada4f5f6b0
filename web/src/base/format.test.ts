// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { bytes, compact, count, cutInMiddle, latency, percent, plural, tailOf, words } from "./format";

test("absence_is_a_dash_and_not_a_zero", () => {
  expect([count(null), latency(undefined), percent(null)]).toEqual(["–", "–", "–"]);
  expect([count(0), latency(0), percent(0)]).toEqual(["0", "0 µs", "0 %"]);
});

test("big_numbers_are_grouped", () => {
  expect(count(1234567)).toBe("1,234,567");
  expect(plural(1, "endpoint")).toBe("1 endpoint");
  expect(plural(1200, "process", "processes")).toBe("1,200 processes");
});

test("latencies_have_the_unit_that_fits", () => {
  expect([999, 1000, 1535, 123456, 1_000_000, 65_000_000].map(latency)).toEqual([
    "999 µs",
    "1 ms",
    "1.53 ms",
    "123 ms",
    "1 s",
    "65 s",
  ]);
});

test("what_is_nearly_all_is_not_all", () => {
  expect([1, 0.99999, 0.5, 0.0001].map(percent)).toEqual(["100 %", "> 99.9 %", "50 %", "< 0.1 %"]);
});

test("sizes_and_short_numbers", () => {
  expect([0, 1023, 1024, 1536, 5 * 1024 ** 3].map(bytes)).toEqual(["0 B", "1,023 B", "1 KiB", "1.5 KiB", "5 GiB"]);
  expect([12, 1234, 12345, 1_500_000].map(compact)).toEqual(["12", "1.23k", "12.3k", "1.5M"]);
});

test("a_cut_name_keeps_its_end", () => {
  expect(tailOf("127.0.0.1:40123")).toBe(".1:40123");
  expect(tailOf("shop.example")).toBe("");
  expect(tailOf("svc10.big.example")).toBe("");
  expect(cutInMiddle("billing.shop.svc.cluster.local:8080", 28)).toBe("billing.shop.svc.cl…cal:8080");
  expect(cutInMiddle("127.0.0.1:40123", 28)).toBe("127.0.0.1:40123");
  expect(cutInMiddle("orders-of-the-north.shop.svc.cluster.local", 28)).toBe("orders-of-the-north.shop.sv…");
});

test("more_places_are_no_type", () => {
  expect(words("payment_card")).toBe("payment card");
  expect(words("(others)")).toBe("more places");
});
