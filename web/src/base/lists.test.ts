// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { losses } from "./attention";
import { ingestFacts, readsAgain, stateOf, whyNothingComes } from "./collector_state";
import { byDay } from "./days";
import { endpointsLink, openapiAddress, readState, withFilter, writeState } from "./filters";
import { byCollection, graphOf, stretched, threshold, withoutDoubles, type Call } from "./graph";
import { filled, gathered, hoursOf, pointOf, rangeOf, rowsOfBar, stepName, totals } from "./series";
import { readViews, withView, withoutView } from "./views";

test("the_state_of_a_list_is_its_address", () => {
  const text = "exposed=email&folded=both&search=a+b&sort=p95&order=asc";
  expect(writeState(readState(new URLSearchParams(text))).toString()).toBe(text);
  expect(writeState(readState(new URLSearchParams(""))).toString()).toBe("");
  expect(writeState(readState(new URLSearchParams("sort=method"))).toString()).toBe("sort=method");
});

test("an_address_of_anybodys_making_is_read", () => {
  const state = readState(new URLSearchParams("sort=<script>&order=up&auth=&token=x"));
  expect(state).toEqual({ filters: {}, search: "", sort: "last_seen", order: "desc" });
  expect(endpointsLink({ exposed: "a&b", collection: 3 })).toBe("/endpoints?collection=3&exposed=a%26b");
});

test("a_filter_is_set_and_cleared", () => {
  expect(withFilter({ auth: "none" }, "method", "GET")).toEqual({ auth: "none", method: "GET" });
  expect(withFilter({ auth: "none", method: "GET" }, "auth", undefined)).toEqual({ method: "GET" });
  expect(withFilter({ folded: "both" }, "folded", "no")).toEqual({});
});

test("who_asks_for_failures_gets_what_fails_always", () => {
  for (const status of ["4xx", "5xx", "unanswered"])
    expect(withFilter({}, "status", status)).toEqual({ status, folded: "both" });
  expect(withFilter({ folded: "yes" }, "status", "5xx")).toEqual({ status: "5xx", folded: "yes" });
  expect(withFilter({}, "status", "2xx")).toEqual({ status: "2xx" });
  expect(withFilter({ status: "5xx", folded: "both" }, "folded", undefined)).toEqual({ status: "5xx" });
});

test("who_turns_away_from_failures_gets_what_is_folded_no_longer", () => {
  for (const status of ["4xx", "5xx", "unanswered"]) {
    const failures = withFilter({}, "status", status);
    expect(withFilter(failures, "status", undefined)).toEqual({});
    expect(withFilter(failures, "status", "2xx")).toEqual({ status: "2xx" });
    expect(withFilter(failures, "status", "5xx")).toEqual({ status: "5xx", folded: "both" });
  }
  expect(withFilter({ status: "5xx", folded: "yes" }, "status", undefined)).toEqual({ folded: "yes" });
  expect(withFilter({ status: "2xx", folded: "both" }, "status", undefined)).toEqual({ folded: "both" });
  expect(withFilter({ status: "2xx", folded: "both" }, "status", "5xx")).toEqual({ status: "5xx", folded: "both" });
});

test("a_document_has_one_address", () => {
  const address = (id: string | undefined, text: string) => openapiAddress(id, new URLSearchParams(text), "9");
  expect(address("3", "state=shadow")).toBeNull();
  expect(address(undefined, "")).toBe("/openapi/9");
  expect(address(undefined, "collection=1")).toBe("/openapi/1");
  expect(address(undefined, "collection=1&state=zombie&days=7")).toBe("/openapi/1?state=zombie&days=7");
  expect(address("3", "collection=1&state=shadow")).toBe("/openapi/3?state=shadow");
  expect(address(undefined, "collection=../x%3Fy")).toBe("/openapi/..%2Fx%3Fy");
});

test("views_of_storage_are_checked", () => {
  expect(readViews(null)).toEqual([]);
  expect(readViews("{")).toEqual([]);
  expect(readViews('[1,{"name":"a","query":"x"},{"name":3}]')).toEqual([{ name: "a", query: "x" }]);
  const views = withView(withView([], { name: "b", query: "1" }), { name: "a", query: "2" });
  expect(withView(views, { name: "b", query: "3" })).toEqual([
    { name: "a", query: "2" },
    { name: "b", query: "3" },
  ]);
  expect(withoutView(views, "b").length).toBe(1);
});

