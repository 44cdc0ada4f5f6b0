// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { countItem, exposedItem, failingItem, freshItem, loginsLast, notStored } from "./attention";
import { isDismissed, readDismissed, withItem, withoutItem } from "./dismissed";

const login = { collection: "shop", method: "POST", template: "/login", operation: "", exposed: ["jwt"] };

test("an_item_is_dismissed_alone_and_comes_back_by_hand", () => {
  const dismissed = withItem([], exposedItem(login));
  expect(isDismissed(dismissed, exposedItem(login))).toBe(true);
  expect(isDismissed(dismissed, exposedItem({ ...login, template: "/users" }))).toBe(false);
  expect(isDismissed(dismissed, exposedItem({ ...login, collection: "other" }))).toBe(false);
  expect(withItem(dismissed, exposedItem(login)).length).toBe(1);
  expect(withoutItem(dismissed, exposedItem(login))).toEqual([]);
});

test("an_item_comes_back_when_it_says_something_else", () => {
  const exposed = withItem([], exposedItem(login));
  expect(isDismissed(exposed, exposedItem({ ...login, exposed: ["email", "jwt"] }))).toBe(false);
  const failing = withItem([], failingItem({ ...login, failed_5xx: 12 }));
  expect(isDismissed(failing, failingItem({ ...login, failed_5xx: 99 }))).toBe(true);
  expect(isDismissed(failing, failingItem({ ...login, failed_5xx: 100 }))).toBe(false);
  const fresh = withItem([], freshItem([{ ...login, first_seen: 5 }]));
  expect(isDismissed(fresh, freshItem([{ ...login, first_seen: 5 }]))).toBe(true);
  expect(isDismissed(fresh, freshItem([{ ...login, template: "/pay", first_seen: 6 }]))).toBe(false);
  // its process began anew, and lost again
  const lost = withItem([], countItem("lost", "socket_bytes_lost", 40, 100));
  expect(isDismissed(lost, countItem("lost", "socket_bytes_lost", 50, 100))).toBe(true);
  expect(isDismissed(lost, countItem("lost", "socket_bytes_lost", 50, 200))).toBe(false);
});

test("what_storage_holds_of_dismissed_items_is_checked", () => {
  expect(readDismissed(null)).toEqual([]);
  expect(readDismissed("{")).toEqual([]);
  expect(readDismissed('[1,null,{"key":"a","says":"b","x":1},{"key":3}]')).toEqual([{ key: "a", says: "b" }]);
  const many = Array.from({ length: 600 }, (_, at) => ({ key: String(at), says: "" }));
  const read = readDismissed(JSON.stringify(many));
  expect([read.length, read[0]?.key]).toEqual([500, "100"]);
});

test("records_that_a_processor_did_not_store_are_told", () => {
  expect(
    notStored({ records: 9, stored: 6, refused: 2, dropped: 0, failures: 1 }, false).map(({ name }) => name),
  ).toEqual(["refused"]);
  expect(notStored({ refused: 1, dropped: 3 }, false).map(({ value }) => value)).toEqual([1, 3]);
  // of Kafka: what was given up is read again
  expect(notStored({ refused: 1, dropped: 3 }, true).map(({ name }) => name)).toEqual(["refused"]);
  expect(notStored(null, false)).toEqual([]);
});

test("what_exposes_but_a_jwt_comes_last", () => {
  const endpoints = [
    login,
    { ...login, template: "/users", exposed: ["jwt", "email"] },
    { ...login, template: "/token" },
    { ...login, template: "/cards", exposed: ["payment_card"] },
  ];
  expect(loginsLast(endpoints).map(({ template }) => template)).toEqual(["/users", "/cards", "/login", "/token"]);
});
