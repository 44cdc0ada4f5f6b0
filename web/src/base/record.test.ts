// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { curlOf, shellWord } from "./curl";
import { exchangeOf, rawOf, seenAt } from "./record";

const RECORD = {
  method: "POST",
  path: "/orders?x=1",
  type: "HTTP/1.1",
  requestHeaders: '{"host":"shop.example","x-note":"it\'s; $(reboot)","content-length":"7","x-empty":""}',
  responseHeaders: { "content-type": "text/html", n: 3 },
  requestPayload: "{'a':1}",
  responsePayload: "<script>alert(1)</script>",
  statusCode: "201",
  status: "201 Created",
  tls: "OpenSSL 3.0",
  akto_account_id: "1000000",
  process_name: "shop",
};

test("headers_are_an_object_or_its_text", () => {
  const exchange = exchangeOf(RECORD);
  expect(exchange?.host).toBe("shop.example");
  expect(exchange?.response.contentType).toBe("text/html");
  expect(exchange?.response.headers).toContainEqual({ name: "n", value: "3" });
  expect(exchange?.facts.map(({ name }) => name)).toEqual(["tls", "process_name"]);
});

test("what_is_no_record_is_told_apart", () => {
  for (const odd of [null, 7, "", "no json", [], {}, '{"a":1}', '"x"']) expect(exchangeOf(odd)).toBeNull();
});

test("broken_fields_do_not_break_the_record", () => {
  const exchange = exchangeOf({ method: 3, path: null, requestHeaders: "{", events: "[1,", responseHeaders: "[]" });
  expect(exchange).toMatchObject({ method: "3", path: "", messages: [], request: { headers: [] } });
});

test("messages_of_a_websocket", () => {
  const events = JSON.stringify([{ opcode: 1, payload: "{}", direction: "incoming", timestamp: "1" }, 5]);
  expect(exchangeOf({ method: "WS", path: "/", events })?.messages).toEqual([
    { opcode: "1", payload: "{}", direction: "incoming", timestamp: "1" },
  ]);
});

test("curl_quotes_each_value_and_leaves_out_what_it_says_itself", () => {
  const exchange = exchangeOf(RECORD);
  const command = exchange ? curlOf(exchange) : "";
  expect(command).toContain(`--header 'x-note: it'\\''s; $(reboot)'`);
  expect(command).toContain("--header 'x-empty;'");
  expect(command).toContain(`--data-raw '{'\\''a'\\'':1}'`);
  expect(command).toContain("--url 'https://shop.example/orders?x=1'");
  expect(command).not.toContain("content-length");
});

test("no_value_is_an_option_of_curl", () => {
  const exchange = exchangeOf({ method: "-o/etc/passwd", path: "-K/etc", requestHeaders: '{"host":"-x"}' });
  const command = exchange ? curlOf(exchange) : "";
  expect(command).toContain("--request -o/etc/passwd");
  expect(command).toContain("--url http://-x/-K/etc");
  expect(shellWord("a b\n'c'")).toBe(`'a b\n'\\''c'\\'''`);
});

test("raw_is_as_on_the_wire", () => {
  const exchange = exchangeOf(RECORD);
  expect(exchange ? rawOf(exchange, "response") : "").toBe(
    "HTTP/1.1 201 Created\ncontent-type: text/html\nn: 3\n\n<script>alert(1)</script>",
  );
});

test("a_record_says_at_which_end_it_was_seen", () => {
  expect(seenAt({ process_name: "curl", direction: "2" })).toEqual({ process: "curl", side: "client" });
  expect(seenAt({ process_name: "nginx", direction: "1" })).toEqual({ process: "nginx", side: "server" });
  expect(seenAt({ direction: "1" })).toBeNull();
  expect(seenAt("?")).toBeNull();
});
