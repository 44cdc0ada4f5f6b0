# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 in clear and under TLS, both sides captured: Node.js with all that a stream may carry, nginx with curl, and a hundred
thousand requests of h2load."""
import base64
import collections
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import bodies  # noqa: E402
import cases  # noqa: E402
import gopeers  # noqa: E402
import nginx  # noqa: E402
import rustpeers  # noqa: E402
import servers  # noqa: E402
import support  # noqa: E402

TRANSPORTS = ("clear", "tls")
H2LOAD_REQUESTS = 100_000
# Nothing may be lost before it is a record.
RING = ("--ring-bytes", "256M")


class Http2(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = support.Certificates(support.temporary_folder())

    def capture(self, servers: list[tuple[list[str], int]], clients: list[list[str]], *more: str) -> support.Capture:
        """Servers until their clients are done, all of them traced."""
        folder = support.temporary_folder()
        plan = {"servers": [{"command": command, "port": port} for command, port in servers], "clients": clients}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")], *more)
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        return result

    def node_case(self, records: list[dict], truth: dict, directions=("1", "2")):
        for direction in directions:
            found = [record for record in records if record["path"] == truth["path"] and record["direction"] == direction
                     and record["method"] == truth["method"]]
            self.assertEqual(len(found), 1, f"{truth['path']} of direction {direction}")
            record = found[0]
            where = f"{truth['path']} of direction {direction}"
            self.assertEqual((record["type"], record["capture"], record["statusCode"]),
                             ("HTTP/2", "complete", str(truth["status"])), where)
            self.assertEqual(support.payload(record, "requestPayload"), truth["body"].encode(), where)
            received = base64.b64decode(truth["received"])
            self.assertEqual(support.payload(record, "responsePayload"), received, where)
            if received:  # it says what the server was sent
                headers = json.loads(received)["headers"]
                headers["cookie"] = "k=1; l=2"
                seen = json.loads(record["requestHeaders"])
                self.assertTrue(seen.pop("host").startswith("localhost:"), where)
                self.assertEqual(seen, headers, where)

    def test_node(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                port = support.free_ports(1)[0]
                keys = [str(self.certificates.server[1]), str(self.certificates.server[0])] if transport == "tls" else []
                truth = support.temporary_folder() / "truth"
                ca = [str(self.certificates.ca)] if transport == "tls" else []
                script = str(support.PEERS / "http2.js")
                result = self.capture([(["node", script, "serve", str(port), *keys], port)],
                                      [["node", script, "ask", str(port), str(truth), *ca]])
                truths = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
                self.assertEqual(len(truths), 23)
                for one in truths:
                    self.node_case(result.records, one)
                self.assertEqual(len(result.records), 2 * len(truths), collections.Counter(r["path"] for r in result.records))
                self.assertEqual(support.addresses_mirror(result.records), [])
                self.assertEqual({bool(record["tls"]) for record in result.records}, {transport == "tls"})

    def test_nginx(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                folder = support.temporary_folder()
                port = support.free_ports(1)[0]
                tls = transport == "tls"
                command = nginx.command(folder, [f"127.0.0.1:{port} http2" + (" ssl" if tls else "")], sendfile=False,
                                        certificate=self.certificates.server if tls else None)
                urls = [f"{'https' if tls else 'http'}://localhost:{port}/small?{number}" for number in range(41)]
                to_nowhere = ["-o", "/dev/null"]
                # curl 7.88 fails by itself at the second request with prior knowledge.
                clients = ([["curl", "-sf", "--parallel", "--http2", "--cacert", str(self.certificates.ca), *urls, *to_nowhere * len(urls)]]
                           if tls else [["nghttp", "-n", *urls[:-1]], ["curl", "-sf", "--http2-prior-knowledge", urls[-1], *to_nowhere]])
                result = self.capture([(command, port)], clients)
                for direction in ("1", "2"):
                    seen = [record for record in result.records if record["direction"] == direction]
                    self.assertEqual(sorted(record["path"] for record in seen), sorted(f"/small?{number}" for number in range(41)))
                    self.assertEqual({(record["type"], record["capture"], record["statusCode"], len(record["responsePayload"]))
                                      for record in seen}, {("HTTP/2", "complete", "200", 1300)})

    def test_upgrade(self):
        """h2c: the first request is of HTTP/1.1, and its answer of HTTP/2, on stream 1."""
        folder = support.temporary_folder()
        server = servers.Server("apache_http2", folder, self.certificates, {})
        # Apache may send GOAWAY after the first answer, so each client asks once.
        names = [f"/small?{number}" for number in range(20)]
        ask = {"curl": ["curl", "-sf", "--http2", "-o", "/dev/null"], "nghttp": ["nghttp", "-nu"]}
        clients = [[*ask["nghttp" if number % 2 else "curl"], f"http://localhost:{server.port}{name}"]
                   for number, name in enumerate(names)]
        result = self.capture([(one["command"], one["port"]) for one in server.commands], clients)
        for direction in ("1", "2"):
            seen = [record for record in result.records if record["direction"] == direction]
            self.assertEqual(sorted(record["path"] for record in seen), sorted(names))
            self.assertEqual({(record["type"], record["capture"], record["statusCode"], record["responsePayload"]) for record in seen},
                             {("HTTP/1.1", "complete", "200", bodies.text("small", 1300).decode())})
        self.assertEqual(support.addresses_mirror(result.records), [])

    def test_hyper(self):
        peer, why = rustpeers.peer("release")
        if peer is None:
            self.skipTest(why)
        count = 300
        for transport in TRANSPORTS:
            with self.subTest(transport):
                port = support.free_ports(1)[0]
                tls = transport == "tls"
                keys = [str(part) for part in self.certificates.server] if tls else []
                security = ["1.3", str(self.certificates.ca)] if tls else []
                clients = [[str(peer), "ask", "http2", str(port), str(count), *security]]
                metrics = []
                if tls:  # the file is new, and large: its probes may be later than the first requests
                    address = f"127.0.0.1:{support.free_ports(1)[0]}"
                    metrics = ["--metrics", address]
                    clients.insert(0, [support.PYTHON, str(support.PEERS / "until_probed.py"), address, pathlib.Path(peer).name, "1"])
                result = self.capture([([str(peer), "serve-http2", str(port), "/", *keys], port)], clients, *RING, *metrics)
                truth = sorted((f"/orders/{number}", number * 397 % 40_000, f"{number * 397 % 40_000} bytes") for number in range(count))
                for direction in ("1", "2"):
                    # not the question of until_probed.py
                    seen = [record for record in result.records if record["direction"] == direction and record["path"] != "/coverage.json"]
                    self.assertEqual(sorted((record["path"], len(record["requestPayload"]), record["responsePayload"]) for record in seen),
                                     truth)
                    self.assertEqual({(record["type"], record["capture"], record["statusCode"]) for record in seen},
                                     {("HTTP/2", "complete", "200")})

    def test_go(self):
        peer, why = gopeers.newest()
        if peer is None:
            self.skipTest(why)
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        wanted = [case for case in cases.GO if case.kind != "close"]  # Connection: close is not of HTTP/2
        gopeers.write_cases(folder / "cases", wanted)
        go = ["env", "PEER_HTTP2=1", peer]
        result = self.capture([([*go, "serve", str(port), *map(str, self.certificates.server)], port)],
                              [[*go, "ask", str(port), str(folder / "cases"), "go", str(folder / "truth"), "20", "1.3", str(self.certificates.ca)]],
                              *RING)
        truths = [json.loads(line) for line in (folder / "truth").read_text(encoding="utf-8").splitlines()]
        self.assertEqual(len(truths), 20 * len(wanted))
        sent = sorted((one["path"], one["method"], str(one["status"]), one["request_body"] or "", one["response_body"] or "") for one in truths)
        for direction in ("1", "2"):
            seen = [record for record in result.records if record["direction"] == direction]
            self.assertEqual({(record["type"], record["capture"], bool(record["tls"])) for record in seen}, {("HTTP/2", "complete", True)})
            self.assertEqual(sorted((record["path"], record["method"], record["statusCode"],
                                     *(base64.b64encode(support.payload(record, key)).decode() for key in ("requestPayload", "responsePayload")))
                                    for record in seen), sent)

    def test_a_hundred_thousand_requests(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                folder = support.temporary_folder()
                (folder / "one.json").write_text('{"id": 1}', encoding="ascii")
                port = support.free_ports(1)[0]
                tls = transport == "tls"
                keys = [str(self.certificates.server[1]), str(self.certificates.server[0])] if tls else []
                server = ["nghttpd", "-d", str(folder), *([] if tls else ["--no-tls"]), str(port), *keys]
                client = ["h2load", "-n", str(H2LOAD_REQUESTS), "-c", "8", "-m", "100",
                          f"{'https' if tls else 'http'}://127.0.0.1:{port}/one.json"]
                result = self.capture([(server, port)], [client], *RING)
                captures = collections.Counter((record["direction"], record["path"], record["statusCode"], record["responsePayload"],
                                                record["capture"]) for record in result.records)
                support.log(f"\n{transport}: {len(result.records)} records, {result.ledger['records_incomplete']} incomplete")
                self.assertEqual(captures, {(direction, "/one.json", "200", '{"id": 1}', "complete"): H2LOAD_REQUESTS
                                            for direction in ("1", "2")})


if __name__ == "__main__":
    unittest.main()
