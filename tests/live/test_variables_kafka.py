# SPDX-License-Identifier: Apache-2.0
"""Variables of the reference that say where and in which batches records go, and who the collector says it is, with a real Kafka. Those
of TLS and logins are in test_kafka_security.py."""
import json
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import broker  # noqa: E402
import recording  # noqa: E402
import support  # noqa: E402

MANY = str(support.PEERS / "many.py")
STEPS = str(support.PEERS / "steps.py")
HEARTBEATS = "akto.daemonset.producer.heartbeats"
EXCHANGES = 100
LONG = "600"  # seconds: longer than any test


class Run:
    """A collector with a peer that makes exchanges when told to, whose paths begin with `name`."""

    def __init__(self, name: str, topic: str, **variables: str):
        self.name = name
        self.exchanges = 0
        folder = support.temporary_folder()
        (self.port,) = support.free_ports(1)
        with (folder / "errors").open("w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                [support.APIARIST, "run", "--metrics", f"127.0.0.1:{self.port}", "--kafka-topic", topic, "--", support.PYTHON, STEPS, name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=recording.environment(**variables))

    def exchange(self, count: int):
        """Until all their records wait for a batch or have left."""
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            raise RuntimeError(f"{self.name} has ended")
        self.exchanges += count
        support.wait_until(lambda: self.counted("records") == 2 * self.exchanges, "all records to be made")

    def counted(self, name: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=support.PATIENCE_SECONDS) as answer:
            return int(float(re.search(rf"^apiarist_{name}(?:_total)? (\S+)", answer.read().decode(), re.MULTILINE)[1]))

    def end(self) -> int:
        self.process.communicate(timeout=support.PATIENCE_SECONDS)
        return self.process.returncode


class Kafka(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        broker.need()
        cls.recording = recording.Recording([support.PYTHON, MANY, "1", str(EXCHANGES), "60"])
        cls.broker = broker.Broker(support.temporary_folder(), {"num.partitions": "1"})
        cls.broker.start()

    @classmethod
    def tearDownClass(cls):
        cls.broker.stop()

    def setUp(self):
        self.topic = self._testMethodName
        self.runs = []

    def tearDown(self):
        for run in self.runs:
            support.end(run.process)

    def start(self, name: str, **variables: str) -> Run:
        self.runs.append(Run(name, self.topic, AKTO_KAFKA_BROKER_MAL=self.broker.address, **variables))
        return self.runs[-1]

    def replay(self, **variables: str) -> support.Capture:
        """Without a sink named: records go to a broker, or to standard output."""
        return self.recording.replay("--quiet", "--kafka-topic", self.topic, **variables)

    def arrived(self, name: str = "") -> int:
        """Records whose path begins so."""
        return sum(json.loads(one["payload"]).get("path", "").startswith(f"/{name}") for one in self.broker.consume(self.topic))

    def batches(self) -> list[int]:
        """How many records each batch has in the broker's log."""
        files = sorted((self.broker.folder / "data" / f"{self.topic}-0").glob("*.log"))
        done = subprocess.run(broker.java("kafka.tools.DumpLogSegments", "--files", ",".join(map(str, files))), check=True,
                              capture_output=True, text=True)
        return [int(count) for count in re.findall(r"^baseOffset: \d+ .*\bcount: (\d+)", done.stdout, re.MULTILINE)]

    def test_addresses(self):
        """Of both names the first goes before the second; none of them: no Kafka."""
        nobody = f"127.0.0.1:{support.free_ports(1)[0]}"
        for number, variables in enumerate(({"AKTO_KAFKA_BROKER_URL": self.broker.address},
                                            {"AKTO_KAFKA_BROKER_MAL": self.broker.address},
                                            {"AKTO_KAFKA_BROKER_MAL": self.broker.address, "AKTO_KAFKA_BROKER_URL": nobody},
                                            {"AKTO_KAFKA_BROKER_MAL": f"{nobody},{self.broker.address}"}), 1):
            result = self.replay(**variables)
            self.assertEqual((result.ledger["records_delivered"], result.output), (2 * EXCHANGES, ""))
            self.assertEqual(self.arrived(), number * 2 * EXCHANGES)
        result = self.replay()
        self.assertEqual(len(result.output.splitlines()), 2 * EXCHANGES)
        self.assertEqual(self.arrived(), 4 * 2 * EXCHANGES)

    def test_no_kafka_although_there_are_brokers(self):
        result = self.replay(AKTO_KAFKA_BROKER_MAL=self.broker.address, AKTO_KAFKA_DISABLED="true")
        self.assertEqual((result.ledger["records"], result.output, self.arrived()), (2 * EXCHANGES, "", 0))
        self.assertIn("AKTO_KAFKA_DISABLED", result.errors)
        self.replay(AKTO_KAFKA_BROKER_MAL=self.broker.address, AKTO_KAFKA_DISABLED="false")
        self.assertEqual(self.arrived(), 2 * EXCHANGES)

    def test_batches_are_no_larger_than_told(self):
        variables = {"AKTO_KAFKA_BROKER_MAL": self.broker.address, "AKTO_TRAFFIC_BATCH_TIME_SECS": LONG}
        self.replay(**variables)  # makes the topic; what waited for that may leave one by one
        before = self.batches()
        self.replay(**variables)
        default = self.batches()[len(before):]
        self.assertEqual(sum(default), 1 + 2 * EXCHANGES)  # and the init record
        self.assertGreater(max(default), 7)
        self.replay(AKTO_TRAFFIC_BATCH_SIZE="7", **variables)
        small = self.batches()[len(before) + len(default):]
        self.assertEqual(sum(small), 1 + 2 * EXCHANGES)
        self.assertLessEqual(max(small), 7)
        support.log(f"\nrecords in batches of 7: {small}; by default: {default}")

    def test_a_full_batch_waits_for_nothing(self):
        wide = self.start("wide", AKTO_TRAFFIC_BATCH_TIME_SECS=LONG)
        narrow = self.start("narrow", AKTO_TRAFFIC_BATCH_TIME_SECS=LONG, AKTO_TRAFFIC_BATCH_SIZE="10")
        wide.exchange(25)
        narrow.exchange(25)
        support.wait_until(lambda: self.arrived("narrow") >= 40, "full batches")
        self.assertLess(self.arrived("narrow"), 50)  # the last one is not full, with or without the init record
        self.assertEqual(self.arrived("wide"), 0)
        self.assertEqual([run.end() for run in self.runs], [0, 0])
        self.assertEqual((self.arrived("wide"), self.arrived("narrow")), (50, 50))

    def waits(self, slow: Run, fast: Run):
        """What came first and waits longer is still there when the other has left."""
        slow.exchange(5)
        fast.exchange(5)
        support.wait_until(lambda: self.arrived("fast") == 10, "a batch that is not full")
        self.assertEqual(self.arrived("slow"), 0)
        self.assertEqual([run.end() for run in self.runs], [0, 0])
        self.assertEqual((self.arrived("slow"), self.arrived("fast")), (10, 10))

    def test_a_batch_that_is_not_full_waits_its_time(self):
        self.waits(self.start("slow", AKTO_TRAFFIC_BATCH_TIME_SECS=LONG), self.start("fast", AKTO_TRAFFIC_BATCH_TIME_SECS="0.5"))

    def test_no_batch_waits_longer_than_the_poll_interval(self):
        slow = self.start("slow", AKTO_TRAFFIC_BATCH_TIME_SECS=LONG)
        self.waits(slow, self.start("fast", AKTO_TRAFFIC_BATCH_TIME_SECS=LONG, KAFKA_POLL_INTERVAL="0.5"))

    def beats(self, name: str) -> list[dict]:
        beats = [json.loads(one["payload"]) for one in self.broker.consume(HEARTBEATS)]
        return [beat for beat in beats if beat["daemonPodName"] == name]

    def test_heartbeats_name_whom_the_variables_say(self):
        for name, variables in (
                ("akto-tc:a-pod:a-node", {"POD_NAME": "a-pod", "NODE_NAME": "a-node", "HOSTNAME": "a-host"}),
                ("akto-tc:a-host", {"POD_NAME": "a-pod", "HOSTNAME": "a-host"}),
                ("akto-tc:an-agent", {"POD_NAME": "a-pod", "NODE_NAME": "a-node", "AKTO_AGENT_NAME": "an-agent",
                                      "AKTO_IMAGE_VERSION": "image:7"})):
            run = self.start("step", **variables)
            first, *_ = support.wait_until(lambda name=name: self.beats(name), f"a heartbeat of {name}")
            self.assertEqual(first["imageVersion"] == "image:7", "AKTO_IMAGE_VERSION" in variables)
            self.assertEqual(run.end(), 0)

    def test_heartbeats_come_as_often_as_told(self):
        often = self.start("often", KAFKA_HEARTBEAT_INTERVAL_SECONDS="0.2", HOSTNAME="often")
        seldom = self.start("seldom", KAFKA_HEARTBEAT_INTERVAL_SECONDS=LONG, HOSTNAME="seldom")
        never = self.start("never", KAFKA_HEARTBEAT_INTERVAL_SECONDS="0", HOSTNAME="never")
        never.exchange(1)
        support.wait_until(lambda: self.beats("akto-tc:seldom") and len(self.beats("akto-tc:often")) >= 4, "heartbeats")
        self.assertEqual([run.end() for run in (often, seldom, never)], [0, 0, 0])
        self.assertEqual(len(self.beats("akto-tc:seldom")), 1)
        self.assertEqual((self.arrived("never"), len(self.beats("akto-tc:never"))), (2, 0))


if __name__ == "__main__":
    unittest.main()
