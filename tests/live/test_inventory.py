# SPDX-License-Identifier: Apache-2.0
"""`apiarist run --inventory`: what a service was asked while it was watched is in the inventory when the run ends."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import npmpeers  # noqa: E402
import postgres  # noqa: E402
import support  # noqa: E402
import test_operations  # noqa: E402

# method, template → requests that the server got, why it is folded away
SHOP = {("GET", "/users/{}"): (9, ""), ("GET", "/orders/{}"): (20, ""), ("POST", "/orders"): (5, ""), ("GET", "/no/such/thing"): (1, "unsuccessful"),
        ("GET", "/healthz"): (1, "health")}


class Inventory(unittest.TestCase):
    def setUp(self):
        self.folder = support.temporary_folder()
        self.addCleanup(shutil.rmtree, self.folder, True)

    def run_with(self, inventory: str, servers: list, clients: list, *more: str) -> dict:
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps({"servers": servers, "clients": clients}), encoding="utf-8")
        ledger = self.folder / "ledger.json"
        done = subprocess.run([support.APIARIST, "run", "--inventory", inventory, "--ledger", str(ledger), *more, "--", support.PYTHON,
                               str(support.PEERS / "scenario.py"), str(plan)], capture_output=True, text=True,
                              timeout=support.PATIENCE_SECONDS * 2, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        read = json.loads(ledger.read_text())
        self.assertTrue(read["adds_up"], done.stderr)
        self.assertEqual(read["records_delivered"], read["records"], done.stderr)
        return read

    def run_shop(self, inventory: str, *more: str) -> dict:
        port = support.free_ports(1)[0]
        shop = [support.PYTHON, str(support.PEERS / "shop.py")]
        return self.run_with(inventory, [{"command": [*shop, "serve", str(port)], "port": port}], [[*shop, "ask", str(port)]], *more)

    def sqlite(self, query: str) -> list:
        database = sqlite3.connect(f"file:{self.folder}/inventory/inventory.db?mode=ro", uri=True)
        self.addCleanup(database.close)
        return database.execute(query).fetchall()

    ENDPOINTS = ("SELECT method, template, requests - requests_client, folded FROM endpoints WHERE merged_into = 0 ORDER BY id")

    def test_a_shop(self):
        ledger = self.run_shop(str(self.folder / "inventory"))
        self.assertEqual(ledger["records"], 2 * sum(requests for requests, _ in SHOP.values()))
        self.assertEqual({(method, template): (requests, folded) for method, template, requests, folded in self.sqlite(self.ENDPOINTS)}, SHOP)
        self.assertEqual(self.sqlite("SELECT name FROM collections"), [("shop.example",)])
        self.assertEqual(dict(self.sqlite("SELECT template, sensitive FROM endpoints WHERE merged_into = 0 AND sensitive <> ''")),
                         {"/users/{}": "email", "/orders": "payment_card"})
        self.assertEqual(self.sqlite("SELECT DISTINCT auth, access FROM endpoints WHERE merged_into = 0"), [("bearer", "private")])
        schema = json.loads(self.sqlite("SELECT p.schema FROM parts p JOIN endpoints e ON e.id = p.endpoint_id WHERE e.template = '/orders/{}' "
                                        "AND e.merged_into = 0 AND part = 'response' AND status = 200")[0][0])
        self.assertEqual(set(schema["p"]), {"id", "state", "total"})
        self.assertEqual(schema["p"]["state"]["v"], ["open", "paid"])

    def test_samples_are_redacted_unless_that_is_off(self):
        inventory = self.folder / "inventory"
        for more, is_there in (([], False), (["--redact", "off"], True)):
            shutil.rmtree(inventory, ignore_errors=True)
            self.run_shop(str(inventory), *more)
            self.assertEqual((inventory / "inventory.db").stat().st_mode & 0o077, 0)
            stored = b"".join(path.read_bytes() for path in inventory.iterdir())
            for secret in (b"secret-of-the-shop", b"ann@example.org", b"4111111111111111"):
                self.assertEqual(secret in stored, is_there, (secret, more))

    def test_a_second_run_goes_on(self):
        for _ in range(2):
            self.run_shop(str(self.folder / "inventory"))
        self.assertEqual({(method, template): requests for method, template, requests, _ in self.sqlite(self.ENDPOINTS)},
                         {name: 2 * requests for name, (requests, _) in SHOP.items()})

    def test_into_postgresql(self):
        with postgres.postgres() as server:
            self.run_shop(server.url)
            done = subprocess.run(["psql", server.url, "-At", "-F", "\t", "-c", self.ENDPOINTS], capture_output=True, text=True, check=True)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        self.assertEqual({(method, template): (int(requests), folded) for method, template, requests, folded in rows}, SHOP)

    def test_operations_of_one_url_are_endpoints(self):
        modules, why = npmpeers.modules(*test_operations.PACKAGES)
        if modules is None:
            self.skipTest(why)
        port = support.free_ports(1)[0]
        peer = ["env", f"NODE_PATH={modules}", "node", str(support.PEERS / "operations.js")]
        ran = self.folder / "ran"
        self.run_with(str(self.folder / "inventory"), [{"command": [*peer, "serve", str(port), str(ran)], "port": port}],
                      [[*peer, "ask", str(port), str(ran)]])
        operations = {operation for (operation,) in self.sqlite("SELECT operation FROM endpoints WHERE merged_into = 0 AND operation <> ''")}
        wanted = set()
        for line in ran.read_text(encoding="utf-8").splitlines():
            _, protocol, kinds, names, fields = json.loads(line)
            for kind, name, asked in zip(kinds.split(", "), names.split(", "), fields.split(", ") if fields else [""] * 64):
                if protocol == "graphql":
                    wanted |= {f"{kind} {field}" for field in asked.split()}
                elif kind != "response":
                    wanted.add(f"{name} {asked}".strip() if protocol == "mcp" else name)
        self.assertEqual(operations, wanted)

    def test_impossible(self):
        for inventory, said in ((str(self.folder / "none" / "x"), "--inventory"), ("postgresql://127.0.0.1:1/x", "--inventory")):
            done = subprocess.run([support.APIARIST, "run", "--inventory", inventory, "--", "true"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
