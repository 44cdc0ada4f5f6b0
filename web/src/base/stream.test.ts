// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { emptyLive, LIVE_LIMIT, liveReducer, NOTHING_HELD, withMore, type Held } from "./live_view";
import { pushed } from "./ring";
import { EventParser } from "./sse";

const STREAM =
  ': hello\n\nevent: record\ndata: {"a":1}\n\nevent: lost\r\ndata: {"records":\r\ndata: 3}\r\n\r\ndata: x\n\n';
const EVENTS = [
  { event: "record", data: '{"a":1}' },
  { event: "lost", data: '{"records":\n3}' },
  { event: "message", data: "x" },
];

test("events_are_the_same_however_the_stream_is_cut", () => {
  expect(new EventParser().feed(STREAM)).toEqual(EVENTS);
  for (let at = 1; at < STREAM.length; at++) {
    const parser = new EventParser();
    expect([...parser.feed(STREAM.slice(0, at)), ...parser.feed(STREAM.slice(at))]).toEqual(EVENTS);
  }
});

test("what_has_no_end_is_no_event", () => {
  expect(new EventParser().feed("event: record\ndata: 1\n")).toEqual([]);
});

test("the_newest_first_and_no_more_than_so_many", () => {
  expect(pushed([2, 1], [3, 4], 3)).toEqual([4, 3, 2]);
  expect(pushed([1], [2, 3, 4, 5], 2)).toEqual([5, 4]);
});

test("while_paused_records_wait_and_come_on_resume", () => {
  let state = liveReducer(emptyLive<string>(), { do: "records", records: ["a"] });
  state = liveReducer(state, { do: "pause" });
  state = liveReducer(state, { do: "records", records: ["b", "c"] });
  expect([state.rows.length, state.waiting.length, state.seen]).toEqual([1, 2, 3]);
  state = liveReducer(state, { do: "resume" });
  expect(state.rows.map(({ record }) => record)).toEqual(["c", "b", "a"]);
  expect(new Set(state.rows.map(({ key }) => key)).size).toBe(3);
});

test("what_waits_to_be_drawn_is_bounded_and_all_of_it_counted", () => {
  let held = NOTHING_HELD as Held<number>;
  for (let at = 0; at < 3 * LIVE_LIMIT; at += 10)
    held = withMore(
      held,
      Array.from({ length: 10 }, (_, one) => at + one),
    );
  expect(held.records.length).toBe(LIVE_LIMIT);
  const state = liveReducer(emptyLive<number>(), { do: "records", ...held });
  expect(state.rows[0]?.record).toBe(3 * LIVE_LIMIT - 1);
  expect(state.seen).toBe(3 * LIVE_LIMIT);
});

test("rows_are_bounded", () => {
  const many = Array.from({ length: LIVE_LIMIT + 50 }, (_, at) => at);
  const state = liveReducer(emptyLive<number>(), { do: "records", records: many });
  expect(state.rows.length).toBe(LIVE_LIMIT);
  expect(state.rows[0]?.record).toBe(LIVE_LIMIT + 49);
  expect(liveReducer(state, { do: "lost", records: 7 }).lost).toBe(7);
  expect(liveReducer(state, { do: "clear" }).rows).toEqual([]);
});
