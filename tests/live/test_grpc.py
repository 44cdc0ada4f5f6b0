# SPDX-License-Identifier: Apache-2.0
"""gRPC: unary, client-, server- and bidirectional streaming, in clear and under TLS, both sides captured."""
import base64
import collections
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402


def joined(parts: list[str]) -> str:
    return base64.b64encode(b"".join(base64.b64decode(part) for part in parts)).decode()


def as_record(call: dict) -> tuple:
    """What a record must say of a call."""
    service, method = call["path"][1:].split("/")
    return (call["path"], service, method, call["status"], joined(call["sent"]), joined(call["received"]), str(len(call["sent"])),
            str(len(call["received"])))


def of_record(record: dict) -> tuple:
    return (record["path"], record["grpc_service"], record["grpc_method"], record["grpc_status"].split(" ")[0],
            record["requestPayload"], record["responsePayload"], record["grpc_request_messages"], record["grpc_response_messages"])


class Grpc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = support.Certificates(support.temporary_folder())

    def check(self, server: list[str], client: list[str], tls: bool):
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        keys = [str(self.certificates.server[1]), str(self.certificates.server[0])] if tls else []
        ca = [str(self.certificates.ca)] if tls else []
        plan = {"servers": [{"command": [*server, "serve", str(port), *keys], "port": port}],
                "clients": [[*client, "ask", str(port), str(folder / "truth"), *ca]]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")])
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        calls = [json.loads(line) for line in (folder / "truth").read_text(encoding="ascii").splitlines()]
        self.assertEqual(len(calls), 42)
        wanted = collections.Counter(as_record(call) for call in calls)
        for direction in ("1", "2"):
            seen = [record for record in result.records if record["direction"] == direction]
            self.assertEqual(collections.Counter(of_record(record) for record in seen), wanted, f"direction {direction}\n{result.errors}")
            self.assertEqual({(record["type"], record["capture"], bool(record["tls"])) for record in seen}, {("HTTP/2", "complete", tls)},
                             direction)
        self.assertEqual(support.addresses_mirror(result.records), [])

    def test_python(self):
        peer = [support.PYTHON, str(support.PEERS / "grpc_python.py")]
        for tls in (False, True):
            with self.subTest(tls=tls):
                self.check(peer, peer, tls)


if __name__ == "__main__":
    unittest.main()
