# SPDX-License-Identifier: Apache-2.0
"""rustls with its symbols kept: hyper with tokio-rustls as server, rustls::Stream and tokio-rustls as clients, with curl and
Python: every exchange gives one record on each side that equals, byte for byte, what was sent and received."""
import base64
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import bodies  # noqa: E402
import cases  # noqa: E402
import rustpeers  # noqa: E402
import support  # noqa: E402

CONNECTIONS = 6
CASES = cases.RUST


def head_of(message: bytes) -> tuple[list[str], list[tuple[str, str]], bytes]:
    head, body = message.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    return first.split(" "), [tuple(part.strip() for part in line.split(":", 1)) for line in lines], body


def write_requests(folder: pathlib.Path, prefix: str, connections: int, wanted: list):
    for connection in range(connections):
        here = folder / str(connection)
        here.mkdir(parents=True)
        for number, case in enumerate(wanted):
            headers = [("Host", "localhost"), *case.headers]
            if case.body:
                headers.append(("Content-Length", str(len(case.body))))
            lines = [f"{case.method} /{case.kind}?id={prefix}-{connection}-{case.name} HTTP/1.1",
                     *(f"{name}: {value}" for name, value in headers)]
            (here / f"request-{number}").write_bytes("\r\n".join([*lines, "", ""]).encode() + case.body)


def truths_of(folder: pathlib.Path) -> list[dict]:
    found = []
    for file in folder.glob("*/request-*"):
        first, headers, body = head_of(file.read_bytes())
        answer, answer_headers, answer_body = head_of(file.with_name(file.name.replace("request", "answer")).read_bytes())
        found.append({"path": first[1], "method": first[0], "status": int(answer[1]), "request_headers": headers,
                      "response_headers": answer_headers, "request_body": base64.b64encode(body).decode(),
                      "response_body": base64.b64encode(answer_body).decode()})
    return found


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
        www = folder / "www"
        www.mkdir()
        for case in CASES:
            if case.method == "GET" and case.kind != "204":
                (www / case.kind).write_bytes(case.expected())
        (www / "plain").write_bytes(bodies.text("plain", 3000))
        ports = support.free_ports(2)
        certificate = [str(part) for part in self.certificates.server]
        return {"rust": {"command": [peer, "serve", str(ports[0]), *certificate, str(www)], "port": ports[0]},
                "python": {"command": [support.PYTHON, str(support.PEERS / "server.py"), str(ports[1]), *certificate],
                           "port": ports[1]}}

    def rust_client(self, peer: str, mode: str, version: str, port: int, folder: pathlib.Path) -> list[str]:
        return [peer, "ask", mode, str(port), str(self.certificates.ca), version, str(folder)]

    def client(self, client: str, version: str, port: int, folder: pathlib.Path, prefix: str) -> list[str]:
        if client in ("blocking", "tokio"):
            write_requests(folder / prefix, prefix, CONNECTIONS, CASES)
            return self.rust_client(self.peer, client, version, port, folder / prefix)
        return [support.PYTHON, str(support.PEERS / "client.py"), client, "RUST", prefix, str(folder / "truth"), str(port),
                "--tls", version, "--ca", str(self.certificates.ca)]

    def first_use(self, version: str, port: int, folder: pathlib.Path) -> list[str]:
        write_requests(folder / "first", "first", 1, CASES[:1])
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
            mine = truths_of(folder / prefix) if rust else [one for one in truths if f"?id={prefix}-" in one["path"]]
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

    def test_a_program_whose_functions_were_inlined_is_named_with_the_reason(self):
        whole, why = rustpeers.peer("whole")
        self.assertIsNotNone(whole, why)
        folder = support.temporary_folder()
        servers = self.servers(str(whole), folder)
        write_requests(folder / "ask", "ask", 1, CASES)
        result = self.capture(folder, [servers["rust"]],
                              [self.rust_client(str(whole), "blocking", "1.3", servers["rust"]["port"], folder / "ask")])
        self.assertEqual(result.status, 0, result.errors)
        self.assertEqual(result.records, [])
        self.assertIn("the compiler left no function for Writer::write", result.errors)


if __name__ == "__main__":
    unittest.main()
