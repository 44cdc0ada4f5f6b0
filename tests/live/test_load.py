# SPDX-License-Identifier: Apache-2.0
"""nginx under a hundred thousand requests of wrk over 64 kept-alive connections: one record for each line of its access log,
whole, nothing lost, and a ledger that adds up. wrk is not traced: the record is nginx's alone."""
import collections
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import nginx  # noqa: E402
import support  # noqa: E402

REQUESTS = 100_000


class Load(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = support.Certificates(support.temporary_folder())

    def load(self, tls: bool, sendfile: bool) -> tuple[support.Capture, list[int]]:
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        command = nginx.command(folder, [f"127.0.0.1:{port}" + (" ssl" if tls else "")], sendfile=sendfile,
                                certificate=self.certificates.server if tls else None)
        collector = subprocess.Popen(support.collector_arguments(folder) + ["--", *command], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE, text=True)
        try:
            support.wait_for_port(port)
            for _ in range(60):
                url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/small"
                subprocess.run(["wrk", "-t1", "-c64", "-d2s", url], check=True, stdout=subprocess.DEVNULL)
                if nginx.access_log_lines(folder) >= REQUESTS:
                    break
            pid = int((folder / "nginx.pid").read_text())
            subprocess.run(["kill", "-QUIT", str(pid)], check=True)
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            if collector.poll() is None:
                collector.terminate()
                collector.wait()
        return support.Capture(folder, collector.returncode, "", errors), nginx.body_bytes_sent(folder)

    def check(self, tls: bool, sendfile: bool, expected_capture: str):
        result, sent = self.load(tls, sendfile)
        lines = len(sent)
        self.assertGreaterEqual(lines, REQUESTS)
        # wrk ends in the middle of things: a response that nginx could not send to its end is not whole.
        cut = sum(1 for size in sent if size != 1300)
        captures = collections.Counter(record["capture"] for record in result.records)
        support.log(f"\n{'TLS' if tls else 'clear'}, sendfile {'on' if sendfile else 'off'}: {lines} lines in the log, "
                    f"{len(result.records)} records: {dict(captures)}, {cut} responses cut by the client")
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        self.assertEqual(result.ledger["loss_ring_full_records"], 0)
        self.assertEqual(captures.pop("response_truncated", 0), cut)
        self.assertEqual(dict(captures), {expected_capture: lines - cut})
        wrong = [record for record in result.records
                 if record["statusCode"] != "200" or record["path"] != "/small" or bool(record["tls"]) != tls]
        self.assertEqual(wrong, [])
        if not sendfile:
            self.assertEqual({len(record["responsePayload"]) for record in result.records}, {1300})

    def test_clear(self):
        self.check(False, False, "complete")

    def test_tls(self):
        self.check(True, False, "complete")

    def test_clear_with_sendfile(self):
        self.check(False, True, "response_body_not_seen")


if __name__ == "__main__":
    unittest.main()
