# SPDX-License-Identifier: Apache-2.0
"""Records through a real Apache Kafka to a consumer that is not ours, with the broker there, late, gone for a while, and with a
queue that is too small. Ledger and consumer must agree each time."""
import collections
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import akto_consumer  # noqa: E402
import broker  # noqa: E402
import many  # noqa: E402
import support  # noqa: E402

MANY = str(support.PEERS / "many.py")
STEPS = str(support.PEERS / "steps.py")


class Kafka(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        broker.need()

    def setUp(self):
        self.folder = support.temporary_folder()
        self.broker = broker.Broker(self.folder)

    def tearDown(self):
        if self.broker.process is not None:
            self.broker.stop()

    def collector(self, *more: str) -> list[str]:
        return [support.APIARIST, "run", "--kafka", self.broker.address, "--ledger", str(self.folder / "ledger.json"),
                "--kafka-batch-time", "100ms", "--ring-bytes", "256M", *more]

    def ledger(self) -> dict:
        return json.loads((self.folder / "ledger.json").read_text())

    def delivered(self) -> list[dict]:
        """The records, without the first one, which every collector sends."""
        consumed = self.broker.consume()
        payloads = [json.loads(one["payload"]) for one in consumed]
        self.assertEqual(payloads.count(broker.INIT), 1)
        self.assertEqual(akto_consumer.complaints([one["payload"] for one in consumed if json.loads(one["payload"]) != broker.INIT]), [])
        self.partitions = collections.defaultdict(set)  # by connection
        for one in consumed:
            record = json.loads(one["payload"])
            if record != broker.INIT:
                self.assertEqual(one["key"], record["ip"])
                self.partitions[one["key"]].add(one["partition"])
        self.headers = {json.loads(one["payload"]).get("path"): one.get("headers") for one in consumed}
        return [one for one in payloads if one != broker.INIT]

    def agree(self, exchanges: int, ledger: dict, records: list[dict]):
        self.assertTrue(ledger["adds_up"])
        self.assertEqual(ledger["records"], 2 * exchanges)
        self.assertEqual(ledger["records_delivered"], len(records))
        shown = collections.Counter((record["direction"], record["path"]) for record in records)
        self.assertEqual(set(shown.values()), {1})
        wrong = [record["path"] for record in records
                 if record["responsePayload"] != many.body_of(record["path"]).decode() or record["capture"] != "complete"]
        self.assertEqual(wrong[:5], [])

    def test_every_record_arrives_once(self):
        self.broker.start()
        # More than the broker takes in while it makes the topic.
        done = subprocess.run([*self.collector("--kafka-queue-bytes", "256M"), "--", support.PYTHON, MANY, "8", "1000", "60"],
                              capture_output=True, text=True, timeout=2 * support.PATIENCE_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        records = self.delivered()
        self.agree(int(done.stdout), self.ledger(), records)
        self.assertEqual(len(records), 2 * int(done.stdout))
        self.assertEqual({len(partitions) for partitions in self.partitions.values()}, {1}, "a connection is in one partition, in order")
        used = set.union(*self.partitions.values())
        self.assertGreater(len(used), 1)  # which ones is chance
        self.assertEqual(self.headers["/3/7"], ["collection_details", "localhost|GET|/3/7"])
        support.log(f"\n{done.stdout.strip()} exchanges, {len(records)} records of {len(self.partitions)} connections over {len(used)} partitions")

    def step(self, collector, exchanges: int):
        collector.stdin.write(f"{exchanges}\n")
        collector.stdin.flush()
        self.assertEqual(collector.stdout.readline(), "done\n")

    def steps(self, *flags: str):
        return subprocess.Popen([*self.collector(*flags), "--", support.PYTHON, STEPS], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_a_broker_that_comes_late_and_goes_for_a_while_loses_nothing(self):
        collector = self.steps("--kafka-drain-time", "60s")
        try:
            self.step(collector, 500)  # nobody there yet
            self.broker.start()
            support.wait_until(lambda: len(self.broker.consume()) > 2 * 500, "the first records")
            self.step(collector, 500)
            self.broker.stop()
            self.step(collector, 500)  # gone
            self.broker.start()
            self.step(collector, 500)
            _, errors = collector.communicate(timeout=2 * support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        self.assertIn("kafka:", errors)  # said, not hidden
        # At least once: the broker may have stored what it could not acknowledge any more.
        records = [json.loads(text) for text in {json.dumps(one, sort_keys=True) for one in self.delivered()}]
        self.agree(2000, self.ledger(), records)
        self.assertEqual(len(records), 2 * 2000)

    def test_a_queue_that_is_too_small_drops_and_counts(self):
        collector = self.steps("--kafka-queue-bytes", "1M", "--kafka-drain-time", "60s")
        try:
            self.step(collector, 1000)  # 8 MB of records, and nobody there
            self.broker.start()
            _, errors = collector.communicate(timeout=2 * support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        ledger = self.ledger()
        records = self.delivered()
        self.assertGreater(len(records), 100)
        self.assertGreater(ledger["records_dropped_queue_full"], 100)
        self.agree(1000, ledger, records)
        self.assertEqual(len(records) + ledger["records_dropped_queue_full"], 2 * 1000)

    def test_what_is_never_acknowledged_is_said_and_counted(self):
        collector = self.steps("--kafka-drain-time", "200ms")
        try:
            self.step(collector, 100)
            _, errors = collector.communicate(timeout=2 * support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 1, errors)
        self.assertIn("200 records were not acknowledged", errors)
        ledger = self.ledger()
        self.assertTrue(ledger["adds_up"])
        self.assertEqual(ledger["records_dropped_failed"], 200)


if __name__ == "__main__":
    unittest.main()
