# SPDX-License-Identifier: Apache-2.0
"""A hundred thousand live requests, counted three times: by nginx's log, by the collector's ledger, and by a consumer that is not
ours behind a real Kafka. Undisturbed; with the broker away for 20 s; with leaders of partitions that move between two brokers, one
of which loses its power; and with a queue that is too small."""
import collections
import json
import pathlib
import shutil
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import akto_consumer  # noqa: E402
import broker  # noqa: E402
import load  # noqa: E402
import support  # noqa: E402

REQUESTS = 100_000
AWAY_SECONDS = 20


class Counts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        broker.need()

    def setUp(self):
        self.folder = support.temporary_folder()
        self.brokers = None
        self.load = None

    def tearDown(self):
        if self.load is not None:
            self.load.clean()
        if self.brokers is not None:
            self.brokers.stop()
        shutil.rmtree(self.folder)

    def start(self, brokers, *flags: str):
        self.brokers = brokers
        self.brokers.start()
        self.load = load.Load(self.folder, "--kafka", self.brokers.address, "--kafka-batch-time", "100ms", "--kafka-drain-time",
                              "60s", *flags)

    def finish(self) -> tuple[load.Result, list[str]]:
        """Everybody agrees; nothing of it would be dropped or stored otherwise by Akto's processor."""
        result = self.load.end()
        self.assertEqual(result.status, 0, result.errors)
        texts = [one["payload"] for one in self.brokers.consume()]
        payloads = [one for one in map(json.loads, texts) if one != broker.INIT]
        paths = [one["path"] for one in payloads]
        self.assertEqual(result.disagreements(paths), [])
        self.assertGreaterEqual(len(result.paths), REQUESTS)
        self.assertEqual(akto_consumer.complaints(payloads)[:5], [])
        self.assertEqual(akto_consumer.mistakes(payloads), {})
        support.log(f"\n{len(result.paths)} requests, {result.ledger['records_delivered']} delivered, "
                    f"{result.ledger['records_dropped_queue_full']} dropped, {len(set(paths))} distinct at the consumer and "
                    f"{load.duplicates(paths)} twice")
        return result, paths

    def test_undisturbed(self):
        self.start(broker.Broker(self.folder / "broker"), "--kafka-queue-bytes", "512M")  # faster than any broker
        self.load.begin()
        self.load.wait_for(REQUESTS)
        result, paths = self.finish()
        self.assertEqual(result.ledger["records_dropped_queue_full"], 0)
        self.assertEqual(load.duplicates(paths), 0)

    def test_a_broker_that_is_away_for_20_seconds(self):
        self.start(broker.Broker(self.folder / "broker"), "--kafka-queue-bytes", "512M")
        self.load.begin(pause_ms=15)
        self.load.wait_for(REQUESTS // 4)
        self.brokers.stop()
        away = time.monotonic()
        support.wait_until(lambda: time.monotonic() - away >= AWAY_SECONDS, "20 seconds of requests without a broker")
        self.assertGreater(self.load.requests(), REQUESTS // 3)
        self.brokers.start()
        self.load.wait_for(REQUESTS)
        result, _ = self.finish()  # at least once: a record may have come twice
        self.assertEqual(result.ledger["records_dropped_queue_full"], 0)
        self.assertIn("apiarist: kafka: no connection to broker", result.errors)

    def move_leaders(self):
        """Away from the first broker, which loses its power, and back to it, under load."""
        cluster = self.brokers
        self.load.begin(pause_ms=5)
        self.load.wait_for(REQUESTS // 4)
        before = collections.Counter(support.wait_until(cluster.leaders, "leaders"))
        self.assertEqual(set(before), {2, 3})
        cluster.brokers[0].kill()
        support.wait_until(lambda: set(cluster.leaders()) == {3}, "the second broker to lead")
        self.load.wait_for(self.load.requests() + REQUESTS // 4)
        cluster.brokers[0].start()
        support.wait_until(lambda: set(cluster.leaders()) == {2, 3}, "the first broker to lead again")
        self.load.wait_for(max(REQUESTS, self.load.requests() + REQUESTS // 4))

    def test_leaders_that_move(self):
        self.start(broker.Cluster(self.folder), "--kafka-acks", "all", "--kafka-queue-bytes", "512M")
        self.move_leaders()
        result, _ = self.finish()  # at least once
        self.assertEqual(result.ledger["records_dropped_queue_full"], 0)

    def test_leaders_that_move_and_idempotence(self):
        self.start(broker.Cluster(self.folder), "--kafka-acks", "all", "--kafka-idempotence", "true", "--kafka-queue-bytes",
                   "512M")
        self.move_leaders()
        result, paths = self.finish()
        self.assertEqual(result.ledger["records_dropped_queue_full"], 0)
        self.assertEqual(load.duplicates(paths), 0)  # exactly once

    def test_a_queue_that_is_too_small(self):
        self.start(broker.Broker(self.folder / "broker"), "--kafka-queue-bytes", "4M")
        self.load.begin(pause_ms=5)
        self.load.wait_for(REQUESTS // 4)
        self.brokers.stop()
        self.load.wait_for(REQUESTS // 2)
        self.brokers.start()
        self.load.wait_for(REQUESTS)
        result, _ = self.finish()
        self.assertGreater(result.ledger["records_dropped_queue_full"], 1000)
        self.assertGreater(result.ledger["records_delivered"], 1000)


if __name__ == "__main__":
    unittest.main()
