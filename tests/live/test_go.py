# SPDX-License-Identifier: Apache-2.0
"""Go's crypto/tls, of several toolchains and ways to link, as server and as client, with itself, curl and Python: every
exchange gives one record on each side that equals, byte for byte, what was sent and received."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import cases  # noqa: E402
import gopeers  # noqa: E402
import support  # noqa: E402

GOROUTINES = 8
CASES = cases.GO


class Go(unittest.TestCase):
    table: dict[tuple[str, str], str] = {}

    @classmethod
    def setUpClass(cls):
        if gopeers.go() is None:
            raise unittest.SkipTest("Go is not on this machine")
        cls.certificates = support.Certificates(support.temporary_folder())

    @classmethod
    def tearDownClass(cls):
        for (what, pair), cell in sorted(cls.table.items()):
            support.log(f"{what:24} {pair:18} {cell}")

    def peer(self, version: str, kind: str) -> str:
        made, why = gopeers.peer(version, kind)
        if made is None:
            self.skipTest(why)
        return str(made)

    def server_command(self, server: str, peer: str, port: int) -> list[str]:
        certificate = [str(part) for part in self.certificates.server]
        if server == "go":
            return [peer, "serve", str(port), *certificate]
        return [support.PYTHON, str(support.PEERS / "server.py"), str(port), *certificate]

    def client_command(self, client: str, peer: str, port: int, folder: pathlib.Path, prefix: str) -> list[str]:
        truth = str(folder / "truth")
        if client == "go":
            return [peer, "ask", str(port), str(folder / "cases.json"), prefix, truth, str(GOROUTINES), "1.3",
                    str(self.certificates.ca)]
        return [support.PYTHON, str(support.PEERS / "client.py"), client, "GO", prefix, truth, str(port), "--tls",
                "1.2" if client == "curl" else "1.3", "--ca", str(self.certificates.ca)]

    def first_use(self, peer: str, port: int, folder: pathlib.Path) -> list[str]:
        gopeers.write_cases(folder / "first.json", CASES[:1])
        ask = [peer, "ask", str(port), str(folder / "first.json"), "first", str(folder / "first"), "1", "1.3", str(self.certificates.ca)]
        return [support.PYTHON, str(support.PEERS / "until_recorded.py"), str(folder / "out.ndjson"), "?id=first-", *ask]

    def check(self, version: str, kind: str):
        peer = self.peer(version, kind)
        folder = support.temporary_folder()
        gopeers.write_cases(folder / "cases.json", CASES)
        ports = dict(zip(("go", "python"), support.free_ports(2)))
        pairs = [("go", "go"), ("go", "curl"), ("go", "python"), ("python", "go")]
        plan = {"servers": [{"command": self.server_command(server, peer, port), "port": port}
                            for server, port in ports.items()],
                "clients": [self.first_use(peer, ports["go"], folder)] +
                           [self.client_command(client, peer, ports[server], folder, f"{server}.{client}")
                            for server, client in pairs]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        # Room for all of it: what is left out of a full ring is another test's matter.
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")],
                                 "--ring-bytes", str(256 << 20))
        self.assertEqual(result.status, 0, result.errors)
        truths = [json.loads(line) for line in (folder / "truth").read_text().splitlines()]
        faults = []
        for server, client in pairs:
            prefix = f"?id={server}.{client}-"
            mine = [one for one in truths if prefix in one["path"]]
            records = [record for record in result.records if prefix in record["path"]]
            self.assertEqual(len(mine), len(CASES) * (GOROUTINES if client == "go" else 1))
            found = support.compare(records, mine, ("1", "2")) + support.addresses_mirror(records)
            found += [f"{record['path']}: `tls` is wrong" for record in records if not record["tls"]]
            self.table[(f"{version} {kind}", f"{server} × {client}")] = (
                f"{len(mine)} ok" if not found else f"{len(found)} faults")
            faults += found
        strangers = [record["path"] for record in result.records if "?id=" not in record["path"]]
        self.assertEqual(strangers, [], "records that nobody asked for")
        self.assertEqual(faults, [], "\n".join(faults[:20]))
        self.assertTrue(result.ledger["adds_up"], result.errors)


def add(version: str, kind: str):
    def test(self):
        self.check(version, kind)
    name = f"test_{version}_{kind}".replace(".", "_").replace(" ", "_")
    setattr(Go, name, test)


for _version in gopeers.WANTED:
    for _kind in gopeers.KINDS:
        add(_version, _kind)

if __name__ == "__main__":
    unittest.main()
