# SPDX-License-Identifier: Apache-2.0
"""gRPC: unary, client-, server- and bidirectional streaming, in clear and under TLS, both sides captured."""
import base64
import collections
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import gopeers  # noqa: E402
import support  # noqa: E402


PYTHON_PEER = [support.PYTHON, str(support.PEERS / "grpc_python.py")]
GRPC_JS = "1.14.7"
NODE_MODULES = support.CACHE / f"grpc-js-{GRPC_JS}"


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
        ask = [*client, "ask", str(port), str(folder / "truth"), *ca]
        # First until the programs are known files: of what passes while they are probed the addresses may be missing.
        known = [support.PYTHON, str(support.PEERS / "until_recorded.py"), str(folder / "out.ndjson"), "shop.v1.Orders/Get", *ask]
        plan = {"servers": [{"command": [*server, "serve", str(port), *keys], "port": port}], "clients": [known, ask]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")])
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        calls = [json.loads(line) for line in (folder / "truth").read_text(encoding="ascii").splitlines()]
        self.assertEqual(len(calls), 42)
        wanted = collections.Counter(as_record(call) for call in calls)
        records = [record for record in result.records if record["ip"] == result.records[-1]["ip"]]
        for direction in ("1", "2"):
            seen = [record for record in records if record["direction"] == direction]
            self.assertEqual(collections.Counter(of_record(record) for record in seen), wanted, f"direction {direction}\n{result.errors}")
            self.assertEqual({(record["type"], record["capture"], bool(record["tls"])) for record in seen}, {("HTTP/2", "complete", tls)},
                             direction)
        self.assertEqual(support.addresses_mirror(records), [])

    def check_both(self, server: list[str], client: list[str]):
        for tls in (False, True):
            with self.subTest(tls=tls):
                self.check(server, client, tls)

    def test_python(self):
        self.check_both(PYTHON_PEER, PYTHON_PEER)

    def test_node(self):
        peer = self.node_peer()
        self.check_both(peer, peer)

    def test_node_and_python(self):
        self.check_both(PYTHON_PEER, self.node_peer())

    def test_go(self):
        peer = self.go_peer()
        self.check_both(peer, peer)

    def test_go_and_node(self):
        self.check_both(self.node_peer(), self.go_peer())

    def go_peer(self) -> list[str]:
        made, why = gopeers.grpc()
        if made is None:
            self.skipTest(why)
        return [made]

    def node_peer(self) -> list[str]:
        """With grpc-js of npm, kept in the tests' cache."""
        if not (NODE_MODULES / "node_modules/@grpc/grpc-js").exists():
            NODE_MODULES.mkdir(parents=True, exist_ok=True)
            made = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--prefix", str(NODE_MODULES),
                                   f"@grpc/grpc-js@{GRPC_JS}"], capture_output=True, text=True, check=False)
            if made.returncode:
                self.skipTest(f"grpc-js cannot be had: {made.stderr.strip()[-200:]}")
        return ["env", f"NODE_PATH={NODE_MODULES / 'node_modules'}", "node", str(support.PEERS / "grpc.js")]


if __name__ == "__main__":
    unittest.main()
