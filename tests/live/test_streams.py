# SPDX-License-Identifier: Apache-2.0
"""Responses that go on: a record comes while they do, and another at their end."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402


class Streams(unittest.TestCase):
    def test_server_sent_events(self):
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        peer = [support.PYTHON, str(support.PEERS / "events.py")]
        plan = {"servers": [{"command": [*peer, "serve", str(port), str(folder / "end")], "port": port}],
                "clients": [[*peer, "ask", str(port), str(folder / "end"), str(folder / "out.ndjson")]]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")],
                                 "--open-response", "0.1")
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        first, last = "data: first\n\n", "data: last\n\n"
        for direction in ("1", "2"):
            self.assertEqual([(record["path"], record["statusCode"], record["responsePayload"], record["capture"])
                              for record in result.of_direction(direction)],
                             [("/events", "200", first, "response_open"), ("/events", "200", first + last, "complete")])
        self.assertEqual(result.ledger["open_records"], 2)


if __name__ == "__main__":
    unittest.main()
