// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { prettyJson } from "./json";
import { pieces } from "./marks";

const textOf = (json: string): string | null => {
  const pretty = prettyJson(json);
  return (
    pretty?.lines
      .map(({ indent, tokens }) => "  ".repeat(indent) + tokens.map(({ text }) => text).join(""))
      .join("\n") ?? null
  );
};

test("lines_are_those_of_a_printer", () => {
  const value = { a: [1, { b: null }], c: {}, d: [], "e:{": '"\\' };
  expect(textOf(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
});

test("numbers_and_names_stay_as_they_were_sent", () => {
  expect(textOf('{"n":12345678901234567890,"n":1.50e+3}')).toBe('{\n  "n": 12345678901234567890,\n  "n": 1.50e+3\n}');
});

test("what_is_no_json_is_nothing", () => {
  for (const text of ["", "<html>", "{", "{'a':1}", "undefined", "[1,]", "abc"]) expect(prettyJson(text)).toBeNull();
});

test("lines_are_bounded", () => {
  const pretty = prettyJson(JSON.stringify(Array.from({ length: 100 }, (_, at) => at)), 10);
  expect(pretty?.cut).toBe(true);
  expect(pretty?.lines.length).toBe(10);
});

test("names_and_values_are_told_apart", () => {
  expect(prettyJson('{"a":"b"}')?.lines[1]?.tokens.map(({ kind }) => kind)).toEqual(["name", "mark", "string"]);
});

test("marks_of_redaction_are_set_off", () => {
  expect(pieces("a redacted-email-3f9a1c0b2d7e, b")).toEqual([
    { text: "a " },
    { text: "redacted-email-3f9a1c0b2d7e", mark: "email" },
    { text: ", b" },
  ]);
  expect(pieces("redacted-email-XYZ")).toEqual([{ text: "redacted-email-XYZ" }]);
  expect(pieces("")).toEqual([]);
});
