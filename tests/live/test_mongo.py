# SPDX-License-Identifier: Apache-2.0
"""AKTO_MONGO_CONN against a server that is not ours: the traffic metrics that it gets, the header values that it gives, and that its
absence costs a line and nothing else."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mongo  # noqa: E402
import support  # noqa: E402

STEPS = str(support.PEERS / "steps.py")
DAY, HOUR = 86400, 3600


class Mongo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            mongo.binary()
        except mongo.Unavailable as why:
            raise unittest.SkipTest(str(why)) from why

    def setUp(self):
        self.folder = support.temporary_folder()
        self.server = mongo.Server(self.folder)
        self.peer = subprocess.Popen([support.PYTHON, STEPS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.collector = None

    def tearDown(self):
        support.end(self.collector)
        support.end(self.peer)
        self.server.stop()

    def collect(self, address: str, *more: str):
        arguments = support.collector_arguments(self.folder, "--pid", str(self.peer.pid), "--mongo-interval", "200ms", *more)
        self.errors = (self.folder / "errors").open("w+", encoding="utf-8")
        self.collector = subprocess.Popen(arguments, stderr=self.errors, text=True, env={**os.environ, "AKTO_MONGO_CONN": address})
        support.wait_until(lambda: "collecting" in self.said(), "the collector")

    def said(self) -> str:
        return (self.folder / "errors").read_text(encoding="utf-8")

    def exchange(self, count: int):
        self.peer.stdin.write(f"{count}\n")
        self.peer.stdin.flush()
        self.assertEqual(self.peer.stdout.readline(), "done\n")

    def finish(self) -> dict:
        support.end(self.peer)
        self.assertEqual(self.collector.wait(timeout=support.PATIENCE_SECONDS), 0, self.said())
        self.errors.close()
        ledger = json.loads((self.folder / "ledger.json").read_text())
        self.assertTrue(ledger["adds_up"])
        return ledger

    def metrics(self) -> dict[str, dict]:
        """By name: the document, of which there is one each, since one client asks one host."""
        found = list(self.server.database().traffic_metrics.find())
        self.assertEqual(len(found), len({one["_id"]["name"] for one in found}))
        return {one["_id"]["name"]: one for one in found}

    def total(self, name: str) -> int:
        return sum(self.metrics().get(name, {"countMap": {}})["countMap"].values())

    def test_traffic_is_counted_by_client_and_host_and_hour(self):
        self.server.start()
        before = time.time()
        self.collect(self.server.uri())
        self.exchange(10)
        support.wait_until(lambda: self.total("OUTGOING_REQUESTS_MIRRORING") == 20, "the first counts")
        self.exchange(5)
        ledger = self.finish()
        self.assertEqual(self.total("OUTGOING_REQUESTS_MIRRORING"), 30)
        self.assertEqual(ledger["records_delivered"], 30)
        metrics = self.metrics()
        days = {int(moment // DAY) for moment in (before, time.time())}
        hours = {str(int(moment // HOUR)) for moment in (before, time.time())}
        self.assertEqual(set(metrics), {"INCOMING_PACKETS_MIRRORING", "OUTGOING_PACKETS_MIRRORING", "OUTGOING_REQUESTS_MIRRORING"})
        for one in metrics.values():
            self.assertEqual((one["_id"]["ip"], one["_id"]["host"], one["_id"]["vxlanID"]), ("127.0.0.1", "localhost", 0))
            self.assertIn(one["_id"]["bucketStartEpoch"], days)
            self.assertEqual(one["_id"]["bucketEndEpoch"], one["_id"]["bucketStartEpoch"] + 1)
            self.assertLessEqual(set(one["countMap"]), hours)
        self.assertGreater(self.total("INCOMING_PACKETS_MIRRORING"), 30 * 4000)  # bytes of bodies alone
        self.assertEqual(self.total("INCOMING_PACKETS_MIRRORING"), self.total("OUTGOING_PACKETS_MIRRORING"))

    def test_header_values_filter_and_may_change(self):
        self.server.start()
        settings = self.server.database().accounts_settings
        settings.insert_one({"_id": 1000000, "filterHeaderValueMap": {"Host": "elsewhere", "X-Team": "retail"}})
        (self.port,) = support.free_ports(1)
        self.collect(self.server.uri(), "--metrics", f"127.0.0.1:{self.port}")
        # What it wants is read at the start; how soon is not promised. The ledger of now tells.
        support.wait_until(self.filters, "a request that is left out")
        settings.update_one({"_id": 1000000}, {"$set": {"filterHeaderValueMap": {"host": "LOCALHOST"}}})
        filtered = len(self.records())

        def passes() -> bool:
            self.exchange(1)
            return len(self.records()) > filtered
        support.wait_until(passes, "a request that passes again")
        ledger = self.finish()
        self.assertGreater(ledger["filtered_header_value"], 0)
        self.assertEqual(ledger["records"], ledger["filtered_header_value"] + ledger["records_delivered"])
        support.log(f"\n{ledger['filtered_header_value']} left out, {ledger['records_delivered']} passed")

    def filters(self) -> bool:
        self.exchange(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=support.PATIENCE_SECONDS) as answer:
            return re.search(r"^apiarist_filtered_header_value_total [1-9]", answer.read().decode(), re.MULTILINE) is not None

    def records(self) -> list[dict]:
        path = self.folder / "out.ndjson"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    def test_a_server_that_comes_late_gets_all_counts(self):
        self.collect(self.server.uri())
        support.wait_until(lambda: "mongo:" in self.said(), "a word that it is not there")
        self.exchange(10)
        self.server.start()
        support.wait_until(lambda: self.total("OUTGOING_REQUESTS_MIRRORING") == 20, "the counts")
        support.wait_until(lambda: "it answers again" in self.said(), "a word that it is there")
        self.server.stop()
        support.wait_until(lambda: self.said().count("it is tried again") == 2, "a word that it went away")
        self.exchange(10)
        self.server.start()
        support.wait_until(lambda: self.total("OUTGOING_REQUESTS_MIRRORING") == 40, "the counts of the time without it")
        ledger = self.finish()
        self.assertEqual(ledger["records_delivered"], 40)
        self.assertEqual(self.said().count("mongo:"), 4, self.said())  # two absences, two returns: no line for each try

    def test_a_server_that_never_comes_delays_nothing(self):
        self.collect(self.server.uri())
        self.exchange(10)
        ledger = self.finish()
        self.assertEqual(ledger["records_delivered"], 20)
        self.assertEqual(self.said().count("mongo:"), 1, self.said())

    def test_a_server_that_stops_answering_does_not_hold_the_end(self):
        self.server.start()
        self.collect(self.server.uri())
        self.exchange(10)
        support.wait_until(lambda: self.total("OUTGOING_REQUESTS_MIRRORING") == 20, "the first counts")
        self.server.process.send_signal(signal.SIGSTOP)
        try:
            self.exchange(10)
            ledger = self.finish()  # its bound is far below the five minutes that the library would wait
        finally:
            self.server.process.send_signal(signal.SIGCONT)
        self.assertEqual(ledger["records_delivered"], 40)

    def test_a_wrong_password_is_said_and_not_shown(self):
        folder = self.folder / "login"
        folder.mkdir()
        self.server = mongo.Server(folder, "shop", "rightsecret")
        self.server.start()
        self.collect(self.server.uri("wrongsecret"))
        support.wait_until(lambda: "mongo:" in self.said(), "a word about it")
        self.exchange(2)
        ledger = self.finish()
        self.assertEqual(ledger["records_delivered"], 4)
        self.assertIn("uthentication", self.said())
        for path in self.folder.iterdir():
            if path.is_file() and path.name != "mongo.log":
                self.assertNotIn("wrongsecret", path.read_text(encoding="utf-8", errors="replace"), path.name)
        shown = subprocess.run([support.APIARIST, "config"], capture_output=True, text=True, check=True,
                               env={**os.environ, "AKTO_MONGO_CONN": self.server.uri("wrongsecret")})
        self.assertNotIn("wrongsecret", shown.stdout + shown.stderr)

    def test_a_placeholder_that_nobody_replaced_is_said_and_left(self):
        self.collect("<AKTO_MONGO_CONN>")
        self.exchange(1)
        self.assertEqual(self.finish()["records_delivered"], 2)
        self.assertIn("AKTO_MONGO_CONN: no MongoDB address (mongodb://HOST:PORT/...); it goes on without", self.said())

    def test_the_references_default_means_none(self):
        self.collect("mongodb://0.0.0.0:27017/admini")
        self.exchange(1)
        self.assertEqual(self.finish()["records_delivered"], 2)
        self.assertNotIn("mongo", self.said().lower())


if __name__ == "__main__":
    unittest.main()