test("a_series_shows_where_nothing_was", () => {
  const range = rangeOf("1h", 7200);
  const row = { time: 3660, requests: 4, failed_4xx: 1, failed_5xx: 1, unanswered: 0, p50: 1, p95: 2, p99: 3 };
  const points = filled([row], range);
  expect(points.length).toBe(60);
  expect(points.filter(({ requests }) => requests > 0)).toEqual([row]);
  expect(totals([row])).toEqual({ requests: 4, at_callers: 0, failed: 2, unanswered: 0, share: 0.5 });
  expect(totals([{ ...row, requests_client: 3 }, row]).at_callers).toBe(3);
  expect(totals([]).share).toBeNull();
  expect(gathered(points, 1000).map(({ requests }) => requests)).toEqual([4]);
});

test("a_span_is_as_long_as_its_label", () => {
  const now = 1790000000 + 64 * 60;
  for (const [name, seconds] of [
    ["1h", 3600],
    ["24h", 86400],
    ["7d", 7 * 86400],
    ["30d", 30 * 86400],
  ] as const) {
    for (const { since, until, step } of [rangeOf(name, now), hoursOf(name, now)]) {
      expect(until - since).toBe(seconds);
      // 17:40 and not 17:44, where a bar is of ten minutes
      const bar = step * rowsOfBar(seconds / step);
      expect(since % bar).toBe(0);
      expect(until > now && until - now <= bar).toBe(true);
    }
  }
  // a day is told by its minutes
  expect(rangeOf("24h", now).step).toBe(60);
  expect(hoursOf("24h", now).step).toBe(3600);
  expect([rowsOfBar(60), rowsOfBar(1440), rowsOfBar(720)]).toEqual([1, 10, 4]);
  expect([60, 600, 3600, 4 * 3600].map(stepName)).toEqual(["minute", "10 minutes", "hour", "4 hours"]);
});

test("an_hour_sums_its_statuses", () => {
  const hour = {
    time: 0,
    requests: 10,
    statuses: { "0": 1, "200": 4, "404": 3, "503": 2 },
    p50: null,
    p95: null,
    p99: null,
  };
  expect(pointOf(hour)).toMatchObject({ failed_4xx: 3, failed_5xx: 2, unanswered: 1 });
});

test("changes_by_day", () => {
  expect(
    byDay([{ time: 1790000000 }, { time: 1790000000 - 86400 * 3 }, { time: 1790000000 - 86400 * 3 }]).map(
      ({ items }) => items.length,
    ),
  ).toEqual([1, 2]);
});

test("losses_are_told_from_other_lines", () => {
  const line = (name: string, value: number) => ({ name, value, meaning: "" });
  const ledger = [
    line("socket_bytes_lost", 3),
    line("lost_place", 9),
    line("records_dropped_failed", 0),
    line("records", 5),
  ];
  expect(losses(ledger).map(({ name }) => name)).toEqual(["socket_bytes_lost"]);
  const all = [
    "socket_bytes_shed",
    "loss_ring_full_records",
    "loss_connection_table_full",
    "loss_copy_fault_bytes",
    "bytes_dropped",
    "connections_refused",
    "connections_given_up",
  ];
  expect(losses(all.map((name) => line(name, 1))).map(({ name }) => name)).toEqual(all);
  for (const name of ["filtered_sample", "unanswered", "records_queued", "socket_bytes_skipped"])
    expect(losses([line(name, 1)])).toEqual([]);
  expect(losses(null)).toEqual([]);
});

const call = (kind: Call["kind"], name: string, collection: string, requests: number): Call => ({
  kind,
  name,
  collection,
  collection_id: 1,
  requests,
});

test("who_calls_stands_left_of_whom_it_calls", () => {
  const graph = graphOf(
    [
      call("client", "1.2.3.4", "web", 9),
      call("server_process", "web", "web", 9),
      call("client_process", "web", "db", 5),
    ],
    0,
  );
  const x = (id: string): number => graph.nodes.find((node) => node.id === id)?.x ?? -1;
  expect(x("client 1.2.3.4")).toBeLessThan(x("collection web"));
  expect(x("collection web")).toBeLessThan(x("process web"));
  expect(x("process web")).toBeLessThan(x("collection db"));
});

