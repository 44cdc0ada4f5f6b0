# SPDX-License-Identifier: Apache-2.0
"""The driver over a server of a few lines, and the comparison of records with its log."""
import http.server
import json
import pathlib
import random
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import records  # noqa: E402
import samples  # noqa: E402
import truth  # noqa: E402
from document import Document  # noqa: E402
from driver import Client, Driver, Log, read_log  # noqa: E402
from pools import Pools  # noqa: E402
from service import support  # noqa: E402

OBJECT = {"type": "object", "required": ["name"], "properties": {
    "name": {"type": "string"}, "count": {"type": "integer", "minimum": 3, "maximum": 5}, "note": {"type": "string"},
    "tags": {"type": "array", "items": {"enum": ["a", "b"]}}}}
ANSWER = {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}}}}
NOTES = {"openapi": "3.0.0", "paths": {
    "/notes": {"post": {"operationId": "add", "requestBody": {"content": {"application/json": {"schema": OBJECT}}}, "responses": {"201": ANSWER}}},
    "/notes/{id}": {"get": {"operationId": "read", "responses": {"200": ANSWER}}},
    "/files/{path}": {"get": {"operationId": "file", "responses": {}}}}}


class Notes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one segment

    def _answer(self, status: int, body: dict):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.notes.append(body)
        self._answer(201, {"id": len(self.server.notes), "name": body["name"]})

    def do_GET(self):
        self.server.connections.add(self.client_address)
        number = self.path.rpartition("/")[2]
        known = number.isdigit() and 0 < int(number) <= len(self.server.notes)
        self._answer(200 if known else 404, {"id": int(number)} if known else {"error": "no such note"})

    def log_message(self, *_):
        pass


class Driving(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Notes)
        self.server.notes, self.server.connections = [], set()
        thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.path = support.temporary_folder() / "log.jsonl"

    def drive(self, what, seed: int = 1) -> list[dict]:
        log = Log(self.path)
        client = Client(self.server.server_port, log)
        try:
            what(Driver(client, Document(NOTES), seed))
        finally:
            client.close()
            log.close()
        return read_log(self.path)

    def test_the_log_has_what_passed(self):
        exchanges = self.drive(lambda driver: driver.call("POST", "/notes", body={"name": "x"}))
        self.assertEqual([(one["operation"], one["template"], one["status"], one["request"], one["response"]) for one in exchanges],
                         [("add", "/notes", 201, {"name": "x"}, {"id": 1, "name": "x"})])

    def test_what_was_made_is_asked_for_and_sometimes_what_was_not(self):
        def what(driver):
            pools = Pools(driver)
            pools.make("note", None, "POST", "/notes", 30)
            pools.lost = 0.3
            pools.ask("note", ("GET", "/notes/{id}"), times=60)
        found = truth.compute(Document(NOTES), self.drive(what))
        one = next(one for one in found["endpoints"] if one["method"] == "GET")
        self.assertEqual(one["template"], "/notes/{}")
        self.assertEqual((set(one["statuses"]), one["few"]), ({"200", "404"}, {}))
        self.assertEqual(len(self.server.connections), 1)

    def test_the_same_seed_asks_the_same(self):
        def what(driver):
            driver.repeat(20, "POST", "/notes", fixed={})
        once, again, other = self.drive(what, 5), self.drive(what, 5), self.drive(what, 6)
        self.assertEqual([one["request"] for one in once], [one["request"] for one in again])
        self.assertNotEqual([one["request"] for one in once], [one["request"] for one in other])

    def test_parameters_are_one_segment_unless_said(self):
        exchanges = self.drive(lambda driver: [driver.call("GET", "/files/{path}", path="a/b c"), driver.call("GET", "/files/{path}",
            path="a/b", slashes=True)])
        self.assertEqual([one["path"] for one in exchanges], ["/files/a%2Fb%20c", "/files/a/b"])

    def test_an_answer_that_was_not_to_be(self):
        with self.assertRaisesRegex(AssertionError, "answered 404"):
            self.drive(lambda driver: driver.works("GET", "/notes/{id}", id=7))
        with self.assertRaisesRegex(AssertionError, "was to fail"):
            self.drive(lambda driver: driver.fails("POST", "/notes", body={"name": "x"}))


class Samples(unittest.TestCase):
    def test_required_members_always_and_optional_ones_now_and_then(self):
        made = samples.Samples(Document(NOTES), random.Random(1))
        operation = Document(NOTES).operations["POST", "/notes"]
        bodies = [made.body(operation, {}) for _ in range(60)]
        self.assertTrue(all("name" in body for body in bodies))
        for name in ("count", "note", "tags"):
            self.assertTrue(0 < sum(name in body for body in bodies) < 60, name)
        self.assertEqual({body["count"] for body in bodies if "count" in body}, {3, 4, 5})
        self.assertLessEqual({tag for body in bodies for tag in body.get("tags", [])}, {"a", "b"})

    def test_names_are_different(self):
        made = samples.names(random.Random(3), 80)
        self.assertEqual(len(set(made)), 80)


class Records(unittest.TestCase):
    def check(self, exchanges: list[dict], lines: list[dict]) -> records.Checked:
        path = support.temporary_folder() / "out.ndjson"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return records.check(exchanges, path)

    def exchange(self, number: int, **more) -> dict:
        return {"n": number, "method": "GET", "path": "/a?x=1", "status": 200, **more}

    def record(self, **more) -> dict:
        return {"direction": "1", "method": "GET", "path": "/a?x=1", "statusCode": "200", "time": "5", "capture": "complete", "requestPayload": "",
                "responsePayload": "", **more}

    def test_each_request_has_its_record(self):
        checked = self.check([self.exchange(1, response={"a": 1}), self.exchange(2, response={"a": 2})],
                             [self.record(responsePayload='{"a": 2}'), self.record(responsePayload='{"a":1}'), self.record(direction="2")])
        self.assertEqual((checked.faults, checked.servers, checked.clients), (0, 2, 1), checked.text())

    def test_a_request_without_one(self):
        checked = self.check([self.exchange(1), self.exchange(2)], [self.record()])
        self.assertEqual(checked.missing, ["#2 GET /a?x=1 200"])

    def test_the_other_sides_record_is_none(self):
        self.assertEqual(len(self.check([self.exchange(1)], [self.record(direction="2")]).missing), 1)

    def test_another_body_and_one_that_is_not_whole(self):
        self.assertEqual(len(self.check([self.exchange(1, response={"a": 1})], [self.record(responsePayload='{"a": 3}')]).different), 1)
        self.assertEqual(len(self.check([self.exchange(1)], [self.record(capture="gap")]).different), 1)

    def test_what_the_driver_did_not_ask(self):
        checked = self.check([self.exchange(1)], [self.record(), self.record(path="/internal/x?y")])
        self.assertEqual((checked.faults, dict(checked.others)), (0, {"GET /internal/x 200": 1}))


if __name__ == "__main__":
    unittest.main()
