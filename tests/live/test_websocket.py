# SPDX-License-Identifier: Apache-2.0
"""WebSocket: ten thousand messages there and back, with and without compression, in clear and under TLS, both sides captured."""
import base64
import collections
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import akto_consumer  # noqa: E402
import support  # noqa: E402

MESSAGES = 10_000
WS = "8.23.0"
NODE_MODULES = support.CACHE / f"ws-{WS}"
OTHER_MESSAGES = 8  # of every form, behind those
# Nothing may be lost before it is a record.
RING = ("--ring-bytes", "64M")


def payload_of(event: dict) -> bytes:
    return base64.b64decode(event["payload"]) if event.get("encoding") == "base64" else event["payload"].encode()


def said(events: list[dict], direction: str) -> list[list]:
    return [[event["opcode"], base64.b64encode(payload_of(event)).decode()] for event in events
            if event["direction"] == direction and event["opcode"] in (1, 2)]


class Websocket(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = support.Certificates(support.temporary_folder())

    def node_peer(self) -> list[str]:
        """With ws of npm, kept in the tests' cache."""
        if not (NODE_MODULES / "node_modules/ws").exists():
            NODE_MODULES.mkdir(parents=True, exist_ok=True)
            made = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--prefix", str(NODE_MODULES),
                                   f"ws@{WS}"], capture_output=True, text=True, check=False)
            if made.returncode:
                self.skipTest(f"ws cannot be had: {made.stderr.strip()[-200:]}")
        return ["env", f"NODE_PATH={NODE_MODULES / 'node_modules'}", "node", str(support.PEERS / "websocket.js")]

    def talk(self, server: list[str], client: list[str], compression: str, count: int, tls: bool) -> tuple[support.Capture, dict]:
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        keys = [str(self.certificates.server[1]), str(self.certificates.server[0])] if tls else []
        ca = [str(self.certificates.ca)] if tls else []
        plan = {"servers": [{"command": [*server, "serve", str(port), compression, *keys], "port": port}],
                "clients": [[*client, "ask", str(port), str(folder / "truth"), str(count), compression, *ca]]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")], *RING)
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        return result, {"compression": compression, **json.loads((folder / "truth").read_text(encoding="ascii"))}

    def check(self, result: support.Capture, truth: dict, tls: bool):
        events_in_all = 0
        for direction in ("1", "2"):
            handshake, *records = result.of_direction(direction)
            self.assertEqual((handshake["method"], handshake["path"], handshake["statusCode"], handshake["type"], handshake["capture"]),
                             ("GET", "/chat?room=1", "101", "HTTP/1.1", "complete"))
            kinds = collections.Counter((record["method"], record["path"], record["statusCode"], record["type"], record["capture"],
                                         bool(record["tls"])) for record in records)
            self.assertEqual(list(kinds), [("WS", "/chat?room=1", "101", "WEBSOCKET", "complete", tls)])
            agreed = json.loads(handshake["responseHeaders"]).get("sec-websocket-extensions", "")
            self.assertEqual(agreed.startswith("permessage-deflate"), truth["compression"] != "off")
            for record in records:
                self.assertEqual(record["headers"], handshake["requestHeaders"])
                self.assertEqual(record["requestHeaders"], handshake["requestHeaders"])
            self.assertEqual(akto_consumer.complaints(records) + list(akto_consumer.mistakes(records)), [])
            endpoints = collections.Counter(one for record in records for one in akto_consumer.websocket_endpoints(record))
            self.assertEqual(set(endpoints), {"WS /order", "WS /data_frame"})
            events = [event for record in records for event in json.loads(record["events"])]
            events_in_all += len(events)
            self.assertTrue(all(event["fin"] is True for event in events))
            # One by one: a difference of lists this long would be a page for each.
            for way, wanted in (("outgoing", truth["sent"]), ("incoming", truth["received"])):
                seen = said(events, way)
                self.assertEqual(len(seen), len(wanted), f"{way}, direction {direction}")
                wrong = [number for number, pair in enumerate(zip(seen, wanted)) if pair[0] != pair[1]]
                self.assertEqual(wrong[:5], [], f"{way}, direction {direction}")
            self.assertEqual([(event["direction"], event["code"], event["payload"]) for event in events if event["opcode"] == 8],
                             [("outgoing", 1000, "done"), ("incoming", 1000, "done")])
        self.assertEqual(support.addresses_mirror(result.records), [])
        self.assertEqual(result.ledger["websocket_messages"], events_in_all)
        self.assertEqual(result.ledger["websocket_events"], events_in_all)
        self.assertEqual(result.ledger["websocket_incomplete"], 0)

    def test_ten_thousand_messages(self):
        peer = self.node_peer()
        for compression in ("off", "on"):
            for tls in (False, True):
                with self.subTest(compression=compression, tls=tls):
                    result, truth = self.talk(peer, peer, compression, MESSAGES, tls)
                    self.assertEqual(len(truth["received"]), MESSAGES + OTHER_MESSAGES)
                    self.check(result, truth, tls)
                    self.assertEqual(result.ledger["websocket_pings"], 2 * 2 * (MESSAGES // 1000))
                    support.log(f"\ncompression {compression}, tls {tls}: {len(result.records)} records")

    def test_parameters_of_compression(self):
        peer = self.node_peer()
        for compression in ("fresh", "small"):
            with self.subTest(compression):
                result, truth = self.talk(peer, peer, compression, 100, False)
                self.check(result, truth, False)

    def test_a_message_does_not_wait_for_the_end(self):
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        python = [support.PYTHON, str(support.PEERS / "websocket_python.py")]
        plan = {"servers": [{"command": [*python, "serve", str(port), "off"], "port": port}],
                "clients": [[*python, "wait", str(port), str(folder / "out.ndjson")]]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")],
                                 "--open-response", "0.1")
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        for direction in ("1", "2"):
            handshake, *records = result.of_direction(direction)
            self.assertEqual((handshake["statusCode"], handshake["capture"]), ("101", "complete"))
            events = [[event["payload"] for event in json.loads(record["events"]) if event["opcode"] == 1] for record in records]
            self.assertEqual(collections.Counter(payload for record in events for payload in record), {"first": 2, "last": 2})
            self.assertIn("first", events[0])
            self.assertNotIn("last", events[0])

    def test_python(self):
        node, python = self.node_peer(), [support.PYTHON, str(support.PEERS / "websocket_python.py")]
        for server, client in ((python, python), (node, python), (python, node)):
            for compression, tls in (("off", False), ("on", True)):
                with self.subTest(server=server[-1], client=client[-1], compression=compression, tls=tls):
                    self.check(*self.talk(server, client, compression, 300, tls), tls)


if __name__ == "__main__":
    unittest.main()
