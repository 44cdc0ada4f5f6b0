# SPDX-License-Identifier: Apache-2.0
"""rustls with its symbols kept: hyper with tokio-rustls as server, rustls::Stream and tokio-rustls as clients, with curl and
Python: every exchange gives one record on each side that equals, byte for byte, what was sent and received."""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import cases  # noqa: E402
import rustpeers  # noqa: E402
import support  # noqa: E402

CONNECTIONS = 6
CASES = cases.RUST


class Rustls(unittest.TestCase):
    table: dict[tuple[str, str], str] = {}

    @classmethod
    def setUpClass(cls):
        made, why = rustpeers.peer("release")
        if made is None:
            raise unittest.SkipTest(why)
        cls.peer = str(made)
        cls.certificates = support.Certificates(support.temporary_folder())

    @classmethod
    def tearDownClass(cls):
        for (pair, version), cell in sorted(cls.table.items()):
            support.log(f"{pair:24} TLS {version} {cell}")

    def servers(self, peer: str, folder: pathlib.Path) -> dict[str, dict]:
        www = rustpeers.write_answers(folder)
        ports = support.free_ports(2)
        certificate = [str(part) for part in self.certificates.server]
        return {"rust": {"command": [peer, "serve", str(ports[0]), str(www), *certificate], "port": ports[0]},
                "python": {"command": [support.PYTHON, str(support.PEERS / "server.py"), str(ports[1]), *certificate],
                           "port": ports[1]}}

    def rust_client(self, peer: str, mode: str, version: str, port: int, folder: pathlib.Path) -> list[str]:
        return [peer, "ask", mode, str(port), str(folder), version, str(self.certificates.ca)]

    def client(self, client: str, version: str, port: int, folder: pathlib.Path, prefix: str) -> list[str]:
        if client in ("blocking", "tokio"):
            rustpeers.write_requests(folder / prefix, prefix, CONNECTIONS, CASES)
            return self.rust_client(self.peer, client, version, port, folder / prefix)
        return [support.PYTHON, str(support.PEERS / "client.py"), client, "RUST", prefix, str(folder / "truth"), str(port),
                "--tls", version, "--ca", str(self.certificates.ca)]

    def first_use(self, version: str, port: int, folder: pathlib.Path) -> list[str]:
        rustpeers.write_requests(folder / "first", "first", 1, CASES[:1])
        return [support.PYTHON, str(support.PEERS / "until_recorded.py"), str(folder / "out.ndjson"), "?id=first-",
                *self.rust_client(self.peer, "blocking", version, port, folder / "first")]

    def capture(self, folder: pathlib.Path, servers: list, clients: list) -> support.Capture:
        plan = folder / "plan.json"
        plan.write_text(json.dumps({"servers": servers, "clients": clients}), encoding="utf-8")
        return support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(plan)], "--ring-bytes",
                               str(256 << 20))

    def check(self, version: str):
        folder = support.temporary_folder()
        servers = self.servers(self.peer, folder)
        pairs = [("rust", "blocking"), ("rust", "tokio"), ("rust", "curl"), ("rust", "python"), ("python", "blocking"),
                 ("python", "tokio")]
        clients = [self.client(client, version, servers[server]["port"], folder, f"{server}.{client}")
                   for server, client in pairs]
        result = self.capture(folder, list(servers.values()),
                              [self.first_use(version, servers["rust"]["port"], folder), *clients])
        self.assertEqual(result.status, 0, result.errors)
        truths = [json.loads(line) for line in (folder / "truth").read_text().splitlines()]
        faults = []
        for server, client in pairs:
            prefix = f"{server}.{client}"
            rust = client in ("blocking", "tokio")
            mine = rustpeers.truths_of(folder / prefix) if rust else [one for one in truths if f"?id={prefix}-" in one["path"]]
            records = [record for record in result.records if f"?id={prefix}-" in record["path"]]
            self.assertEqual(len(mine), len(CASES) * (CONNECTIONS if rust else 1))
            found = support.compare(records, mine, ("1", "2")) + support.addresses_mirror(records)
            found += [f"{record['path']}: `tls` is wrong" for record in records if not record["tls"]]
            self.table[(f"{server} × {client}", version)] = f"{len(mine)} ok" if not found else f"{len(found)} faults"
            faults += found
        self.assertEqual(faults, [], "\n".join(faults[:20]))
        self.assertTrue(result.ledger["adds_up"], result.errors)

    def test_tls_1_2(self):
        self.check("1.2")

    def test_tls_1_3(self):
        self.check("1.3")

    def test_a_file_that_is_seen_through_two_mounts_is_told_of_once(self):
        """As that of an image in two containers: the kernel has one file, and each mount has its probes on it."""
        folder = support.temporary_folder()
        places = [folder / "one", folder / "other"]
        for path in (*places, folder / "lower", folder / "empty"):
            path.mkdir()
        shutil.copy(self.peer, folder / "lower" / "peer")
        mounts = "".join(f"mount -t overlay -o lowerdir={folder}/lower:{folder}/empty none {place} && " for place in places)
        one, other = (str(place / "peer") for place in places)
        server = self.servers(one, folder)["rust"]
        address = f"127.0.0.1:{support.free_ports(1)[0]}"
        clients = [[support.PYTHON, str(support.PEERS / "until_probed.py"), address, "peer", "2"]]
        for mode in ("blocking", "tokio"):
            rustpeers.write_requests(folder / mode, mode, CONNECTIONS, CASES)
            clients.append([one, *self.rust_client(self.peer, mode, "1.3", server["port"], folder / mode)[1:]])
        plan = folder / "plan.json"
        plan.write_text(json.dumps({"servers": [server, {"command": [other, "idle"], "port": None}], "clients": clients}))
        result = support.capture(folder, ["unshare", "-m", "sh", "-c", mounts + 'exec "$@"', "sh", support.PYTHON,
                                          str(support.PEERS / "scenario.py"), str(plan)], "--ring-bytes", str(256 << 20), "--metrics",
                                 address)
        self.assertEqual(result.status, 0, result.errors)
        truths = [one for mode in ("blocking", "tokio") for one in rustpeers.truths_of(folder / mode)]
        self.assertEqual(len(truths), 2 * len(CASES) * CONNECTIONS)
        records = [record for record in result.records if "?id=" in record["path"]]
        faults = support.compare(records, truths, ("1", "2"))
        self.assertEqual(faults, [], "\n".join(faults[:20]))
        self.assertTrue(result.ledger["adds_up"], result.errors)

    def test_a_program_with_a_loop_of_its_own_is_not_read_and_nothing_wrong_is_told_of_it(self):
        folder = support.temporary_folder()
        servers = self.servers(self.peer, folder)
        wanted = [case for case in CASES if len(case.body) < 1000]
        rustpeers.write_requests(folder / "loop", "loop", 2, wanted)
        port = servers["rust"]["port"]
        result = self.capture(folder, [servers["rust"]], [self.first_use("1.3", port, folder),
                                                          self.rust_client(self.peer, "loop", "1.3", port, folder / "loop")])
        self.assertEqual(result.status, 0, result.errors)
        truths = {one["path"]: one for one in rustpeers.truths_of(folder / "loop")}
        self.assertEqual(len(truths), 2 * len(wanted))
        for record in result.records:
            if record["path"] in truths and record["capture"] == "complete":
                self.assertEqual(support.differences(record, truths[record["path"]]), [])
        served = {record["path"] for record in result.of_direction("1")}
        self.assertEqual(served & set(truths), set(truths))
        self.assertGreater(result.ledger["loss_unread_calls"], 0)

    def left_behind(self, table: str) -> list:
        """What is in a table of the collector when a program has strayed in a thread that ended, and then used connections
        that are read and closed; it lives on."""
        folder = support.temporary_folder()
        server = self.servers(self.peer, folder)["python"]
        for part in ("loop", "blocking"):
            rustpeers.write_requests(folder / "ask" / part, part, 2, CASES[:2])
        asked = subprocess.Popen(server["command"])
        collector = None
        try:
            support.wait_for_port(server["port"])
            client = self.rust_client(self.peer, "both", "1.3", server["port"], folder / "ask")
            collector = subprocess.Popen(support.collector_arguments(folder) + ["--", *client], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.assertEqual(collector.stdout.readline(), "done\n")
            # The kernel's last word on a socket may come after its closing.
            support.wait_until(lambda: not support.tables(collector.pid, "connections")["connections"], "the end of connections")
            found = support.tables(collector.pid, table)[table]
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
            self.assertEqual(collector.returncode, 0, errors)
        finally:
            support.end(collector)
            support.end(asked)
        ledger = json.loads((folder / "ledger.json").read_text())
        self.assertGreater(ledger["loss_unread_calls"], 0)
        self.assertTrue(ledger["adds_up"], errors)
        return found

    def test_a_call_under_way_goes_with_its_thread(self):
        self.assertEqual(self.left_behind("rust_calls"), [])

    def test_sessions_end_with_their_sockets_after_a_stray_write(self):
        self.assertEqual(self.left_behind("tls_sessions"), [])

    def test_a_program_whose_functions_were_inlined_is_named_with_the_reason(self):
        whole, why = rustpeers.peer("whole")
        self.assertIsNotNone(whole, why)
        folder = support.temporary_folder()
        servers = self.servers(str(whole), folder)
        rustpeers.write_requests(folder / "ask", "ask", 1, CASES)
        result = self.capture(folder, [servers["rust"]],
                              [self.rust_client(str(whole), "blocking", "1.3", servers["rust"]["port"], folder / "ask")])
        self.assertEqual(result.status, 0, result.errors)
        self.assertEqual(result.records, [])
        self.assertIn("the compiler left no function for Writer::write", result.errors)


if __name__ == "__main__":
    unittest.main()
