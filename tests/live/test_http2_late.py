# SPDX-License-Identifier: Apache-2.0
"""The collector comes to a connection of HTTP/2 that is in the midst of its requests, half of them for what was asked for before:
a path is right or unknown, and the share that is known grows."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

FIRST, THEN, WINDOW = 200, 400, 50


class Late(unittest.TestCase):
    def test_node(self):
        folder = support.temporary_folder()
        port, metrics = support.free_ports(2)
        script = str(support.PEERS / "http2_late.js")
        go, done = folder / "go", folder / "done"
        server = subprocess.Popen(["node", script, "serve", str(port)])
        client = collector = None
        try:
            support.wait_for_port(port)
            client = subprocess.Popen(["node", script, "ask", str(port), str(FIRST), str(THEN), str(go), str(done)])
            support.wait_until(done.exists, "the first requests")
            collector = subprocess.Popen(
                support.collector_arguments(folder, "--pid", str(server.pid), "--pid", str(client.pid), "--metrics", f"127.0.0.1:{metrics}"),
                stderr=subprocess.PIPE, text=True)
            support.wait_until(lambda: support.http_status(metrics, "/readyz") == 200, "the collector to be ready")
            go.touch()
            self.assertEqual(client.wait(support.PATIENCE_SECONDS), 0)
            support.end(server)
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            for one in (client, server, collector):
                support.end(one)
        self.assertEqual(collector.returncode, 0, errors)
        result = support.Capture(folder, 0, "", errors)
        self.assertTrue(result.ledger["adds_up"], errors)
        for direction in ("1", "2"):
            records = result.of_direction(direction)
            self.assertEqual(len(records), THEN, errors)
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
        self.assertEqual(result.ledger["unidentified"], sum(1 for record in result.records if not record["path"]))


if __name__ == "__main__":
    unittest.main()
