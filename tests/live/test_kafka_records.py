# SPDX-License-Identifier: Apache-2.0
"""Records of traffic that is hard on them, and heartbeats, through a real Kafka, held against the rules of Akto's consumer: not
one would be dropped."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import akto_consumer  # noqa: E402
import broker  # noqa: E402
import support  # noqa: E402

NASTY = str(support.PEERS / "nasty.py")
STEPS = str(support.PEERS / "steps.py")
HEARTBEATS = "akto.daemonset.producer.heartbeats"


class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        broker.need()

    def setUp(self):
        self.folder = support.temporary_folder()
        self.broker = broker.Broker(self.folder / "broker")

    def tearDown(self):
        if self.broker.process is not None:
            self.broker.stop()
        shutil.rmtree(self.folder)

    def collector(self, *more: str) -> list[str]:
        return [support.APIARIST, "run", "--kafka", self.broker.address, "--ledger", str(self.folder / "ledger.json"),
                "--kafka-batch-time", "100ms", "--kafka-drain-time", "60s", *more]


class Nasty(Base):
    def both(self, *paths: str) -> set[str]:
        """The paths of the exchanges over IPv4 and over IPv6."""
        return {path for one in paths for path in (f"/{one}", f"/{one}-6")}

    def check_bodies(self, records: list[dict]):
        whole = {record["path"]: record for record in records if record["direction"] == "1"}
        self.assertEqual(whole["/json"]["requestPayload"], '{"a": 1}')
        self.assertEqual(whole["/gzip"]["requestPayload"], '{"a": "zipped"}')
        self.assertEqual(whole["/gzip-response-6"]["responsePayload"], '{"a": 1}')
        self.assertEqual(whole["/duplicate-keys"]["capture"], "complete")
        # Its guess at cut JSON would drop these: the body is left out, and the record says so.
        for path in self.both("broken-json", "broken-array", "no-type-like-json", "no-type-binary", "broken-json-after-nul"):
            self.assertEqual((whole[path]["requestPayload"], whole[path]["capture"]), ("", "request_truncated"), path)
        for path in self.both("broken-gzip"):
            self.assertEqual((whole[path]["requestPayload"], whole[path]["capture"]),
                             ("", "request_truncated,request_not_decoded"))
        # These it takes as they are.
        self.assertEqual(whole["/json-with-charset"]["requestPayload"], '{"a": 1')
        self.assertEqual(whole["/json-with-line-feed"]["requestPayload"], ' \r\n{"a": 1}\n')
        for path in self.both("large-json", "large-array-no-type"):
            self.assertEqual((whole[path]["requestPayload"], whole[path]["capture"]), ("", "request_truncated"), path)
        self.assertGreater(len(whole["/large-response"]["responsePayload"]), 100_000)
        self.assertEqual(whole["/large-response"]["capture"], "response_truncated")

    def test_nothing_of_hard_traffic_would_be_dropped(self):
        self.broker.start()
        done = subprocess.run([*self.collector("--ring-bytes", "256M"), "--", support.PYTHON, NASTY], capture_output=True, text=True,
                              timeout=2 * support.PATIENCE_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        asked = json.loads(done.stdout)
        texts = [one["payload"] for one in self.broker.consume()]
        texts = [text for text in texts if json.loads(text) != broker.INIT]
        self.assertEqual(akto_consumer.complaints(texts), [])
        records = [json.loads(text) for text in texts]
        for direction in ("1", "2"):
            self.assertEqual(sorted(record["path"] for record in records if record["direction"] == direction), sorted(asked))
        ledger = json.loads((self.folder / "ledger.json").read_text())
        self.assertTrue(ledger["adds_up"], done.stderr)
        self.assertEqual(ledger["records_delivered"], len(records))
        self.assertEqual(ledger["unanswered"], 4)
        # What cannot be said otherwise in this format, and nothing else.
        self.assertEqual(akto_consumer.mistakes(records), {
            "method_is_known": self.both("unknown-method"),
            "form_bodies_decode": self.both("form"),
            "bodies_are_text": self.both("binary", "binary-response"),
        })
        self.check_bodies(records)


class Heartbeats(Base):
    def beats(self) -> list[dict]:
        return [json.loads(one["payload"]) for one in self.broker.consume(HEARTBEATS)]

    def test_heartbeats_tell_who_lives_and_what_was_counted(self):
        self.broker.start()
        secret = "n0b0dys-business"
        collector = subprocess.Popen(
            [*self.collector("--heartbeat-interval", "200ms"), "--", support.PYTHON, STEPS], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "AKTO_AGENT_NAME": "the-agent", "AKTO_IMAGE_VERSION": "image:7", "KAFKA_PASSWORD": secret,
                 "AKTO_MONGO_CONN": f"mongodb://user:{secret}@localhost", "APIARIST_BODY_BYTES": "1M", "USE_TLS": "false"})
        try:
            support.wait_until(self.beats, "the first heartbeat")
            collector.stdin.write("50\n")
            collector.stdin.flush()
            self.assertEqual(collector.stdout.readline(), "done\n")
            support.wait_until(lambda: json.loads(self.beats()[-1]["additionalData"])["profiling"]["records_delivered"] >= 100,
                               "a heartbeat that tells of the records")
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        texts = [one["payload"] for one in self.broker.consume(HEARTBEATS)]
        self.assertEqual([akto_consumer.heartbeat_complaints(text) for text in texts], [[]] * len(texts))
        beats = [json.loads(text) for text in texts]
        self.assertEqual({(beat["daemonPodName"], beat["imageVersion"]) for beat in beats}, {("akto-tc:the-agent", "image:7")})
        records = [json.loads(one["payload"]) for one in self.broker.consume()]
        self.assertEqual({beat["daemonId"] for beat in beats},
                         {record["daemonset_id"] for record in records if record != broker.INIT})
        env = json.loads(beats[0]["additionalData"])["env"]
        self.assertEqual(env["APIARIST_BODY_BYTES"], "1M")
        self.assertEqual(env["USE_TLS"], "false")
        self.assertFalse({"PATH", "AKTO_MONGO_CONN", "KAFKA_PASSWORD"} & set(env))
        self.assertFalse([text for text in texts if secret in text])
        self.assertEqual(json.loads((self.folder / "ledger.json").read_text())["records"], 100)  # heartbeats are no records

    def test_none_when_told_so(self):
        self.broker.start()
        done = subprocess.run([*self.collector("--heartbeat-interval", "0"), "--", "true"], capture_output=True, text=True,
                              timeout=support.PATIENCE_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([json.loads(one["payload"]) for one in self.broker.consume()], [broker.INIT])
        self.assertEqual(self.beats(), [])


if __name__ == "__main__":
    unittest.main()
