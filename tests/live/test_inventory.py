# SPDX-License-Identifier: Apache-2.0
"""`apiarist run --inventory`: what a service was asked while it was watched is in the inventory when the run ends."""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import npmpeers  # noqa: E402
import postgres  # noqa: E402
import support  # noqa: E402
import test_operations  # noqa: E402

# method, template → requests, why it is folded away
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

    ENDPOINTS = ("SELECT method, template, requests, folded FROM endpoints WHERE merged_into = 0 ORDER BY id")

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

    def test_records_of_a_pipe_are_stored_while_it_is_open(self):
        inventory = self.folder / "inventory"
        record = {"path": "/orders/1", "method": "GET", "type": "HTTP/1.1", "statusCode": "200", "requestHeaders": json.dumps({"host": "shop"}),
                  "responseHeaders": "{}", "requestPayload": "", "responsePayload": "", "ip": "10.0.0.1:1", "destIp": "10.0.0.2:80",
                  "time": "1700000000"}
        with subprocess.Popen([support.APIARIST, "processor", "--records", "-", "--inventory", str(inventory)], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as processor:
            processor.stdin.write((json.dumps(record) + "\n") * 3)
            processor.stdin.flush()

            def stored():
                with contextlib.suppress(sqlite3.OperationalError):  # no file, or no tables yet
                    return self.sqlite("SELECT SUM(requests) FROM endpoints") == [(3,)]
            support.wait_until(stored, "the records to be stored")
            self.assertIsNone(processor.poll())
            self.assertEqual(list(pathlib.Path("/dev/shm").glob(f"*{processor.pid}")), [], "what a kill would leave behind")
            _, errors = processor.communicate()
        self.assertEqual(processor.returncode, 0, errors)

    def test_a_file_is_served_until_a_signal(self):
        records = self.folder / "records"
        records.write_text(json.dumps({"path": "/orders/1", "method": "GET", "statusCode": "200", "requestHeaders": json.dumps({"host": "shop"})}) + "\n",
                           encoding="utf-8")
        inventory = self.folder / "inventory"
        with subprocess.Popen([support.APIARIST, "processor", "--records", str(records), "--inventory", str(inventory), "--api", "127.0.0.1:0"],
                              stderr=subprocess.PIPE, text=True) as processor:
            try:
                said = ""
                for line in processor.stderr:
                    said += line
                    if "served until a signal" in line:
                        break
                else:
                    self.fail(f"it ended: {said}")
                self.assertIn("1 records stored", said)
                address = re.search(r"API at (http://127\.0\.0\.1:\d+)/", said).group(1)
                token = (inventory / "admin.token").read_text().strip()
                asked = urllib.request.Request(address + "/api/v1/endpoints", headers={"Authorization": f"Bearer {token}"})
                with urllib.request.urlopen(asked, timeout=support.PATIENCE_SECONDS) as answer:
                    self.assertEqual([item["template"] for item in json.load(answer)["items"]], ["/orders/{}"])
                asked.full_url = address + "/api/v1/collector"
                with urllib.request.urlopen(asked, timeout=support.PATIENCE_SECONDS) as answer:
                    self.assertEqual(json.load(answer)["mode"], "serve")
            finally:
                processor.terminate()
                _, errors = processor.communicate()
        self.assertEqual(processor.returncode, 0, errors)
        command = [support.APIARIST, "processor", "--inventory", str(inventory), "--records"]
        for more, variables in ((["-", "--api", "127.0.0.1:0"], {}), (["/dev/stdin", "--api", "127.0.0.1:0"], {}),
                                ([str(records)], {"APIARIST_API": "127.0.0.1:0"})):
            done = subprocess.run([*command, *more], input=records.read_bytes(), capture_output=True, env={**os.environ, **variables},
                                  timeout=support.PATIENCE_SECONDS, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"API at", done.stderr)

    def test_a_record_of_a_file_that_the_store_refuses_is_left_out(self):
        inventory = self.folder / "inventory"
        records = self.folder / "records"
        ledger = self.folder / "ledger.json"

        def read(paths: list) -> str:
            records.write_text("".join(json.dumps({"path": path, "method": "GET", "statusCode": "200", "requestHeaders": json.dumps({"host": "shop"})}) + "\n"
                                       for path in paths), encoding="utf-8")
            done = subprocess.run([support.APIARIST, "processor", "--records", str(records), "--inventory", str(inventory), "--ledger", str(ledger)],
                                  capture_output=True, text=True, timeout=support.PATIENCE_SECONDS, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stderr

        read(["/orders"])
        with contextlib.closing(sqlite3.connect(inventory / "inventory.db")) as database:
            database.execute("CREATE TRIGGER refuse BEFORE INSERT ON endpoints WHEN NEW.template LIKE '/refused/%' "
                             "BEGIN SELECT RAISE(ABORT, 'not this one'); END")
            database.commit()
        said = read(["/orders"] * 100 + ["/refused/\x9b2Jit"] + ["/users"] * 100)
        self.assertIn("record 101 (GET shop /refused/", said)
        self.assertNotIn("\x9b", said, "it would clear a terminal")
        self.assertEqual(self.sqlite(self.ENDPOINTS), [("GET", "/orders", 101, ""), ("GET", "/users", 100, "")])
        counts = json.loads(ledger.read_text())
        self.assertEqual({name: counts[name] for name in ("records", "stored", "refused", "dropped", "pending")},
                         {"records": 201, "stored": 200, "refused": 1, "dropped": 0, "pending": 0})

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


class Serving:
    """`apiarist ARGUMENTS` that serves an inventory, and what it answers."""

    def __init__(self, folder: pathlib.Path, arguments: list, environment: dict | None = None):
        self.errors = folder / "serving.err"
        self.token = ""
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen([support.APIARIST, *arguments], stdin=subprocess.DEVNULL, stderr=errors,
                                            env={**os.environ, **(environment or {})})

    def said(self) -> str:
        return self.errors.read_text(errors="replace")

    def wait_for(self, text: str) -> str:
        """The first group of a pattern in what it says."""
        def found():
            if self.process.poll() is not None and not re.search(text, self.said()):
                raise AssertionError(f"ended: {self.said()}")
            return re.search(text, self.said())
        return support.wait_until(found, text).group(1)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", int(self.wait_for(r"API at http://127\.0\.0\.1:(\d+)/api/v1")),
                                          timeout=support.PATIENCE_SECONDS)

    def open(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = self.connect()
        connection.request("GET", path, headers={**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **headers})
        return connection.getresponse()

    def ask(self, path: str) -> dict:
        answer = self.open(f"/api/v1/{path}")
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {body!r}")
        return json.loads(body)


class Events:
    """Server-sent events, one by one."""

    def __init__(self, answer: http.client.HTTPResponse):
        self.answer = answer

    def next(self) -> tuple:
        """Its name and data; comments are passed over."""
        name, data = "", ""
        while True:
            line = self.answer.readline().decode()
            if not line:
                raise AssertionError("the stream ended")
            line = line.rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data = line.removeprefix("data: ")
            elif not line and data:
                return name, json.loads(data)


class Served(unittest.TestCase):
    """The API and the dashboard beside a run, and of what it leaves."""

    def setUp(self):
        self.folder = support.temporary_folder()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.inventory = self.folder / "inventory"
        self.shop = support.free_ports(1)[0]

    def serve(self, arguments: list, environment: dict | None = None) -> Serving:
        serving = Serving(self.folder, arguments, environment)
        self.addCleanup(support.end, serving.process)
        return serving

    def run_shop(self, *more: str, environment: dict | None = None) -> Serving:
        serving = self.serve(["run", "--inventory", str(self.inventory), "--inventory-batch-time", "100ms", *more, "--", support.PYTHON,
                              str(support.PEERS / "shop.py"), "serve", str(self.shop)], environment)
        serving.wait_for("(collecting)")
        support.wait_for_port(self.shop)
        return serving

    def buy(self, path: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.shop)
        connection.request("GET", path, headers={"Host": "shop.example", "Authorization": "Bearer secret-of-the-shop"})
        connection.getresponse().read()
        connection.close()

    def read_token(self, role: str) -> str:
        return (self.inventory / f"{role}.token").read_text().strip()

    def check_dashboard(self, serving: Serving):
        """Its page, or that this build has none."""
        serving.token = ""
        page = serving.open("/", Accept="text/html")
        body = page.read()
        if "dashboard at" not in serving.said():
            self.assertEqual((page.status, page.getheader("Content-Type")), (404, "application/problem+json"))
            self.assertIn(b"no dashboard", body)
            return
        self.assertEqual((page.status, page.getheader("Content-Type")), (200, "text/html; charset=utf-8"))
        self.assertIn("script-src 'self'", page.getheader("Content-Security-Policy"))
        self.assertEqual(serving.open("/", **{"If-None-Match": page.getheader("ETag")}).status, 304)
        assets = re.findall(r'(?:src|href)="(/[^"]+)"', body.decode())
        self.assertTrue(any(path.startswith("/assets/") for path in assets), body)
        for path in assets:
            plain, packed = serving.open(path), serving.open(path, **{"Accept-Encoding": "gzip"})
            self.assertEqual((plain.status, packed.status), (200, 200), path)
            content = packed.read()
            if packed.getheader("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            self.assertEqual(content, plain.read(), path)

    def test_beside_a_run(self):
        serving = self.run_shop("--api", "127.0.0.1:0", environment={"APIARIST_REDACT_KEY": "key-of-the-test"})
        for role in ("reader", "admin"):
            self.assertEqual((self.inventory / f"{role}.token").stat().st_mode & 0o777, 0o600)
            serving.token = self.read_token(role)
            self.assertEqual(serving.ask("session"), {"name": role, "role": role})
        self.assertIn(f"cat {self.inventory}/admin.token", serving.said())

        users = Events(serving.open("/api/v1/live?search=USERS&status=2xx"))
        for path in ("/orders/1", "/users/nobody", "/users/ann?token=secret-of-the-shop"):
            self.buy(path)
        name, record = users.next()
        self.assertEqual((name, record["collection"], record["method"], record["status"]), ("record", "shop.example", "GET", 200))
        self.assertTrue(record["target"].startswith("/users/ann?token="), record)
        self.assertEqual(record["record"]["path"], record["target"])
        for secret in ("secret-of-the-shop", "ann@example.org"):
            self.assertNotIn(secret, json.dumps(record))
        users.answer.close()

        support.wait_until(lambda: serving.ask("status")["ingest"]["stored"] == 3, "three records in the store")
        collector = serving.ask("collector")
        self.assertEqual((collector["mode"], collector["not_ready"]), ("run", ""))
        counts = {one["name"]: one["value"] for one in collector["ledger"]}
        self.assertEqual((counts["requests"], counts["records_delivered"]), (3, 3))
        self.assertGreater(collector["coverage"]["total"]["seen"], 0)
        settings = {one["name"]: one for one in collector["settings"]}
        self.assertEqual((settings["api"]["value"], settings["api"]["source"]), ("127.0.0.1:0", "--api"))
        self.assertEqual((settings["redact-key"]["value"], settings["redact-key"]["source"]), ("…", "APIARIST_REDACT_KEY"))
        self.assertNotIn("key-of-the-test", json.dumps(collector))
        self.check_dashboard(serving)

        serving.token = self.read_token("reader")
        stream = serving.open("/api/v1/live")
        serving.process.terminate()
        self.assertEqual(serving.process.wait(), 128 + signal.SIGTERM, serving.said())  # of the command
        stream.read()  # to its end
        self.assertRegex(serving.said(), rf"the inventory has \d endpoints in 1 collection; to look at it: apiarist processor --inventory {self.inventory}\n")

    def test_what_a_run_left(self):
        run = self.run_shop("--api", "127.0.0.1:0")
        self.buy("/orders/1")
        support.end(run.process)
        serving = self.serve(["processor", "--inventory", str(self.inventory), "--api", "127.0.0.1:0"])
        serving.token = self.read_token("admin")
        self.assertEqual(serving.ask("status")["endpoints"], 1)
        collector = serving.ask("collector")
        self.assertEqual((collector["mode"], collector["ledger"], collector["coverage"]), ("serve", None, None))
        self.assertNotEqual(collector["not_ready"], "")
        self.check_dashboard(serving)
        support.end(serving.process)
        self.assertNotIn("records stored", serving.said(), "nothing was read")

    def test_a_port_that_is_taken_costs_a_run_nothing(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", 8686))
                taken.listen()
            except OSError:
                pass  # by another
            serving = self.run_shop()
            self.assertIn("127.0.0.1:8686 is taken", serving.said())
            self.assertNotIn("http://127.0.0.1:8686", serving.said())
            serving.token = self.read_token("admin")
            self.assertEqual(serving.ask("session")["role"], "admin")
            self.buy("/orders/1")
            support.end(serving.process)
        self.assertIn("the inventory has 1 endpoint", serving.said())
        asked = self.serve(["run", "--inventory", str(self.inventory), "--api", "", "--", "true"])
        self.assertEqual(asked.process.wait(), 0, asked.said())
        self.assertNotIn("API", asked.said())

    def test_an_inventory_that_is_not_there_is_an_error(self):
        serving = self.serve(["processor", "--inventory", str(self.inventory)])
        self.assertEqual(serving.process.wait(), 2, serving.said())
        self.assertIn("there is no inventory in", serving.said())
        self.assertFalse(self.inventory.exists())

    def test_nothing_to_do_is_an_error(self):
        self.inventory.mkdir()
        (self.inventory / "inventory.db").touch()
        serving = self.serve(["processor", "--inventory", str(self.inventory), "--api", ""])
        self.assertEqual(serving.process.wait(), 2, serving.said())


class Demonstration(unittest.TestCase):
    """script/run without arguments, on a terminal."""

    def test_its_dashboard_is_there_until_it_is_interrupted(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(str(support.ROOT / "script/run"), ["script/run"])
        said = ""
        try:
            while "nothing is read" not in said:
                said += os.read(terminal, 65536).decode(errors="replace")
            token = re.search(r"apiarist_[0-9a-f]{64}", said)
            port = re.search(r"API at http://127\.0\.0\.1:(\d+)/api/v1", said)
            self.assertTrue(token and port, said)
            connection = http.client.HTTPConnection("127.0.0.1", int(port[1]))

            def endpoints(query: str) -> list[dict]:
                connection.request("GET", f"/api/v1/endpoints?{query}", headers={"Authorization": f"Bearer {token[0]}"})
                return json.loads(connection.getresponse().read())["items"]
            everything = endpoints("folded=both")
            self.assertIn(("GET", "/orders/{}"), {(one["method"], one["template"]) for one in everything})
            served = re.search(r"(\d+) requests as the servers saw them", said)
            self.assertEqual(sum(one["requests"] for one in everything), int(served[1]), "each call is one request")
            self.assertEqual({one["template"] for one in endpoints("exposed=email")}, {"/customers"})
        finally:
            os.write(terminal, b"\x03")  # Ctrl-C
            with contextlib.suppress(OSError):  # its end
                while more := os.read(terminal, 65536):
                    said += more.decode(errors="replace")
            _, status = os.waitpid(pid, 0)
            os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, said)
        self.assertNotIn("to look at it", said, "the folder is gone")


if __name__ == "__main__":
    unittest.main()
