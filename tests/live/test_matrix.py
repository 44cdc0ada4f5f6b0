# SPDX-License-Identifier: Apache-2.0
"""Server × client × transport: every exchange gives one record on each side that equals, byte for byte, what the client sent
and received. Prints the table; an empty cell names its reason."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import servers  # noqa: E402
import support  # noqa: E402

TRANSPORTS = {
    "clear": {},
    "TLS 1.2": {"tls": "1.2"},
    "TLS 1.3": {"tls": "1.3"},
    "mTLS 1.2": {"tls": "1.2", "mutual": True},
    "mTLS 1.3": {"tls": "1.3", "mutual": True},
}
CLIENTS = ("python", "curl", "pipelined", "wget", "asyncio", "libcurl-gnutls", "libcurl-nss", "node")
SERVERS = ("nginx", "python", "node", "uvicorn", "apache", "haproxy")
NSS_MUTUAL = "libcurl with NSS takes a client's key from a database of its own, not from a file"


def reason_against(client: str, transport: dict) -> str:
    """Why a cell is empty; empty: it is not."""
    return NSS_MUTUAL if client == "libcurl-nss" and transport.get("mutual") else ""


class Matrix(unittest.TestCase):
    table: dict[tuple[str, str, str], str] = {}

    @classmethod
    def setUpClass(cls):
        cls.folder = support.temporary_folder()
        cls.certificates = support.Certificates(cls.folder)

    @classmethod
    def tearDownClass(cls):
        rows = sorted({(server, client) for server, client, _ in cls.table})
        support.log("\n" + f"{'server × client':28}" + "".join(f"{name:>12}" for name in TRANSPORTS))
        for server, client in rows:
            support.log(f"{server + ' × ' + client:28}" +
                        "".join(f"{cls.table.get((server, client, name), '-'):>12}" for name in TRANSPORTS))
        support.log(f"- : {NSS_MUTUAL}")

    def client_command(self, client: str, port: int, case_list: str, prefix: str, truth: pathlib.Path,
                       transport: dict) -> list[str]:
        command = [support.PYTHON, str(support.PEERS / "client.py"), client, case_list, prefix, str(truth), str(port)]
        if transport:
            command += ["--tls", transport["tls"], "--ca", str(self.certificates.ca)]
        if transport.get("mutual"):
            command += ["--cert", str(self.certificates.client[0]), "--key", str(self.certificates.client[1])]
        return command

    @staticmethod
    def case_list(server: str, client: str, transport: dict) -> str:
        wanted = servers.CASES[server]
        if wanted != "EVERYTHING":
            return wanted
        # It closes after the last chunk and never reads what follows.
        if client == "wget" and not transport:
            return "WITHOUT_TRAILERS"
        # SSL_read_ex on memory, which asyncio calls, says the same of an end and of nothing to read yet: the record of a
        # response until close is "response_truncated" there. Python's server ends such a response without the alert that
        # GnuTLS wants to see.
        if transport and (client == "asyncio" or (server == "python" and client in ("wget", "libcurl-gnutls"))):
            return "WITH_ENDS"
        return wanted

    def check(self, server: str, transport_name: str):
        transport = TRANSPORTS[transport_name]
        folder = support.temporary_folder()
        truth = folder / "truth"
        asked = servers.Server(server, folder, self.certificates, transport)
        clients = [client for client in CLIENTS if not reason_against(client, transport)]
        # A process of Node.js while the other clients ask: so that its program is a known file when its own turn comes. How
        # soon a new one is probed is what bench/discovery.py measures.
        idle = {"command": ["node", "-e", "setInterval(() => 0, 1e6)"], "port": None}
        plan = {"servers": [idle, *asked.commands],
                "clients": [self.client_command(client, asked.port, self.case_list(server, client, transport), client, truth,
                                                transport)
                            for client in clients]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")])
        self.assertEqual(result.status, 0, result.errors)
        truths = [json.loads(line) for line in truth.read_text().splitlines()]
        faults = []
        for client in clients:
            mine = [one for one in truths if f"id={client}-" in one["path"]]
            # Behind a proxy every exchange is seen once more.
            records = [record for record in result.records
                       if f"id={client}-" in record["path"] and record["destIp"].endswith(f":{asked.port}")]
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


for _server in SERVERS:
    for _transport in TRANSPORTS:
        add(_server, _transport)

if __name__ == "__main__":
    unittest.main()
