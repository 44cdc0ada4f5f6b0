# SPDX-License-Identifier: Apache-2.0
"""More traffic than the collector may or can take: it leaves out whole exchanges, counts them, and what it shows is right."""
import collections
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import many  # noqa: E402
import support  # noqa: E402

MANY = str(support.PEERS / "many.py")


class Overload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = support.Certificates(support.temporary_folder())
        cls.tls = [str(one) for one in (*cls.certificates.server, cls.certificates.ca)]

    def overload(self, load: list[str], *flags: str) -> support.Capture:
        result = support.capture(support.temporary_folder(), [support.PYTHON, MANY, *load], *flags)
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        self.assertGreater(result.ledger["loss_shed"], 0)
        self.assertGreater(result.ledger["socket_bytes_shed"] + result.ledger["tls_bytes_shed"], 0)
        exchanges = int(result.output)
        support.log(f"\n{' '.join(flags)}: {exchanges} exchanges, {len(result.of_direction('1'))} + "
                    f"{len(result.of_direction('2'))} records; shed {result.ledger['loss_shed']} times, "
                    f"ring full {result.ledger['loss_ring_full_records']}")
        self.assertGreater(len(result.records), 0)
        self.assertLess(len(result.records), 2 * exchanges)
        # An exchange is shown once for each side.
        shown = [(record["direction"], record["path"]) for record in result.records]
        self.assertEqual(len(shown), len(set(shown)))
        return result

    def all_whole(self, result: support.Capture):
        """What is shown was not torn; the first record behind what was left out says that it joined midway."""
        self.assertEqual(result.ledger["loss_ring_full_records"], 0)
        self.assertEqual({record["capture"] for record in result.records} - {"complete", "joined_midway"}, set())
        self.assertIn("complete", {record["capture"] for record in result.records})
        wrong = [record["path"] for record in result.records
                 if support.payload(record, "responsePayload") != many.body_of(record["path"])]
        self.assertEqual(wrong[:5], [])

    def test_budget_of_a_second(self):
        self.all_whole(self.overload(["4", "3000", "20"], "--budget-bytes", "300K"))

    def test_budget_of_a_second_under_tls(self):
        result = self.overload(["4", "3000", "20", *self.tls], "--budget-bytes", "300K")
        self.all_whole(result)
        self.assertGreater(result.ledger["tls_bytes_shed"], 0)

    def test_connections_of_http2_are_left_out_as_a_whole(self):
        folder = support.temporary_folder()
        (folder / "one").write_text("one", encoding="ascii")
        for tls in (False, True):
            port = support.free_ports(1)[0]
            server = ["nghttpd", "-d", str(folder), *([] if tls else ["--no-tls"]), str(port), *([*reversed(self.tls[:2])] if tls else [])]
            client = ["h2load", "-n", "20", "-c", "1", "-m", "5", f"{'https' if tls else 'http'}://127.0.0.1:{port}/one"]
            (folder / "plan.json").write_text(json.dumps({"servers": [{"command": server, "port": port}], "clients": [client] * 30}),
                                              encoding="utf-8")
            result = support.capture(support.temporary_folder(),
                                     [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")], "--budget-bytes", "1K")
            self.assertEqual(result.status, 0, result.errors)
            self.assertTrue(result.ledger["adds_up"], result.errors)
            support.log(f"\nHTTP/2 {'under TLS' if tls else 'in clear'}: {len(result.records)} records, shed {result.ledger['loss_shed']} times")
            self.assertGreater(result.ledger["loss_shed"], 0)
            self.assertGreater(len(result.records), 0)
            # All 20 exchanges of a connection's side, or none, and each whole.
            self.assertEqual({(record["capture"], record["responsePayload"]) for record in result.records}, {("complete", "one")})
            sides = collections.Counter((record["direction"], record["ip"], record["destIp"]) for record in result.records)
            self.assertEqual(set(sides.values()), {20})

    def test_ring_that_is_too_small(self):
        result = self.overload(["8", "3000", "20"], "--ring-bytes", "64K")
        for record in result.records:
            if record["capture"] in ("complete", "joined_midway"):
                self.assertEqual(support.payload(record, "responsePayload"), many.body_of(record["path"]))

    def test_cpu_limit(self):
        self.all_whole(self.overload(["4", "1000000", "5"], "--cpu-limit", "1"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
