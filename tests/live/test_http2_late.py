# SPDX-License-Identifier: Apache-2.0
"""The collector comes to a connection of HTTP/2 that is in the midst of its requests, half of them for what was asked for before:
a path is right or unknown, and the share that is known grows."""
import base64
import collections
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

FIRST, THEN, WINDOW = 200, 400, 50


class Late(unittest.TestCase):
    def capture(self, server: list[str], client: list[str], go: pathlib.Path, done: pathlib.Path, port: int) -> support.Capture:
        """The collector comes when the client has made DONE; then GO is made."""
        folder = go.parent
        metrics = support.free_ports(1)[0]
        serving = subprocess.Popen(server)
        asking = collector = None
        try:
            support.wait_for_port(port)
            asking = subprocess.Popen(client)
            support.wait_until(done.exists, "the first requests")
            collector = subprocess.Popen(
                support.collector_arguments(folder, "--pid", str(serving.pid), "--pid", str(asking.pid), "--metrics", f"127.0.0.1:{metrics}"),
                stderr=subprocess.PIPE, text=True)
            support.wait_until(lambda: support.http_status(metrics, "/readyz") == 200, "the collector to be ready")
            go.touch()
            self.assertEqual(asking.wait(support.PATIENCE_SECONDS), 0)
            support.end(serving)
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            for one in (asking, serving, collector):
                support.end(one)
        self.assertEqual(collector.returncode, 0, errors)
        result = support.Capture(folder, 0, "", errors)
        self.assertTrue(result.ledger["adds_up"], errors)
        self.assertEqual(result.ledger["unidentified"], sum(1 for record in result.records if not record["path"]))
        return result

    def test_node(self):
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        script = str(support.PEERS / "http2_late.js")
        go, done = folder / "go", folder / "done"
        result = self.capture(["node", script, "serve", str(port)],
                              ["node", script, "ask", str(port), str(FIRST), str(THEN), str(go), str(done)], go, done, port)
        for direction in ("1", "2"):
            records = result.of_direction(direction)
            self.assertEqual(len(records), THEN, result.errors)
            known = [0] * (THEN // WINDOW)
            for number, record in enumerate(records):
                headers = json.loads(record["requestHeaders"])
                self.assertEqual(record["responsePayload"] or record["path"], record["responsePayload"])
                if record["path"]:
                    known[number // WINDOW] += 1
                    # The server said in the body which path it was asked for.
                    self.assertEqual(record["path"], record["responsePayload"])
                else:
                    self.assertEqual(record["capture"], "joined_midway")
                # What else is there of the head is right too.
                self.assertEqual(headers.get("x-path", record["responsePayload"]), record["responsePayload"])
                self.assertEqual(headers.get("user-agent", "late"), "late")
            support.log(f"\ndirection {direction}: of {THEN} records {sum(known)} with a known path; by {WINDOW}: {known}")
            self.assertGreater(sum(known), THEN // 2)

    def test_grpc(self):
        """Its encoder refers to paths that it said before: of the old connection those stay unknown for as long as it keeps them."""
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        peer = [support.PYTHON, str(support.PEERS / "grpc_late.py")]
        go, done = folder / "go", folder / "done"
        result = self.capture([*peer, "serve", str(port)], [*peer, "ask", str(port), str(go), str(done), str(FIRST), str(THEN)], go, done, port)
        for direction in ("1", "2"):
            known: collections.Counter = collections.Counter()
            seen: collections.Counter = collections.Counter()
            for record in result.of_direction(direction):
                # What is inserted anew is known, so which connection it is of always is.
                connection, number = json.loads(record["requestHeaders"])["x-number"].split("-")
                said = base64.b64decode(record["responsePayload"])[2:].decode()
                seen[connection] += 1
                if record["path"]:
                    known[connection] += 1
                    self.assertEqual(record["path"], said)
                    self.assertEqual(f"/{record['grpc_service']}/{record['grpc_method']}", said)
                else:
                    self.assertIn("joined_midway", record["capture"])
                    self.assertEqual(connection, "old")
            support.log(f"\ndirection {direction}: known paths of calls on the old connection {known['old']} of {seen['old']}, "
                        f"on the new one {known['new']} of {seen['new']}")
            self.assertEqual(seen, {"old": THEN, "new": THEN})
            self.assertEqual(known["new"], THEN)


if __name__ == "__main__":
    unittest.main()
