# SPDX-License-Identifier: Apache-2.0
"""Targets that are built or run in a way of their own: linked statically, in a sandbox, under a debugger, on memory, with TLS
that begins late; and how their records look."""
import json
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

COUNT = 5


class Targets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.temporary_folder()
        certificates = support.Certificates(cls.folder)
        cls.tls = [str(part) for part in (*certificates.server, certificates.ca)]
        source = str(support.PEERS / "openssl_client.c")
        android = str(next(pathlib.Path("/usr/lib").glob("*-linux-gnu/android")))
        builds = {"shared": ["-lssl", "-lcrypto"], "static": ["-static", "-lssl", "-lcrypto", "-ldl", "-lpthread"],
                  "boringssl": ["-I/usr/include/android", f"-L{android}", f"-Wl,-rpath,{android}", "-l:libssl.so.0",
                                "-l:libcrypto.so.0"]}
        for name, flags in builds.items():
            subprocess.run(["cc", "-O1", "-w", "-o", str(cls.folder / name), source, *flags], check=True, capture_output=True)
        nss = subprocess.run(["pkg-config", "--cflags", "--libs", "nss"], check=True, capture_output=True, text=True).stdout.split()
        subprocess.run(["cc", "-O1", "-w", "-o", str(cls.folder / "nss"), str(support.PEERS / "nss_client.c"), *nss], check=True,
                       capture_output=True)
        cls.port = support.free_ports(1)[0]
        cls.server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(cls.port), *cls.tls[:2]])
        support.wait_for_port(cls.port)

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGTERM)
        cls.server.wait()

    def client(self, program: str, mode: str, name: str = "", count: int = COUNT) -> list[str]:
        return [str(self.folder / program), mode, str(self.port), self.tls[2], f"/plain?id={name}", str(count)]

    def check_records(self, records: list[dict], name: str = "", stack: str = "OpenSSL"):
        """Every exchange of the client gives a record, whole and with its addresses."""
        self.assertEqual([(record["path"], record["capture"], record["direction"], len(record["responsePayload"]),
                           record["destIp"], record["tls"].split()[0]) for record in records],
                         [(f"/plain?id={name}{i}", "complete", "2", 3000, f"127.0.0.1:{self.port}", stack)
                          for i in range(COUNT)])

    def check(self, command: list[str], stack: str = "OpenSSL"):
        result = support.capture(support.temporary_folder(), command)
        self.assertEqual(result.status, 0, result.errors)
        self.check_records(result.records, stack=stack)
        self.assertTrue(result.ledger["adds_up"], result.errors)

    def check_new_file(self, mode: str):
        """The first processes of a new file are too quick for its probes; once one is seen whole, all are. One whose
        probes come while it runs may be whole but for the address: nothing told what its session wrote before."""
        runs = 30
        script = "\n".join(" ".join(self.client("static", mode, f"{i:02}-")) for i in range(runs))
        result = support.capture(support.temporary_folder(), ["sh", "-c", script])
        self.assertEqual(result.status, 0, result.errors)
        by_run = {f"{i:02}-": [record for record in result.records if f"id={i:02}-" in record["path"]] for i in range(runs)}
        whole = [name for name, records in by_run.items()
                 if len(records) == COUNT and all(record["capture"] == "complete" and record["destIp"] for record in records)]
        self.assertNotEqual(whole, [], "never probed")
        for name, records in by_run.items():
            if name >= whole[0]:
                self.check_records(records, name)

    def test_linked_statically(self):
        self.check_new_file("plain")

    def test_the_command_itself_is_probed_before_it_runs(self):
        self.check(self.client("static", "plain"))

    def test_a_stripped_program_that_ended_is_told_of(self):
        """Nobody asks while it lives."""
        program = self.folder / "stripped"
        subprocess.run(["strip", "-o", str(program), str(self.folder / "static")], check=True)
        command = self.client("stripped", "plain")
        result = support.capture(support.temporary_folder(), ["sh", "-c", " ".join([*command[:-1], "200"])])
        self.assertEqual(result.status, 0, result.errors)
        self.assertEqual(result.records, [])
        self.assertRegex(result.errors, r"coverage: .* TLS of stripped \(pid \d+\): OpenSSL.*: inside a program without symbols")

    def test_on_a_bio_pair(self):
        self.check(self.client("shared", "pair"))

    def test_linked_statically_on_a_bio_pair(self):
        self.check_new_file("pair")

    def test_boringssl(self):
        self.check(self.client("boringssl", "plain"), "BoringSSL")

    def test_boringssl_on_a_bio_pair(self):
        self.check(self.client("boringssl", "pair"), "BoringSSL")

    def test_nss(self):
        self.check(self.client("nss", "plain"), "NSS")

    def test_what_a_client_of_nss_looks_at_and_then_reads_is_told_once(self):
        self.check(self.client("nss", "peek"), "NSS")

    def test_renegotiation_between_requests(self):
        self.check(self.client("shared", "renegotiate"))

    def test_under_a_seccomp_filter(self):
        self.check(self.client("shared", "sandbox"))

    def test_under_a_debugger(self):
        self.check(["strace", "-f", "-o", str(self.folder / "trace"), *self.client("shared", "plain")])


    def ledger_of_reuse(self, hold) -> dict:
        """Of a run in which one object is used for COUNT connections; the collector, held after the first, sees the rest late."""
        folder = support.temporary_folder()
        collector = subprocess.Popen(support.collector_arguments(folder, "--ring-bytes", "65536", "--workers", "1") +
                                     ["--", *self.client("shared", "again", count=120)], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertEqual(collector.stdout.readline(), "done\n")
            hold(collector)
            collector.stdin.write("\n")
            collector.stdin.flush()
            self.assertEqual(collector.stdout.readline(), "done\n")
            collector.send_signal(signal.SIGCONT)
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            collector.send_signal(signal.SIGCONT)
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        return json.loads((folder / "ledger.json").read_text())

    def test_ends_of_sessions_that_find_no_room_are_told_later(self):
        with_room = self.ledger_of_reuse(lambda collector: None)
        without = self.ledger_of_reuse(lambda collector: collector.send_signal(signal.SIGSTOP))
        self.assertGreater(without["loss_ring_full_records"], with_room["loss_ring_full_records"])
        self.assertEqual(without["tls_bytes_passed"], with_room["tls_bytes_passed"])
        self.assertTrue(without["adds_up"])


class LateTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = support.temporary_folder()
        certificates = support.Certificates(folder)
        cls.tls = [str(part) for part in (*certificates.server, certificates.ca)]

    def records_of(self, mode: str) -> list[dict]:
        result = support.capture(support.temporary_folder(),
                                 [support.PYTHON, str(support.PEERS / "late_tls.py"), mode, *self.tls])
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        return result.records

    def check_late(self, records: list[dict]):
        late = sorted((record["path"], record["direction"], record["capture"], record["tls"] != "") for record in records
                      if record["path"].startswith("/late"))
        self.assertEqual(late, sorted((f"/late?id={i}", direction, "complete", True) for i in (1, 2) for direction in "12"))

    def test_starttls(self):
        records = self.records_of("starttls")
        self.check_late(records)
        self.assertEqual(len(records), 4)

    def test_upgrade_of_a_request(self):
        records = self.records_of("upgrade")
        self.check_late(records)
        self.assertEqual({record["method"] for record in records if not record["tls"]}, {"OPTIONS"})

    def test_through_a_proxy_by_connect(self):
        records = self.records_of("connect")
        self.check_late(records)
        self.assertEqual([record["method"] for record in records if not record["tls"]], ["CONNECT", "CONNECT"])


if __name__ == "__main__":
    unittest.main()