test("circles_end_and_small_traffic_is_left_out", () => {
  const calls = [call("client_process", "a", "h", 4), call("server_process", "a", "h", 4), call("client", "c", "h", 1)];
  expect(graphOf(calls, 0).nodes.length).toBe(3);
  expect(graphOf(calls, 2)).toMatchObject({ left_out: 1 });
  expect(graphOf([], 0)).toEqual({ nodes: [], edges: [], left_out: 0 });
  expect([threshold(0, 1000), threshold(100, 1000)]).toEqual([0, 1000]);
});

test("a_straight_chain_stands_in_the_middle_of_its_room", () => {
  const { nodes } = graphOf(
    [call("client_process", "curl", "localhost", 9), call("server_process", "python3", "localhost", 9)],
    0,
  );
  const places = (of: (node: (typeof nodes)[number]) => number): number[] => stretched(nodes.map(of), 300);
  expect(nodes.map(({ name }) => name)).toEqual(["curl", "localhost", "python3"]);
  expect(places(({ x }) => x)).toEqual([0, 150, 300]);
  expect(places(({ y }) => y)).toEqual([150, 150, 150]);
  expect(stretched([0.25, 0.75, 0.5], 100)).toEqual([0, 100, 50]);
  expect(stretched([], 100)).toEqual([]);
});

test("a_server_that_only_answers_is_not_broken", () => {
  expect(stateOf({ mode: "serve", not_ready: "nothing is read" }).tone).toBe("neutral");
  expect(stateOf({ mode: "run", not_ready: "no BTF" })).toEqual({ label: "not ready", tone: "bad", why: "no BTF" });
  expect(stateOf({ mode: "processor", not_ready: "" }).label).toBe("processing");
});

test("a_local_caller_that_is_known_as_a_process_stands_once", () => {
  const calls = [
    call("client", "127.0.0.1", "local", 9),
    call("client", "::1", "local", 2),
    call("client_process", "curl", "local", 8),
    call("client_process", "wget", "local", 3),
    call("server_process", "app", "local", 9),
    // who is behind it is not known
    call("client", "127.0.0.1", "alone", 4),
    // it may be another's
    call("client", "127.0.0.1", "mixed", 4),
    call("client", "10.0.0.9", "mixed", 4),
    call("client_process", "curl", "mixed", 4),
    // others ask too
    call("client", "127.0.0.1", "more", 9),
    call("client", "::1", "more", 2),
    call("client_process", "curl", "more", 10),
  ];
  const kept = withoutDoubles(calls);
  expect(kept.map(({ name, collection }) => `${collection} ${name}`)).toEqual([
    "local curl",
    "local wget",
    "local app",
    "alone 127.0.0.1",
    "mixed 127.0.0.1",
    "mixed 10.0.0.9",
    "mixed curl",
    "more 127.0.0.1",
    "more ::1",
    "more curl",
  ]);
  expect(byCollection(kept).map(({ callers, servers }) => [callers.length, servers.length])).toEqual([
    [2, 1],
    [1, 0],
    [3, 0],
    [3, 0],
  ]);
});

test("who_waits_for_records_is_told_that_none_come", () => {
  expect(whyNothingComes({ mode: "serve", not_ready: "nothing is read" })?.why).toContain("no source");
  expect(whyNothingComes({ mode: "run", not_ready: "no BTF" })?.why).toBe("no BTF");
  expect(whyNothingComes({ mode: "processor", not_ready: "" })).toBeNull();
  expect(whyNothingComes(undefined)).toBeNull();
});

test("what_a_processor_counted_is_said_in_words", () => {
  const said = (counts: Record<string, number>, again = false) =>
    ingestFacts(counts, again).map(({ value, words, bad }) => `${value} ${words}${bad ? "!" : ""}`);
  expect(said({ records: 0, stored: 0, refused: 0, batches: 0 })).toEqual(["0 records read", "0 stored"]);
  expect(said({ records: 5, stored: 3, refused: 2, first_words: 0 })).toContain("2 refused!");
  expect(said({ dropped: 2 })).toContain("2 given up with their batch!");
  expect(said({ dropped: 2 }, true)).toContain("2 given up, to be read again");
});

test("only_a_processor_of_kafka_reads_again_what_was_given_up", () => {
  const records = (value: string) => [{ name: "records", value }];
  expect(readsAgain({ mode: "processor", settings: records("") })).toBe(true);
  expect(readsAgain({ mode: "processor", settings: records("-") })).toBe(false);
  expect(readsAgain({ mode: "run", settings: [] })).toBe(false);
});
