# SPDX-License-Identifier: Apache-2.0
"""TLS on memory, on connections that are older than the collector: what a session writes shows which socket is its own, from then on its
records have addresses, and the two records of a call are one request of the inventory."""
import collections
import contextlib
import pathlib
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

CONNECTIONS, REQUESTS = 3, 5


class OlderTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        certificates = support.Certificates(support.temporary_folder())
        cls.tls = [str(part) for part in (*certificates.server, certificates.ca)]

    def check(self, program_name: str, *program: str):
        folder = support.temporary_folder()
        metrics = support.free_ports(1)[0]
        peer = subprocess.Popen([*program, *self.tls, str(CONNECTIONS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        collector = None
        try:
            self.assertEqual(peer.stdout.readline(), "ready\n")
            collector = subprocess.Popen(support.collector_arguments(folder, "--pid", str(peer.pid), "--metrics", f"127.0.0.1:{metrics}"),
                                         stderr=subprocess.PIPE, text=True)
            probed = [support.PYTHON, str(support.PEERS / "until_probed.py"), f"127.0.0.1:{metrics}", program_name, "1"]
            self.assertEqual(subprocess.run(probed, check=False).returncode, 0)
            peer.stdin.write(f"{REQUESTS}\n")
            peer.stdin.flush()
            self.assertEqual(peer.stdout.readline(), "done\n")
            peer.stdin.close()
            self.assertEqual(peer.wait(support.PATIENCE_SECONDS), 0)
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(peer)
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        result = support.Capture(folder, 0, "", errors)
        self.assertTrue(result.ledger["adds_up"], errors)
        # A server's first requests were read before it was known whose they are.
        self.assertEqual(result.ledger["socket_bytes_opaque"], 0, errors)
        asked = {f"/after/{connection}?n={number}" for connection in range(CONNECTIONS) for number in range(REQUESTS)}
        self.assertEqual(collections.Counter((record["path"], record["direction"]) for record in result.records),
                         collections.Counter((path, direction) for path in asked for direction in "12"))
        # A server's first answer is read before it goes to the socket; a client's first request goes there before the answer.
        unplaced = {(record["path"], record["direction"]) for record in result.records if not record["ip"] or not record["destIp"]}
        self.assertLessEqual(unplaced, {(f"/after/{connection}?n=0", "1") for connection in range(CONNECTIONS)})
        self.assertEqual(support.addresses_mirror([record for record in result.records if not record["path"].endswith("?n=0")]), [])
        subprocess.run([support.APIARIST, "processor", "--quiet", "--records", str(folder / "out.ndjson"), "--inventory", str(folder / "inventory")],
                       check=True)
        with contextlib.closing(sqlite3.connect(folder / "inventory" / "inventory.db")) as database:
            (requests,) = database.execute("SELECT SUM(requests) FROM endpoints WHERE merged_into = 0").fetchone()
        self.assertEqual(requests, CONNECTIONS * REQUESTS + len(unplaced))

    def test_asyncio(self):
        self.check("python3", support.PYTHON, str(support.PEERS / "older_tls.py"))

    def test_node(self):
        self.check("node", "node", str(support.PEERS / "older_tls.js"))


if __name__ == "__main__":
    unittest.main()
