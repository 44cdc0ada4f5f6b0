# SPDX-License-Identifier: Apache-2.0
"""Live traffic that is recorded once and read again with each k-th piece lost: what is not flagged is what was sent, a path that is
there is right, connections that lost nothing are as before, and the ledger adds up."""
import base64
import collections
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lossy  # noqa: E402
import recording  # noqa: E402
import servers  # noqa: E402
import support  # noqa: E402

EACH = (2, 3, 5, 8, 13, 21, 34, 55, 89)
SENT = ("method", "path", "requestHeaders", "requestPayload")
FLAGS = ("truncated", "not_seen", "gap", "not_decoded")  # of an event
RECEIVED = ("statusCode", "responseHeaders", "responsePayload")


def key_of(record: dict) -> tuple:
    return record["direction"], record["method"], record["path"]


def connection_of(record: dict) -> tuple:
    return record["direction"], record["ip"], record["destIp"]


class Loss(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = support.Certificates(support.temporary_folder())

    def record(self, commands: list[tuple[list[str], int]], clients: list[list[str]]) -> recording.Recording:
        folder = support.temporary_folder()
        plan = {"servers": [{"command": command, "port": port} for command, port in commands], "clients": clients}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        return recording.Recording([support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")])

    def faults_of(self, record: dict, whole: dict) -> list[str]:
        """Against the record of the same exchange without a loss."""
        where = f"{key_of(record)} ({record['capture']})"
        if record["capture"] == "complete":
            return [f"{where}: {name}" for name in SENT + RECEIVED if record[name] != whole[name]]
        flags = record["capture"].split(",")
        found = []
        headers, sent = json.loads(record["requestHeaders"]), json.loads(whole["requestHeaders"])
        if not {"gap", "joined_midway", "unanswered"} & set(flags):
            if record["statusCode"] != whole["statusCode"]:
                found.append(f"{where}: statusCode")
            answered = json.loads(whole["responseHeaders"])
            found += [f"{where}: field {name} of the response" for name, value in json.loads(record["responseHeaders"]).items()
                      if answered.get(name) != value]
        found += [f"{where}: field {name}" for name, value in headers.items() if sent.get(name) != value]
        if "request_truncated" not in flags and "gap" not in flags and record["requestPayload"] != whole["requestPayload"]:
            found.append(f"{where}: requestPayload")
        return found

    def check(self, name: str, taken: recording.Recording):
        whole = taken.replay().records
        by_key = {key_of(record): record for record in whole}
        self.assertEqual(len(by_key), len(whole), "each exchange is told from the others by its path")
        self.assertEqual({record["capture"] for record in whole}, {"complete"})
        sizes = collections.Counter(connection_of(record) for record in whole)
        for each in EACH:
            for first in {1, each // 2, each - 1}:
                path = support.temporary_folder() / "lossy"
                hit: set = set()
                left_out = lossy.without(taken.path, path, lambda number: number % each == first % each, hit)
                result = recording.replay(path)
                counts = collections.Counter("complete" if record["capture"] == "complete" else "flagged" for record in result.records)
                support.log(f"\n{name}, of each {each} pieces number {first % each}: {left_out} lost, {dict(counts)} of {len(whole)}; "
                            f"{result.ledger['orphan_responses']} orphans, {result.ledger['unidentified']} unidentified")
                faults, gaps, others = [], 0, 0  # flagged gap: the response may be another's (ADR 4)
                for record in result.records:
                    if "gap" in record["capture"].split(",") and key_of(record) in by_key:
                        gaps += 1
                        others += any(record[name] != by_key[key_of(record)][name] for name in ("statusCode", "responsePayload"))
                    if not record["path"]:
                        self.assertNotEqual(record["capture"], "complete")
                        continue
                    if key_of(record) not in by_key:
                        faults.append(f"{key_of(record)} was never asked for")
                        continue
                    faults += self.faults_of(record, by_key[key_of(record)])
                    if record["capture"] != "complete" and connection_of(record) not in hit:
                        faults.append(f"{key_of(record)} is flagged ({record['capture']}), and its connection lost nothing")
                support.log(f"; of {gaps} that say gap {others} have another status or response")
                self.assertEqual(faults, [], "\n".join(faults[:20]))
                seen = collections.Counter(connection_of(record) for record in result.records)
                for connection, size in sizes.items():
                    if connection not in hit:
                        self.assertEqual(seen[connection], size, connection)
                self.assertEqual(result.ledger["requests"], result.ledger["paired"] + result.ledger["unanswered"])

    def test_http1(self):
        for transport in ("clear", "tls"):
            with self.subTest(transport):
                tls = transport == "tls"
                server = servers.Server("python", support.temporary_folder(), self.certificates, {"tls": "1.3"} if tls else {})
                more = ["--tls", "1.3", "--ca", str(self.certificates.ca)] if tls else []
                truth = str(support.temporary_folder() / "truth")
                clients = [[support.PYTHON, str(support.PEERS / "client.py"), client, "EVERYTHING", f"{client}{number}", truth, str(server.port), *more]
                           for client, numbers in (("python", range(8)), ("curl", range(1))) for number in numbers]
                self.check(f"HTTP/1 {transport}", self.record([(one["command"], one["port"]) for one in server.commands], clients))

    def test_websocket(self):
        script = [support.PYTHON, str(support.PEERS / "websocket_python.py")]
        for compression in ("off", "on"):
            with self.subTest(compression):
                port, truth = support.free_ports(1)[0], support.temporary_folder() / "truth"
                taken = self.record([([*script, "serve", str(port), compression], port)],
                                    [[*script, "ask", str(port), str(truth), "300", compression]])
                wanted = json.loads(truth.read_text(encoding="ascii"))
                lines = {"outgoing": wanted["sent"], "incoming": wanted["received"]}
                for each in EACH:
                    path = support.temporary_folder() / "lossy"
                    # The handshake's pieces stay: without them there is no WebSocket.
                    left_out = lossy.without(taken.path, path, lambda number: number > 8 and number % each == 0, set())
                    result = recording.replay(path)
                    records = [record for record in result.records if record["type"] == "WEBSOCKET"]
                    told = collections.Counter()
                    for direction in ("1", "2"):
                        events = [event for record in records if record["direction"] == direction for event in json.loads(record["events"])]
                        for way, sent in lines.items():
                            at = 0
                            for event in events:
                                if event["direction"] != way or event["opcode"] not in (1, 2):
                                    continue
                                if not event["fin"] or any(event.get(flag) for flag in FLAGS):
                                    told["flagged"] += 1
                                    continue
                                payload = event["payload"] if event.get("encoding") else base64.b64encode(event["payload"].encode()).decode()
                                self.assertIn([event["opcode"], payload], sent[at:], f"each {each}, {way}, direction {direction}")
                                at = sent.index([event["opcode"], payload], at) + 1
                                told["whole"] += 1
                    support.log(f"\nWebSocket, compression {compression}, of each {each} pieces one lost: {left_out} lost, {dict(told)} "
                                f"of {4 * len(wanted['sent'])}")
                    self.assertTrue(each < 13 or told["whole"] > len(wanted["sent"]) or compression == "on", told)

    def test_http2(self):
        for transport in ("clear", "tls"):
            with self.subTest(transport):
                port = support.free_ports(1)[0]
                tls = transport == "tls"
                keys = [str(self.certificates.server[1]), str(self.certificates.server[0])] if tls else []
                ca = [str(self.certificates.ca)] if tls else []
                script = str(support.PEERS / "http2.js")
                truth = str(support.temporary_folder() / "truth")
                clients = [["node", script, "ask", str(port), truth, *ca]]
                self.check(f"HTTP/2 {transport}", self.record([(["node", script, "serve", str(port), *keys], port)], clients))


if __name__ == "__main__":
    unittest.main()
