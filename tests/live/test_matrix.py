# SPDX-License-Identifier: Apache-2.0
"""Server × client × transport: every exchange gives one record on each side that equals, byte for byte, what the client sent
and received. Prints the table; an empty cell names its reason."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import cases  # noqa: E402
import gopeers  # noqa: E402
import rustpeers  # noqa: E402
import servers  # noqa: E402
import support  # noqa: E402

TRANSPORTS = {
    "clear": {},
    "TLS 1.2": {"tls": "1.2"},
    "TLS 1.3": {"tls": "1.3"},
    "mTLS 1.2": {"tls": "1.2", "mutual": True},
    "mTLS 1.3": {"tls": "1.3", "mutual": True},
}
RUST = {"rustls": "blocking", "tokio-rustls": "tokio"}  # the client's mode
CLIENTS = ("python", "curl", "pipelined", "wget", "asyncio", "libcurl-gnutls", "libcurl-nss", "node", "go", *RUST)
SERVERS = ("nginx", "python", "node", "uvicorn", "apache", "haproxy", "go", "rust")
WGET_MUTUAL = "wget gives a server of Go no certificate under TLS 1.3, nothing attached"
NSS_MUTUAL = "libcurl with NSS takes a client's key from a database of its own, not from a file"


def reason_against(server: str, client: str, transport: dict) -> str:
    """Why a cell is empty; empty: it is not."""
    if client == "libcurl-nss" and transport.get("mutual"):
        return NSS_MUTUAL
    if (server, client, transport.get("mutual"), transport.get("tls")) == ("go", "wget", True, "1.3"):
        return WGET_MUTUAL
    return servers.reason_against("rust" if client in RUST else client)


def wanted_cases(server: str, client: str, transport: dict) -> list:
    wanted = getattr(cases, servers.CASES[server])
    # It closes after the last chunk and never reads what follows.
    if client == "wget" and not transport:
        wanted = [case for case in wanted if case.kind != "chunked"]
    # SSL_read_ex on memory, which asyncio calls, says the same of an end and of nothing to read yet: the record of a
    # response until close is "response_truncated" there. Python's server ends such a response without the alert that
    # GnuTLS wants to see.
    if transport and (client == "asyncio" or (server == "python" and client in ("wget", "libcurl-gnutls"))):
        wanted = [case for case in wanted if case.kind != "close"]
    # Apache's scripts answer in chunks, and this client knows lengths alone.
    if client in RUST and server == "apache":
        wanted = [case for case in wanted if case.method != "POST"]
    able = {"go": cases.GO, **dict.fromkeys(RUST, cases.RUST)}.get(client, wanted)
    return [case for case in wanted if case.name in {one.name for one in able}]


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
        reasons = {reason_against(server, client, transport)
                   for server in SERVERS for client in CLIENTS for transport in TRANSPORTS.values()}
        for reason in sorted((reasons | {servers.reason_against(server) for server in SERVERS}) - {""}):
            support.log(f"- : {reason}")

    def python_tls(self, transport: dict) -> list[str]:
        words = ["--tls", transport["tls"], "--ca", str(self.certificates.ca)] if transport else []
        if transport.get("mutual"):
            words += ["--cert", str(self.certificates.client[0]), "--key", str(self.certificates.client[1])]
        return words

    def client_command(self, client: str, port: int, server: str, folder: pathlib.Path, transport: dict) -> list[str]:
        wanted = wanted_cases(server, client, transport)
        certificate = [str(part) for part in self.certificates.client] if transport.get("mutual") else []
        words = [transport["tls"], str(self.certificates.ca), *certificate] if transport else []
        if client == "go":
            gopeers.write_cases(folder / "cases.json", wanted)
            return [gopeers.newest()[0], "ask", str(port), str(folder / "cases.json"), client, str(folder / "truth"), "2", *words]
        if client in RUST:
            rustpeers.write_requests(folder / client, client, 2, wanted)
            return [str(rustpeers.peer("release")[0]), "ask", RUST[client], str(port), str(folder / client), *words]
        case_list = f"{servers.CASES[server]}:{','.join(case.name for case in wanted)}"
        return [support.PYTHON, str(support.PEERS / "client.py"), client, case_list, client, str(folder / "truth"), str(port),
                *self.python_tls(transport)]

    def first_use(self, port: int, server: str, folder: pathlib.Path, transport: dict) -> list[str]:
        """Asks until the server's probes are seen to stand."""
        command = [support.PYTHON, str(support.PEERS / "client.py"), "python", f"{servers.CASES[server]}:plain", "first",
                   str(folder / "first"), str(port), *self.python_tls(transport)]
        return [support.PYTHON, str(support.PEERS / "until_recorded.py"), str(folder / "out.ndjson"), "?id=first-", *command]

    @staticmethod
    def idle(clients: list[str]) -> list[dict]:
        """Processes that live while other clients ask: so that their programs are known files when their own turn comes. How
        soon a new one is probed is what bench/discovery.py measures."""
        commands = [["node", "-e", "setInterval(() => 0, 1e6)"]]
        if "go" in clients:
            commands.append([gopeers.newest()[0], "idle"])
        if "rustls" in clients:
            commands.append([str(rustpeers.peer("release")[0]), "idle"])
        return [{"command": command, "port": None} for command in commands]

    def check(self, server: str, transport_name: str):
        if why := servers.reason_against(server):
            self.skipTest(why)
        transport = TRANSPORTS[transport_name]
        folder = support.temporary_folder()
        asked = servers.Server(server, folder, self.certificates, transport)
        clients = [client for client in CLIENTS if not reason_against(server, client, transport)]
        plan = {"servers": [*self.idle(clients), *asked.commands],
                "clients": [self.first_use(asked.port, server, folder, transport),
                            *(self.client_command(client, asked.port, server, folder, transport) for client in clients)]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")])
        self.assertEqual(result.status, 0, result.errors)
        truths = [json.loads(line) for line in (folder / "truth").read_text().splitlines()]
        for client in set(RUST) & set(clients):
            truths += rustpeers.truths_of(folder / client)
        faults = []
        for client in clients:
            mine = [one for one in truths if f"id={client}-" in one["path"]]
            # Behind a proxy every exchange is seen once more.
            records = [record for record in result.records
                       if f"id={client}-" in record["path"] and record["destIp"].endswith(f":{asked.port}")]
            wanted = 3 if client == "pipelined" else len(wanted_cases(server, client, transport))
            self.assertEqual(len(mine), wanted * (2 if client == "go" or client in RUST else 1))
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
