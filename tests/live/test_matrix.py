# SPDX-License-Identifier: Apache-2.0
"""Server × client × transport: every exchange gives one record on each side that equals, byte for byte, what the client sent
and received. Prints the table."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import bodies  # noqa: E402
import cases  # noqa: E402
import nginx  # noqa: E402
import support  # noqa: E402

TRANSPORTS = {
    "clear": {},
    "TLS 1.2": {"tls": "1.2"},
    "TLS 1.3": {"tls": "1.3"},
    "mTLS 1.2": {"tls": "1.2", "mutual": True},
    "mTLS 1.3": {"tls": "1.3", "mutual": True},
}
CLIENTS = ("python", "curl", "pipelined")
NO_NODE_TLS = "Node's own OpenSSL is inside its binary, not a libssl: a TLS stack of its own"


class Matrix(unittest.TestCase):
    table: dict[tuple[str, str, str], str] = {}

    @classmethod
    def setUpClass(cls):
        cls.folder = support.temporary_folder()
        cls.certificates = support.Certificates(cls.folder)

    @classmethod
    def tearDownClass(cls):
        rows = sorted({(server, client) for server, client, _ in cls.table})
        support.log("\n" + f"{'server × client':24}" + "".join(f"{name:>12}" for name in TRANSPORTS))
        for server, client in rows:
            support.log(f"{server + ' × ' + client:24}" +
                        "".join(f"{cls.table.get((server, client, name), '-'):>12}" for name in TRANSPORTS))
        support.log(f"- : {NO_NODE_TLS}")

    def server_command(self, server: str, folder: pathlib.Path, port: int, transport: dict) -> list[str]:
        tls = bool(transport)
        if server == "nginx":
            certificate = self.certificates.server if tls else None
            return nginx.command(folder, [f"127.0.0.1:{port}" + (" ssl" if tls else "")], certificate=certificate,
                                 client_ca=self.certificates.ca if transport.get("mutual") else None)
        here = folder / "server"
        here.mkdir(exist_ok=True)
        (here / "body.br").write_bytes(nginx.brotli(bodies.text("br", 3000), folder))
        name = "server.js" if server == "node" else "server.py"
        for needed in (name, "bodies.py"):
            (here / needed).write_bytes((support.PEERS / needed).read_bytes())
        if server == "node":
            return ["node", str(here / name), str(port)]
        command = [support.PYTHON, str(here / name), str(port)]
        if tls:
            command += [str(part) for part in self.certificates.server]
        if transport.get("mutual"):
            command.append(str(self.certificates.ca))
        return command

    def client_command(self, client: str, port: int, case_list: str, prefix: str, truth: pathlib.Path,
                       transport: dict) -> list[str]:
        command = [support.PYTHON, str(support.PEERS / "client.py"), client, case_list, prefix, str(truth), str(port)]
        if transport:
            command += ["--tls", transport["tls"], "--ca", str(self.certificates.ca)]
        if transport.get("mutual"):
            command += ["--cert", str(self.certificates.client[0]), "--key", str(self.certificates.client[1])]
        return command

    def check(self, server: str, transport_name: str):
        transport = TRANSPORTS[transport_name]
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        truth = folder / "truth"
        case_list = "FILES" if server == "nginx" else "EVERYTHING"
        plan = {"servers": [{"command": self.server_command(server, folder, port, transport), "port": port}],
                "clients": [self.client_command(client, port, case_list, client, truth, transport) for client in CLIENTS]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")])
        self.assertEqual(result.status, 0, result.errors)
        truths = [json.loads(line) for line in truth.read_text().splitlines()]
        faults = []
        for client in CLIENTS:
            mine = [one for one in truths if f"id={client}-" in one["path"]]
            records = [record for record in result.records if f"id={client}-" in record["path"]]
            self.assertGreater(len(mine), 2)
            found = support.compare(records, mine, ("1", "2")) + support.addresses_mirror(records)
            tls_wrong = [record["path"] for record in records if bool(record["tls"]) != bool(transport)]
            found += [f"{path}: `tls` is wrong" for path in tls_wrong]
            self.table[(server, client, transport_name)] = f"{len(mine)} ok" if not found else f"{len(found)} faults"
            faults += found
        strangers = [record["path"] for record in result.records if "?id=" not in record["path"]]
        self.assertEqual(strangers, [], "records that nobody asked for")
        self.assertEqual(faults, [], "\n".join(faults[:20]))
        self.assertTrue(result.ledger["adds_up"], result.errors)


def add(server: str, transport: str):
    def test(self):
        self.check(server, transport)
    name = f"test_{server}_{transport.replace(' ', '_').replace('.', '_').lower()}"
    setattr(Matrix, name, test)


for _server in ("nginx", "python", "node"):
    for _transport in TRANSPORTS:
        if _server == "node" and _transport != "clear":
            continue
        add(_server, _transport)

if __name__ == "__main__":
    unittest.main()
