# SPDX-License-Identifier: Apache-2.0
"""`apiarist processor` between a real Apache Kafka and a real store: what is in the inventory at the end is the truth, to the last
record, although processors are killed, PostgreSQL is restarted and disks are full.

PROCESSOR_RECORDS says how many records; 1,000,000 take some minutes."""
import collections
import contextlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import broker  # noqa: E402
import postgres  # noqa: E402
import support  # noqa: E402

RECORDS = int(os.environ.get("PROCESSOR_RECORDS", "120000"))
PARTITIONS = 4
RESOURCES = ["orders", "users", "carts", "invoices", "payments"]


class Traffic:
    """Records, and what an inventory of them must say: (method, template, status) → how many."""

    def __init__(self, seed: int):
        self.source = random.Random(seed)
        self.truth = collections.Counter()
        self.now = int(time.time())

    def record(self) -> str:
        name, number = self.source.choice(RESOURCES), self.source.randrange(10**6)
        method, path, template, status = self.source.choice([
            ("GET", f"/api/{name}/{number}", f"/api/{name}/{{}}", 200), ("GET", f"/api/{name}?page={number}", f"/api/{name}", 200),
            ("POST", f"/api/{name}", f"/api/{name}", 201), ("DELETE", f"/api/{name}/{number}/items/{number}", f"/api/{name}/{{}}/items/{{}}", 204),
            ("GET", f"/api/{name}/{number}", f"/api/{name}/{{}}", 404)])
        self.truth[(method, template, status)] += 1
        return json.dumps({
            "path": path, "method": method, "type": "HTTP/1.1", "statusCode": str(status), "direction": "1", "time": str(self.now),
            "requestHeaders": json.dumps({"host": "shop.example", "authorization": "Bearer abc"}),
            "responseHeaders": json.dumps({"content-type": "application/json"}),
            "requestPayload": "", "responsePayload": json.dumps({"id": number, f"{name}_state": "open", "mail": "jane@example.org"}),
            "ip": "10.0.0.1:1000", "destIp": "10.0.0.2:80", "latency_us": "1000"})


def counts(rows) -> collections.Counter:
    return collections.Counter({(method, template, int(status)): int(requests) for method, template, status, requests in rows})


QUERY = ("SELECT e.method, e.template, h.status, SUM(h.calls) FROM hours h JOIN endpoints e ON e.id = h.endpoint_id "
         "WHERE e.merged_into = 0 AND h.seen_at <= 2 GROUP BY e.method, e.template, h.status")
TOTAL = "SELECT COALESCE(SUM(requests), 0) FROM endpoints WHERE merged_into = 0"


class Processor:
    def __init__(self, folder: pathlib.Path, name: str, address: str, inventory: str, environment: dict | None = None):
        self.errors = folder / f"{name}.err"
        self.ledger = folder / f"{name}.ledger"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [support.APIARIST, "processor", "--kafka", address, "--inventory", inventory, "--inventory-batch-time", "200ms", "--api", "127.0.0.1:0",
                 "--ledger", str(self.ledger)], stdin=subprocess.DEVNULL, stderr=errors, cwd=folder, env={**os.environ, **(environment or {})})

    def said(self) -> str:
        return self.errors.read_text(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self) -> dict:
        support.end(self.process)
        if self.process.returncode != 0:
            raise AssertionError(f"status {self.process.returncode}: {self.said()}")
        return json.loads(self.ledger.read_text())


class ProcessorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        broker.need()

    def setUp(self):
        self.folder = support.temporary_folder()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.start_broker("broker")
        self.traffic = Traffic(7)
        self.processors = []
        self.addCleanup(self.kill_all)

    def start_broker(self, name: str, settings: dict | None = None):
        self.broker = broker.Broker(self.folder / name, {"num.partitions": str(PARTITIONS), **(settings or {})})
        self.broker.start()
        self.addCleanup(self.broker.stop)

    def kill_all(self):
        for one in self.processors:
            if one.process.poll() is None:
                one.kill()

    def start(self, name: str, inventory: str, environment: dict | None = None) -> Processor:
        self.processors.append(Processor(self.folder, name, self.broker.address, inventory, environment))
        return self.processors[-1]

    def produce(self, records: int):
        path = self.folder / "records"
        with path.open("w") as out:
            for _ in range(records):
                out.write(self.traffic.record() + "\n")
        subprocess.run(["kcat", "-P", "-b", self.broker.address, "-t", broker.TOPIC, "-l", str(path), "-X", "linger.ms=50"], check=True,
                       stdin=subprocess.DEVNULL)

    def wait_for(self, total, least: int, what: str):
        def reached():
            for one in self.processors:
                if one.process.poll() not in (None, -9):
                    raise AssertionError(one.said())
            return total() >= least
        support.wait_until(reached, what, 300)

    def sqlite(self, folder: pathlib.Path, query: str) -> list:
        if not (folder / "inventory.db").exists():
            return []
        database = sqlite3.connect(f"file:{folder}/inventory.db?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError:  # no tables yet
            return []
        finally:
            database.close()

    def sqlite_total(self, folder: pathlib.Path) -> int:
        rows = self.sqlite(folder, TOTAL)
        return rows[0][0] if rows else 0

    def test_one_of_two_is_killed_and_postgresql_is_restarted(self):
        with postgres.postgres({"fsync": "on"}) as store:
            def ask(query: str) -> list:
                done = subprocess.run(["psql", store.url, "-At", "-F", "\t", "-c", query], capture_output=True, text=True, check=False)
                return [line.split("\t") for line in done.stdout.splitlines()]

            def total() -> int:
                rows = ask(TOTAL)
                return int(rows[0][0]) if rows else 0

            self.produce(RECORDS // 2)
            first, second = self.start("first", store.url), self.start("second", store.url)
            self.wait_for(total, RECORDS // 10, "the first records to be stored")
            first.kill()
            third = self.start("third", store.url)
            self.wait_for(total, RECORDS // 3, "a part of the records to be stored")
            store.stop("immediate")
            self.produce(RECORDS - RECORDS // 2)
            support.wait_until(lambda: "tried again" in second.said() + third.said(), "a processor to miss its store")
            store.start()
            self.wait_for(total, RECORDS, "all records to be stored")
            ledgers = [second.end(), third.end()]
            self.assertEqual(counts(ask(QUERY)), self.traffic.truth)
            self.assertEqual(total(), RECORDS)
            self.assertEqual([int(row[0]) for row in ask("SELECT SUM(next_offset) FROM offsets")], [RECORDS])
            support.log(f"\n{RECORDS} records; the two that lived stored {ledgers[0]['stored']} and {ledgers[1]['stored']}, the killed one the rest, after "
                        f"{sum(one['failures'] for one in ledgers)} failures; {sum(one['dropped'] for one in ledgers)} read again")

    def test_calls_that_are_seen_at_both_ends_are_counted_once_by_two_processors(self):
        # Both must be there before partitions are given to them: what is under way when they move counts twice.
        self.start_broker("patient", {"group.initial.rebalance.delay.ms": "10000"})
        with postgres.postgres() as store:
            def ask(query: str) -> list:
                done = subprocess.run(["psql", store.url, "-At", "-F", "\t", "-c", query], capture_output=True, text=True, check=False)
                return [line.split("\t") for line in done.stdout.splitlines()]
            many = subprocess.run([support.APIARIST, "run", "--kafka", self.broker.address, "--kafka-batch-time", "100ms", "--ring-bytes", "256M",
                                   "--", support.PYTHON, str(support.PEERS / "many.py"), "16", "200", "60"],
                                  capture_output=True, text=True, timeout=2 * support.PATIENCE_SECONDS, check=False)
            self.assertEqual(many.returncode, 0, many.stderr)
            calls = int(many.stdout)
            first, second = self.start("first", store.url), self.start("second", store.url)
            seen = "SELECT COALESCE(SUM(calls), 0) FROM hours"
            self.wait_for(lambda: int((ask(seen) or [[0]])[0][0]), 2 * calls, "both records of each call")
            ledgers = [one.end() for one in (first, second)]
            sums = ask("SELECT SUM(requests), SUM(requests_client) FROM endpoints WHERE merged_into = 0")
            self.assertEqual(sums, [[str(calls), str(calls)]], [one["stored"] for one in ledgers])
            self.assertEqual(ask("SELECT SUM(requests), SUM(requests_client) FROM traffic WHERE collection_id = 0 AND step = 3600"), sums)
            support.log(f"\n{calls} calls; the two stored {ledgers[0]['stored']} and {ledgers[1]['stored']} records")

    def test_a_processor_goes_on_where_one_was_killed(self):
        inventory = self.folder / "inventory"
        self.produce(20_000)
        first = self.start("first", str(inventory))
        self.wait_for(lambda: self.sqlite_total(inventory), 1, "the first records to be stored")
        first.kill()
        self.produce(1_000)
        second = self.start("second", str(inventory))
        self.wait_for(lambda: self.sqlite_total(inventory), 21_000, "all records to be stored")
        second.end()
        self.assertEqual(counts(self.sqlite(inventory, QUERY)), self.traffic.truth)

    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "apiarist-test", str(disk)], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(disk)], check=False)
        inventory = disk / "inventory"
        self.produce(5_000)
        processor = self.start("one", str(inventory))
        self.wait_for(lambda: self.sqlite_total(inventory), 5_000, "the first records to be stored")
        filler = disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as out:
            while True:
                out.write(bytes(4096))
        self.produce(5_000)
        support.wait_until(lambda: "full" in processor.said(), "the processor to say that the disk is full")
        self.assertIsNone(processor.process.poll())
        filler.unlink()
        self.wait_for(lambda: self.sqlite_total(inventory), 10_000, "all records to be stored")
        processor.end()
        self.assertEqual(counts(self.sqlite(inventory, QUERY)), self.traffic.truth)
        self.assertEqual(processor.said().count("tried again"), 1)
        self.assertIn("takes records again", processor.said())

    def test_the_group_is_the_one_that_the_variable_names(self):
        inventory = self.folder / "inventory"
        self.produce(50)
        processor = self.start("one", str(inventory), {"AKTO_KAFKA_GROUP_ID_CONFIG": "team"})
        self.wait_for(lambda: self.sqlite_total(inventory), 50, "the records to be stored")
        processor.end()
        left = {}
        for group in ("team", "another"):
            answer = subprocess.run(["kcat", "-q", "-e", "-b", self.broker.address, "-X", "auto.offset.reset=earliest", "-G", group, broker.TOPIC],
                                    stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
            left[group] = len(answer.stdout.splitlines())
        self.assertEqual(left, {"team": 0, "another": 50})

    def test_records_that_the_store_refuses_are_left_out(self):
        inventory = self.folder / "inventory"
        self.produce(10)
        processor = self.start("one", str(inventory))
        self.wait_for(lambda: self.sqlite_total(inventory), 10, "the first records to be stored")
        with contextlib.closing(sqlite3.connect(inventory / "inventory.db", timeout=30)) as database:
            database.execute("CREATE TRIGGER refuse BEFORE INSERT ON endpoints WHEN NEW.template LIKE '/refused/%' "
                             "BEGIN SELECT RAISE(ABORT, 'not this one'); END")
            database.commit()
        path = self.folder / "mixed"
        refused = Traffic(1)
        with path.open("w") as out:
            for number in range(5_000):
                out.write(self.traffic.record() + "\n")
                if number in (0, 1_234, 1_235, 4_999):
                    record = json.loads(refused.record())
                    out.write(json.dumps({**record, "path": "/refused/it"}) + "\n")
        subprocess.run(["kcat", "-P", "-b", self.broker.address, "-t", broker.TOPIC, "-l", str(path), "-X", "linger.ms=50"], check=True,
                       stdin=subprocess.DEVNULL)
        offsets = "SELECT COALESCE(SUM(next_offset), 0) FROM offsets"
        self.wait_for(lambda: self.sqlite(inventory, offsets)[0][0], 5_014, "all records to be passed")
        self.produce(100)
        self.wait_for(lambda: self.sqlite_total(inventory), 5_110, "what came behind them to be stored")
        ledger = processor.end()
        self.assertEqual(counts(self.sqlite(inventory, QUERY)), self.traffic.truth)
        self.assertEqual((ledger["stored"], ledger["refused"]), (5_110, 4), processor.said())
        self.assertEqual(processor.said().count("is left out"), 4, processor.said())

    def test_what_is_no_record_is_counted_and_passed(self):
        inventory = self.folder / "inventory"
        path = self.folder / "hostile"
        path.write_bytes(b"no json\n{\"path\":\"/a\"}\n" + b"[" * 50_000 + b"\n" + b'{"path":"/\xff","method":"GET"}\n' +
                         json.dumps(broker.INIT).encode() + b"\n")
        subprocess.run(["kcat", "-P", "-b", self.broker.address, "-t", broker.TOPIC, "-l", str(path)], check=True, stdin=subprocess.DEVNULL)
        self.produce(100)
        processor = self.start("one", str(inventory))
        self.wait_for(lambda: self.sqlite_total(inventory), 100, "the records to be stored")
        offsets = "SELECT COALESCE(SUM(next_offset), 0) FROM offsets"
        self.wait_for(lambda: self.sqlite(inventory, offsets)[0][0], 105, "the rest to be passed")
        ledger = processor.end()
        self.assertEqual((ledger["stored"], ledger["refused"], ledger["first_words"]), (100, 4, 1))


if __name__ == "__main__":
    unittest.main()
