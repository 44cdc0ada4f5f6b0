# SPDX-License-Identifier: Apache-2.0
"""`apiarist coverage` on a host with one process of each kind: each with its TLS stack, its reason, and byte counts that agree with
what TCP and the peers counted."""
import http.client
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import nginx  # noqa: E402
import support  # noqa: E402

KINDS = str(support.PEERS / "kinds.py")
# A client that ends its connection may leave unread what its server sent last: an alert, tickets of TLS 1.3.
LEFT_UNREAD = 2000


def coverage(address: str, *more: str) -> subprocess.CompletedProcess:
    return subprocess.run([support.APIARIST, "coverage", "--metrics", address, *more], capture_output=True, text=True,
                          timeout=support.PATIENCE_SECONDS, check=False)


def served(address: str, path: str) -> str:
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=support.PATIENCE_SECONDS)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def compile_client(folder: pathlib.Path) -> str:
    program = folder / "tls_client"
    subprocess.run(["gcc", "-static", "-w", "-o", str(program), str(support.PEERS / "tls_client.c"), "-lssl", "-lcrypto"],
                   check=True, capture_output=True)
    subprocess.run(["strip", str(program)], check=True)
    return str(program)


def compile_java(folder: pathlib.Path) -> str:
    """"-" where only Java's runtime is installed."""
    if not support.has("javac"):
        return "-"
    subprocess.run(["javac", "-d", str(folder), str(support.PEERS / "JavaClient.java")], check=True, capture_output=True)
    return str(folder / "JavaClient")


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.temporary_folder()
        cls.collector = None
        cls.address = f"127.0.0.1:{support.free_ports(1)[0]}"
        certificate, key = support.Certificates(cls.folder).server
        nginx_port = support.free_ports(1)[0]
        conf = nginx.command(cls.folder, [f"127.0.0.1:{nginx_port} ssl"], certificate=(certificate, key), master=False)[-1]
        host = [support.PYTHON, KINDS, str(cls.folder), str(certificate), str(key), str(nginx_port), conf,
                compile_client(cls.folder), compile_java(cls.folder)]
        cls.collector = subprocess.Popen(support.collector_arguments(cls.folder, "--metrics", cls.address) + ["--", *host],
                                         stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        cls.addClassCleanup(support.end, cls.collector)
        support.wait_until(lambda: (cls.folder / "ready").exists() or cls.collector.poll() is not None, "traffic of every kind")
        cls.truth = json.loads((cls.folder / "truth").read_text(encoding="ascii"))
        cls.answer = support.wait_until(cls.settled, "news of all that ended")

    @classmethod
    def settled(cls):
        """The answer, once what ended has passed the ring."""
        answer = json.loads(coverage(cls.address, "--json").stdout)
        rows = {row["pid"]: row for row in answer["processes"]}
        ended = [rows.get(cls.truth[name]["pid"]) for name in ("wget", "datagrams")]
        if not all(row and row["ended"] and row["bytes"] for row in ended):
            return None
        live = [rows.get(one["pid"]) for one in cls.truth.values() if "passed" in one]
        return answer if all(row and row["bytes"] for row in live) else None

    def row(self, name: str) -> dict:
        pid = self.truth[name]["pid"]
        return next(row for row in self.answer["processes"] if row["pid"] == pid)

    def stack(self, name: str, stack: str) -> dict:
        found = [one for one in self.row(name)["tls_stacks"] if one["stack"] == stack]
        self.assertEqual(len(found), 1, self.row(name))
        return found[0]

    def check_seen(self, name: str, stack: str, version: str):
        row = self.row(name)
        self.assertEqual((row["share"], row["not_seen"]), (1, []), row)
        self.assertEqual(row["sockets"]["ciphertext"], row["bytes"])
        self.assertEqual(row["tls_plaintext"]["copied"], row["tls_plaintext"]["passed"])
        found = self.stack(name, stack)
        self.assertTrue(found["probed"], found)
        self.assertRegex(found["version"], version)

    def check_opaque(self, name: str, why: str):
        row = self.row(name)
        self.assertEqual((row["seen"], row["share"]), (0, 0), row)
        self.assertEqual([part["what"] for part in row["not_seen"]], ["TLS"])
        self.assertEqual(row["not_seen"][0]["bytes"], row["bytes"])
        self.assertRegex(row["not_seen"][0]["why"], why)

    def test_servers_carried_what_their_clients_tcp_counted(self):
        for name in ("nginx", "node", "asyncio", "clear", "echo"):
            with self.subTest(name):
                self.assertEqual(self.row(name)["bytes"], self.truth[name]["passed"])

    def test_clients_carried_what_their_relay_counted(self):
        for name in ("wget", "stripped", "java"):
            with self.subTest(name):
                if name not in self.truth:
                    self.skipTest("no Java compiler")
                carried = self.truth[name]["passed"]
                self.assertLessEqual(self.row(name)["bytes"], carried)
                self.assertGreaterEqual(self.row(name)["bytes"], carried - LEFT_UNREAD)

    def test_nginx(self):
        self.check_seen("nginx", "OpenSSL", r"^OpenSSL \d")

    def test_node(self):
        self.check_seen("node", "OpenSSL", r"^OpenSSL \d")

    def test_asyncio(self):
        self.check_seen("asyncio", "OpenSSL", r"^OpenSSL \d")

    def test_wget_that_ended(self):
        self.assertTrue(self.row("wget")["ended"])
        self.check_seen("wget", "GnuTLS", r"^GnuTLS 3")

    def test_clear(self):
        row = self.row("clear")
        self.assertEqual((row["share"], row["sockets"]["copied"], row["not_seen"]), (1, row["bytes"], []))

    def test_not_http(self):
        row = self.row("echo")
        self.assertEqual(row["seen"], 0)
        self.assertEqual([part["what"] for part in row["not_seen"]], ["not HTTP", "not recognised"])

    def test_openssl_without_symbols(self):
        self.check_opaque("stripped", r"^OpenSSL( [0-9.a-z+]+)?: inside a program without symbols \(stripped\)")
        self.assertFalse(self.stack("stripped", "OpenSSL")["probed"])

    def test_java(self):
        if "java" not in self.truth:
            self.skipTest("no Java compiler")
        self.check_opaque("java", r"^JSSE of Java [0-9.]+: not supported$")
        self.assertIn(f"TLS of java (pid {self.truth['java']['pid']}): JSSE of Java", self.answer["total"]["line"])

    def test_what_passes_tls_on_has_no_stack(self):
        self.check_opaque("relay of wget", "^no TLS stack was recognised in it$")
        self.assertEqual(self.row("relay of wget")["bytes"], 2 * self.truth["wget"]["passed"])

    def test_udp(self):
        row = self.row("datagrams")
        self.assertEqual((row["udp_quic"], row["udp_other"], row["seen"]), (1000 + 200 + 50, 70, 0))
        self.assertEqual([(part["what"], part["why"]) for part in row["not_seen"]],
                         [("HTTP/3", "QUIC is not supported"), ("UDP", "")])

    def test_parts_add_up(self):
        rows = self.answer["processes"] + [self.answer["ended_processes"]]
        for row in rows:
            self.assertEqual(row["bytes"], row["seen"] + sum(part["bytes"] for part in row["not_seen"]), row)
            self.assertEqual(row["bytes"], row["sockets"]["passed"] + row["udp_quic"] + row["udp_other"])
        total = self.answer["total"]
        self.assertEqual((total["bytes"], total["seen"]), (sum(row["bytes"] for row in rows), sum(row["seen"] for row in rows)))
        self.assertRegex(total["line"], r"^\d+\.\d % of the bytes of \d+ processes; not seen: ")

    def test_command_and_port_say_the_same(self):
        self.assertEqual(json.loads(coverage(self.address, "--json").stdout), json.loads(served(self.address, "/coverage.json")))
        text = coverage(self.address)
        self.assertEqual((text.returncode, text.stderr), (0, ""))
        self.assertEqual(text.stdout, served(self.address, "/coverage"))
        self.assertEqual(text.stdout.splitlines()[-1], self.answer["total"]["line"])

    def test_nobody_answers(self):
        address = f"127.0.0.1:{support.free_ports(1)[0]}"
        done = coverage(address)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, f"apiarist: no collector answers at {address}: start it with --metrics {address}\n")

    def test_zz_the_run_ends_with_the_line(self):
        """Last: it ends the collector."""
        self.collector.stdin.close()
        errors = self.collector.stderr.read()
        self.assertEqual(self.collector.wait(), 0, errors)
        self.assertRegex(errors, r"\ncoverage: \d+\.\d % of the bytes of \d+ processes; not seen: .*stripped")
        self.assertRegex(errors, r", TLS NOT READ \d+, ")
        ledger = json.loads((self.folder / "ledger.json").read_text(encoding="ascii"))
        self.assertTrue(ledger["adds_up"], errors)
        self.assertGreaterEqual(ledger["socket_bytes_passed"] + ledger["udp_bytes_quic"] + ledger["udp_bytes_other"],
                                self.answer["total"]["bytes"])


if __name__ == "__main__":
    unittest.main()
