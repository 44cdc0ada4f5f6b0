# SPDX-License-Identifier: Apache-2.0
"""What is rare and must be right: late joins, half-closed and reset connections, early answers, short lives, late libraries,
tiny reads, reused objects."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import bodies  # noqa: E402
import support  # noqa: E402

EDGES = str(support.PEERS / "edges.py")


class Edges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = support.Certificates(support.temporary_folder())
        cls.tls = [str(cls.certificates.server[0]), str(cls.certificates.server[1]), str(cls.certificates.ca)]

    def run_edge(self, *arguments: str) -> support.Capture:
        folder = support.temporary_folder()
        result = support.capture(folder, [support.PYTHON, EDGES, *arguments])
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        return result

    def one_pair(self, result: support.Capture, path: str, body: bytes, capture: str = "complete"):
        """Both sides saw this one exchange, alike."""
        self.assertEqual([(record["path"], record["capture"]) for record in result.records], [(path, capture)] * 2)
        self.assertEqual({record["direction"] for record in result.records}, {"1", "2"})
        for record in result.records:
            self.assertEqual(support.payload(record, "responsePayload"), body)
        self.assertEqual(support.addresses_mirror(result.records), [])

    def test_response_read_after_the_socket_closed(self):
        self.one_pair(self.run_edge("half_closed"), "/half-closed", b"late reader")

    def test_reset_after_the_response(self):
        self.one_pair(self.run_edge("reset_after_response"), "/reset", b"then a reset")

    def test_early_413(self):
        result = self.run_edge("early_413")
        self.assertEqual([record["statusCode"] for record in result.records], ["413", "413"])
        for record in result.records:
            self.assertEqual(record["capture"], "request_truncated")
            self.assertEqual(record["responsePayload"], "too large")
            self.assertEqual(set(record["requestPayload"]) - {"x"}, set())

    def test_scattered_buffers(self):
        self.one_pair(self.run_edge("scattered"), "/scattered", bodies.text("scattered", 6000))

    def test_many_messages_in_a_call(self):
        result = self.run_edge("many_messages")
        self.one_pair(result, "/many-messages", b"got it")
        for record in result.records:
            self.assertEqual(support.payload(record, "requestPayload"), bodies.text("many-messages", 6000))

    def test_datagrams_are_counted_however_many_a_call_moves(self):
        ledger = self.run_edge("many_datagrams").ledger
        self.assertEqual((ledger["udp_bytes_other"], ledger["udp_bytes_quic"]), (2 * 40 * 100, 0))

    def test_messages_that_are_thrown_away_are_not_read_from_memory(self):
        result = self.run_edge("truncated_messages")
        server, = result.of_direction("1")
        self.assertEqual((server["path"], server["requestPayload"], server["responsePayload"], server["capture"]),
                         ("/truncated", "", "thrown away", "request_body_not_seen"))
        client, = result.of_direction("2")
        self.assertEqual((client["requestPayload"], client["capture"]), ("B" * 20, "complete"))

    def test_multipath_tcp(self):
        result = self.run_edge("multipath")
        if result.output.strip() == "unsupported":
            self.skipTest("this kernel has no MPTCP")
        paths = [f"/multipath/{number}" for number in range(3)]
        for direction in ("1", "2"):
            self.assertEqual([(record["path"], record["capture"]) for record in result.of_direction(direction)],
                             [(path, "complete") for path in paths])
        for record in result.records:
            self.assertEqual(support.payload(record, "responsePayload"), bodies.text(record["path"], 20000))
        self.assertEqual(support.addresses_mirror(result.records), [])

    @unittest.skipUnless(os.uname().machine == "x86_64", "32-bit system calls of this kind are x86's")
    def test_32_bit_calls_are_counted_and_not_misread(self):
        result = self.run_edge("compat_call")
        if result.output.strip() == "unsupported":
            self.skipTest("this kernel has no 32-bit system calls")
        self.assertEqual(result.ledger["loss_compat_calls"], 1)
        server = [(record["path"], record["responsePayload"], record["capture"]) for record in result.of_direction("1")]
        self.assertEqual(server, [(f"/compat/{number}", f"answer to /compat/{number}", "complete") for number in range(2)])
        # The client's first request is a gap, so the response to it answers nothing that was seen.
        for record in result.of_direction("2"):
            self.assertEqual((record["path"], record["responsePayload"]), ("/compat/1", "answer to /compat/1"))
            self.assertNotEqual(record["capture"], "complete")
        self.assertEqual(result.ledger["orphan_responses"], 1)

    def test_peeked_bytes_count_once(self):
        self.one_pair(self.run_edge("peeked"), "/peeked", b"peeked")

    def test_byte_by_byte(self):
        self.one_pair(self.run_edge("byte_by_byte"), "/byte-by-byte", b"slowly")

    def test_behind_a_proxy_that_sends_its_header(self):
        """In clear and before TLS, in one call with the request and in a call of its own."""
        result = self.run_edge("behind_proxy_headers", str(support.temporary_folder()), *self.tls)
        headers = ("1", "1-unknown", "2", "2-local", "2-long")
        wanted = [(f"/plain?header={header},{transport},{apart},{number}", "complete", transport == "tls")
                  for header in headers for transport in ("clear", "tls") for apart in ("apart", "together")
                  for number in (1, 2) if (header, transport) != ("2-long", "tls")]
        for direction in ("1", "2"):
            seen = [(record["path"], record["capture"], bool(record["tls"])) for record in result.of_direction(direction)]
            self.assertEqual(sorted(seen), sorted(wanted))
        self.assertEqual(support.addresses_mirror(result.records), [])
        # Before TLS a header alone is no HTTP/1: nothing of those connections is copied.
        self.assertEqual((result.ledger["connections"], result.ledger["tls_sessions"]), (20, 16))
        self.assertEqual(result.ledger["bytes_unattributed"], 0)

    def test_proxy_headers_cut_by_their_readers(self):
        result = self.run_edge("cut_proxy_headers")
        wanted = sorted((f"/cut?{cut}", "complete") for cut in ("bytes", "version", "fixed", "signature", "middle", "long"))
        for direction in ("1", "2"):
            self.assertEqual(sorted((record["path"], record["capture"]) for record in result.of_direction(direction)), wanted)

    def test_strangers_behind_proxy_headers(self):
        result = self.run_edge("proxy_header_before_strangers")
        self.assertEqual(result.records, [])
        self.assertEqual((result.ledger["connections"], result.ledger["socket_bytes_copied"]), (0, 0))
        headers = 45 + 28 + 528 + 16 + 15
        hellos = 10 * 517
        self.assertEqual(result.ledger["socket_bytes_opaque"], 2 * (hellos + headers))

    def test_tiny_tls_reads(self):
        self.one_pair(self.run_edge("small_reads", *self.tls), "/small-reads", bodies.text("small-reads", 1 << 20))

    def test_tls_without_return_probes(self):
        """As on a kernel where a return probe may kill a process under seccomp."""
        folder = support.temporary_folder()
        result = support.capture(folder, [support.PYTHON, EDGES, "small_reads", *self.tls], "--return-probes", "never")
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        self.one_pair(result, "/small-reads", bodies.text("small-reads", 1 << 20))

    def test_reused_tls_objects(self):
        result = self.run_edge("reused_objects", *self.tls)
        expected = 1000 + 992  # each connection asks once, and all but the last eight once more
        self.assertEqual(len(result.of_direction("1")), expected)
        self.assertEqual(len(result.of_direction("2")), expected)
        wrong = [(record["path"], record["responsePayload"], record["capture"]) for record in result.records
                 if record["responsePayload"] != "answer to " + record["path"] or record["capture"] != "complete"]
        self.assertEqual(wrong[:5], [])
        self.assertEqual(support.addresses_mirror(result.records), [])

    def test_short_lived_client(self):
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(port), *self.tls[:2]])
        try:
            support.wait_for_port(port)
            # The server is not traced: the client must be seen by itself, in the milliseconds that it lives.
            for number in range(8):
                result = support.capture(folder, ["curl", "-s", "--cacert", self.tls[2], f"https://localhost:{port}/plain?n={number}"])
                self.assertEqual([(record["path"], record["capture"]) for record in result.records],
                                 [(f"/plain?n={number}", "complete")], result.errors)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()

    def test_library_whose_first_user_was_too_quick(self):
        """It maps the file and is gone before anybody can look; the next one is seen."""
        folder = support.temporary_folder()
        for name in ("libssl.so.3", "libcrypto.so.3"):
            shutil.copy(next(pathlib.Path("/usr/lib").glob(f"*-linux-gnu/{name}")), folder / name)
        port = support.free_ports(1)[0]
        server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(port), *self.tls[:2]])
        quick = f"LD_PRELOAD={folder}/libcrypto.so.3:{folder}/libssl.so.3 /bin/true; " * 20
        try:
            support.wait_for_port(port)
            result = support.capture(folder, ["sh", "-c", f"{quick} exec {support.PYTHON} {EDGES} late_library {folder} {port}"])
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
        self.assertEqual([(record["path"], record["capture"]) for record in result.records], [("/late-library", "complete")],
                         result.errors)

    def test_library_loaded_late_from_a_new_file(self):
        folder = support.temporary_folder()
        for name in ("libssl.so.3", "libcrypto.so.3"):
            source = next(pathlib.Path("/usr/lib").glob(f"*-linux-gnu/{name}"))
            shutil.copy(source, folder / name)
        port = support.free_ports(1)[0]
        server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(port), *self.tls[:2]])
        try:
            support.wait_for_port(port)
            result = self.run_edge("late_library", str(folder), str(port))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
        self.assertEqual([(record["path"], record["capture"], record["statusCode"]) for record in result.records],
                         [("/late-library", "complete", "200")], result.errors)
        self.assertRegex(result.records[0]["tls"], r"^OpenSSL 3")

    def test_connections_older_than_the_collector(self):
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(port)])
        client = None
        collector = None
        try:
            support.wait_for_port(port)
            client = subprocess.Popen([support.PYTHON, EDGES, "joined_midway", str(port)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
            self.assertEqual(client.stdout.readline(), "half\n")
            metrics = support.free_ports(1)[0]
            collector = subprocess.Popen(
                support.collector_arguments(folder, "--pid", str(server.pid), "--pid", str(client.pid), "--metrics",
                                            f"127.0.0.1:{metrics}"), stderr=subprocess.PIPE, text=True)
            support.wait_for_port(metrics)
            support.wait_until(lambda: support.http_status(metrics, "/readyz") == 200, "the collector to be ready")
            client.stdin.write("on\n")
            client.stdin.flush()
            self.assertTrue(json.loads(client.stdout.readline()))
            client.wait()
            collector.send_signal(signal.SIGTERM)
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            for process in (client, server, collector):
                support.end(process)
        result = support.Capture(folder, collector.returncode, "", errors)
        self.assertEqual(result.status, 0, errors)
        for direction in ("1", "2"):
            self.assertEqual([(record["path"], record["capture"]) for record in result.of_direction(direction)],
                             [("/plain?midway=2", "joined_midway"), ("/plain?midway=3", "complete")])
        self.assertEqual({record["process_name"] for record in result.records}, {"python3"})
        self.assertEqual({record["process_id"] for record in result.records}, {str(server.pid), str(client.pid)})


if __name__ == "__main__":
    unittest.main()
