# SPDX-License-Identifier: Apache-2.0
"""TLS and logins to a real Apache Kafka. What is wrong is said in one line that names the cause and what to check; the collector
goes on, bounds its queue, counts what did not arrive, and delivers once the cause is mended. No password is in any output."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import akto_consumer  # noqa: E402
import broker  # noqa: E402
import support  # noqa: E402

STEPS = str(support.PEERS / "steps.py")
INIT = {"testConnectionString": "kafkaInit"}
USER = "alice"
ONLY_512 = "bob"  # who can log in by SCRAM-SHA-512 alone
PASSWORD = "s3cret-Pa55"
WRONG_PASSWORD = "n0t-the-0ne"
LOGINS = {"sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
          "plain.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
                                    f'user_{USER}="{PASSWORD}";',
          **{f"scram-sha-{bits}.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;"
             for bits in (256, 512)}}


class Keys:
    """Two authorities, and the brokers' certificates as Kafka reads them: key and certificate in one file."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        (folder / "trusted").mkdir()
        (folder / "other").mkdir()
        self.trusted = support.Certificates(folder / "trusted")
        self.other = support.Certificates(folder / "other")
        self.good = self.trusted.server
        self.elsewhere = self.trusted.issue("elsewhere", "subjectAltName=DNS:elsewhere.invalid")
        self.expired = self.trusted.issue("expired", "subjectAltName=DNS:localhost", days=-1)

    def store(self, name: str, pair) -> dict[str, str]:
        self.write(name, pair)
        return {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(self.folder / f"{name}.store")}

    def write(self, name: str, pair):
        certificate, key = pair
        (self.folder / f"{name}.store").write_text(key.read_text() + certificate.read_text())


class Run:
    """A collector with steps.py under it; what it says goes to a file, which can be read while it runs."""

    def __init__(self, folder: pathlib.Path, *flags: str, environment: dict[str, str] | None = None):
        self.folder = folder
        self.metrics = f"127.0.0.1:{support.free_ports(1)[0]}"
        self.said = folder / "stderr"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [support.APIARIST, "run", "--ledger", str(folder / "ledger.json"), "--kafka-batch-time", "100ms",
                 "--metrics", self.metrics, *flags, "--", support.PYTHON, STEPS],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True, env={**os.environ, **(environment or {})})

    def step(self, exchanges: int):
        self.process.stdin.write(f"{exchanges}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n", self.errors()

    def errors(self) -> str:
        return self.said.read_text()

    def troubles(self) -> list[str]:
        return [line for line in self.errors().splitlines() if line.startswith("apiarist: kafka:")]

    def wait_for_trouble(self, text: str):
        support.wait_until(lambda: self.process.poll() is not None or text in self.errors(), f"the line: {text}")
        assert text in self.errors(), self.errors()

    def shown_metrics(self) -> str:
        with urllib.request.urlopen(f"http://{self.metrics}/metrics", timeout=support.PATIENCE_SECONDS) as answer:
            return answer.read().decode()

    def count(self, name: str) -> int:
        lines = [line for line in self.shown_metrics().splitlines() if not line.startswith("#") and name in line.split()[0]]
        assert lines, name
        return int(float(lines[0].split()[-1]))

    def end(self) -> tuple[int, dict]:
        try:
            self.process.communicate(timeout=2 * support.PATIENCE_SECONDS)
        finally:
            support.end(self.process)
        return self.process.returncode, json.loads((self.folder / "ledger.json").read_text())


class Security(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        broker.need()
        cls.keys = keys = Keys(support.temporary_folder())
        cls.broker = broker.Broker(support.temporary_folder(), listeners={
            "GOOD": ("SSL", keys.store("good", keys.good)),
            "ELSEWHERE": ("SSL", keys.store("elsewhere", keys.elsewhere)),
            "EXPIRED": ("SSL", keys.store("expired", keys.expired)),
            "LOGIN": ("SASL_SSL", {**keys.store("login", keys.good), **LOGINS}),
        }, scram=[*[f"{mechanism}=[name={USER},password={PASSWORD}]" for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")],
                  f"SCRAM-SHA-512=[name={ONLY_512},password={PASSWORD}]"])
        cls.broker.start()

    @classmethod
    def tearDownClass(cls):
        if cls.broker.process is not None:
            cls.broker.stop()

    def setUp(self):
        self.folder = support.temporary_folder()
        self.topic = f"topic-{self._testMethodName}"
        self.runs = []

    def tearDown(self):
        for run in self.runs:
            support.end(run.process)
        shutil.rmtree(self.folder)

    def at(self, listener: str) -> str:
        return f"localhost:{self.broker.ports[listener]}"

    def start(self, *flags: str, environment: dict[str, str] | None = None) -> Run:
        run = Run(self.folder, "--kafka-topic", self.topic, *flags, environment=environment)
        self.runs.append(run)
        return run

    def records(self) -> list[dict]:
        payloads = [json.loads(one["payload"]) for one in self.broker.consume(self.topic)]
        return [one for one in payloads if one != INIT]

    def keeps_secret(self, run: Run, *more: str):
        """No password in what the run wrote."""
        texts = [run.errors(), (self.folder / "ledger.json").read_text(), json.dumps(self.records()), *more]
        for secret in (PASSWORD, WRONG_PASSWORD):
            self.assertFalse([text for text in texts if secret in text])

    def arrives(self, *flags: str, environment: dict[str, str] | None = None) -> Run:
        run = self.start(*flags, environment=environment)
        run.step(100)
        metrics = run.shown_metrics()
        status, ledger = run.end()
        self.assertEqual(status, 0, run.errors())
        self.assertTrue(ledger["adds_up"])
        self.assertEqual(ledger["records_delivered"], 200)
        records = self.records()
        self.assertEqual(len(records), 200)
        self.assertEqual(akto_consumer.complaints(records), [])
        self.keeps_secret(run, metrics)
        return run

    def fails(self, text: str, *flags: str, environment: dict[str, str] | None = None):
        """One line says it; the collector goes on, within the bound of its queue; what it could not deliver is counted."""
        run = self.start("--kafka-drain-time", "300ms", "--kafka-queue-bytes", "1M", *flags, environment=environment)
        run.step(1)
        run.wait_for_trouble(text)
        run.step(200)
        queued = support.wait_until(lambda: run.count("records_dropped_queue_full") and run.count("records_queued"),
                                    "a full queue")
        self.assertLess(queued, 250)  # of 4 KB each
        metrics = run.shown_metrics()
        status, ledger = run.end()
        self.assertEqual(status, 1, run.errors())
        self.assertTrue(ledger["adds_up"], run.errors())
        self.assertEqual(ledger["records"], 402)
        self.assertEqual(ledger["records_delivered"], 0)
        self.assertGreater(ledger["records_dropped_queue_full"], 100)
        self.assertEqual(ledger["records_dropped_queue_full"] + ledger["records_dropped_failed"], 402)
        # The last one is the end's own word.
        *troubles, last = run.troubles()
        self.assertIn("were not acknowledged", last)
        self.assertEqual([line for line in troubles if text not in line], [])
        self.assertEqual(len(troubles), 1)
        self.assertEqual(self.records(), [])
        self.keeps_secret(run, metrics)

    def ca(self) -> tuple[str, str]:
        return "--kafka-ca", str(self.keys.trusted.ca)

    def login(self, mechanism: str, password: str) -> dict[str, str]:
        """In Akto's words."""
        return {"AKTO_KAFKA_BROKER_MAL": self.at("LOGIN"), "USE_TLS": "true", "TLS_CA_CERT_PATH": str(self.keys.trusted.ca),
                "INSECURE_SKIP_VERIFY": "false", "IS_AUTH_IMPLEMENTED": "true", "KAFKA_USERNAME": USER,
                "KAFKA_PASSWORD": password, "AKTO_KAFKA_SASL_MECHANISM": mechanism}

    def our_login(self, mechanism: str, password: str, listener: str = "LOGIN") -> tuple[tuple[str, ...], dict[str, str]]:
        return (("--kafka", self.at(listener), "--kafka-tls", *self.ca(), "--kafka-sasl", "--kafka-sasl-mechanism", mechanism,
                 "--kafka-user", USER), {"APIARIST_KAFKA_PASSWORD": password})

    def test_tls(self):
        run = self.arrives("--kafka", self.at("GOOD"), "--kafka-tls", *self.ca())
        self.assertEqual(run.troubles(), [])

    def test_plain_over_tls(self):
        self.arrives(environment=self.login("PLAIN", PASSWORD))

    def test_scram_256(self):
        flags, environment = self.our_login("SCRAM-SHA-256", PASSWORD)
        self.arrives(*flags, environment=environment)

    def test_scram_512(self):
        environment = self.login("SCRAM-SHA-512", PASSWORD)
        environment["KAFKA_AUTH_ENABLED"] = environment.pop("IS_AUTH_IMPLEMENTED")  # another of its names
        self.arrives(environment=environment)

    def test_the_mechanism_is_the_one_that_is_named(self):
        for mechanism in ("PLAIN", "SCRAM-SHA-256"):
            self.fails("refuses the user name or the password", environment=self.login(mechanism, PASSWORD) | {"KAFKA_USERNAME": ONLY_512})
        self.arrives(environment=self.login("SCRAM-SHA-512", PASSWORD) | {"KAFKA_USERNAME": ONLY_512})

    def test_a_mechanism_that_is_none_is_a_warning_and_the_default(self):
        run = self.arrives(environment=self.login("FOO", PASSWORD))
        self.assertIn('AKTO_KAFKA_SASL_MECHANISM: "FOO" is not one of', run.errors())

    def test_without_verification_anything_goes_and_is_warned_of_once(self):
        run = self.arrives(environment={"AKTO_KAFKA_BROKER_MAL": self.at("ELSEWHERE"), "USE_TLS": "true",
                                        "INSECURE_SKIP_VERIFY": "true"})
        self.assertEqual([line for line in run.troubles() if "are not verified" not in line], [])
        self.assertEqual(run.errors().count("are not verified"), 1)

    def test_wrong_authority(self):
        self.fails("is signed by nobody who is trusted here", "--kafka", self.at("GOOD"), "--kafka-tls", "--kafka-ca",
                   str(self.keys.other.ca))

    def test_wrong_name(self):
        self.fails("is for another name", "--kafka", self.at("ELSEWHERE"), "--kafka-tls", *self.ca())

    def test_expired(self):
        self.fails("has expired", "--kafka", self.at("EXPIRED"), "--kafka-tls", *self.ca())

    def test_tls_to_a_listener_in_clear(self):
        self.fails("does not speak TLS there", "--kafka", f"localhost:{self.broker.port}", "--kafka-tls", *self.ca())

    def test_clear_to_a_listener_with_tls(self):
        self.fails("if it wants TLS there", "--kafka", self.at("GOOD"))

    def test_no_login_where_one_is_wanted(self):
        self.fails("if it wants a login there", "--kafka", self.at("LOGIN"), "--kafka-tls", *self.ca())

    def test_a_login_where_none_is_wanted(self):
        flags, environment = self.our_login("PLAIN", PASSWORD, "GOOD")
        self.fails("does not take this way to log in", *flags, environment=environment)

    def test_wrong_password(self):
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
            with self.subTest(mechanism):
                self.fails("refuses the user name or the password", environment=self.login(mechanism, WRONG_PASSWORD))

    def test_a_password_that_is_mended(self):
        """The user's password at the broker is made what the collector has."""
        flags, environment = self.our_login("SCRAM-SHA-256", WRONG_PASSWORD)
        run = self.start(*flags, "--kafka-drain-time", "60s", environment=environment)
        run.step(100)
        run.wait_for_trouble("refuses the user name or the password")
        self.set_password(WRONG_PASSWORD)
        try:
            support.wait_until(lambda: run.count("records_delivered") >= 200, "the records to arrive")
        finally:
            self.set_password(PASSWORD)
        run.wait_for_trouble("records are stored again")
        run.step(100)
        status, ledger = run.end()
        self.assertEqual(status, 0, run.errors())
        self.assertTrue(ledger["adds_up"])
        self.assertEqual(ledger["records_delivered"], 400)
        self.assertEqual(len(self.records()), 400)
        self.keeps_secret(run)

    def set_password(self, password: str):
        subprocess.run(broker.java("kafka.admin.ConfigCommand", "--bootstrap-server", self.broker.address, "--alter",
                                   "--entity-type", "users", "--entity-name", USER, "--add-config",
                                   f"SCRAM-SHA-256=[password={password}]"), check=True, capture_output=True)

    def test_a_certificate_that_is_mended(self):
        """The broker is restarted with a good one."""
        run = self.start("--kafka", self.at("EXPIRED"), "--kafka-tls", *self.ca(), "--kafka-drain-time", "60s")
        run.step(100)
        run.wait_for_trouble("has expired")
        self.broker.stop()
        self.keys.write("expired", self.keys.good)
        try:
            self.broker.start()
            support.wait_until(lambda: run.count("records_delivered") >= 200, "the records to arrive")
            run.step(100)
            status, ledger = run.end()
        finally:
            self.keys.write("expired", self.keys.expired)
            self.broker.stop()
            self.broker.start()
        self.assertEqual(status, 0, run.errors())
        self.assertTrue(ledger["adds_up"])
        self.assertEqual(ledger["records_delivered"], 400)
        self.assertIn("records are stored again", run.errors())
        self.assertEqual(len({record["path"] + record["direction"] for record in self.records()}), 400)


class Refused(unittest.TestCase):
    """What is decided before anything is attached; no broker is asked."""

    def run_once(self, *flags: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        folder = support.temporary_folder()
        done = subprocess.run([support.APIARIST, "run", "--kafka-drain-time", "200ms", "--ledger", str(folder / "ledger.json"),
                               *flags, "--", "true"], capture_output=True, text=True, timeout=support.PATIENCE_SECONDS,
                              env={**os.environ, **(environment or {})}, check=False)
        shutil.rmtree(folder)
        return done

    def test_bad_values_of_ours_are_refused_in_a_line(self):
        for flags, why in {
            ("--kafka-acks", "2"): "--kafka-acks", ("--kafka-compression", "best"): "--kafka-compression",
            ("--kafka-tls", "--kafka-ca", "/no/such/file"): "--kafka-ca: /no/such/file: no such file",
            ("--kafka-sasl",): "--kafka-sasl: wants a user name and a password",
            ("--kafka-sasl-mechanism", "FOO"): "--kafka-sasl-mechanism", ("--kafka-idempotence",): "wants --kafka-acks all",
            ("--kafka-batch-records", "0"): "--kafka-batch-records", ("--kafka-batch-time", "1000s"): "--kafka-batch-time",
            ("--kafka-topic", "a b"): "--kafka-topic", ("--kafka-record-bytes", "1"): "--kafka-record-bytes",
        }.items():
            with self.subTest(flags):
                done = self.run_once("--kafka", "localhost:1", *flags)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(why, done.stderr)
        for brokers in ("<AKTO_NLB_IP>:9092", f"{USER}:{PASSWORD}@localhost:9092", "localhost:99999", "::1:9092"):
            with self.subTest(brokers):
                done = self.run_once("--kafka", brokers)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertNotIn(PASSWORD, done.stderr)

    def test_bad_values_of_akto_are_a_warning_and_the_run_goes_on(self):
        mal = {"AKTO_KAFKA_BROKER_MAL": "localhost:1"}
        for variables, why in [
            ({"AKTO_KAFKA_BROKER_MAL": "<AKTO_NLB_IP>:9092"}, '"<AKTO_NLB_IP>:9092" is not host:port'),
            ({"AKTO_KAFKA_BROKER_MAL": f"{USER}:{PASSWORD}@localhost"}, "AKTO_KAFKA_BROKER_MAL: (not shown) is not host:port"),
            ({**mal, "AKTO_KAFKA_DISABLED": "true"}, "AKTO_KAFKA_DISABLED: no records go to Kafka"),
            ({**mal, "USE_TLS": "true", "TLS_CA_CERT_PATH": "./ca.crt"}, "./ca.crt: no such file; the system's"),
            ({**mal, "IS_AUTH_IMPLEMENTED": "true"}, "without them there is no login"),
            ({**mal, "AKTO_TRAFFIC_BATCH_SIZE": "0"}, "AKTO_TRAFFIC_BATCH_SIZE"),
            ({**mal, "AKTO_TRAFFIC_BATCH_TIME_SECS": "100000"}, "AKTO_TRAFFIC_BATCH_TIME_SECS"),
            ({**mal, "KAFKA_HEARTBEAT_INTERVAL_SECONDS": "soon"}, "KAFKA_HEARTBEAT_INTERVAL_SECONDS"),
        ]:
            with self.subTest(str(variables)):
                done = self.run_once(environment=variables)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stderr.count(why), 1, done.stderr)
                self.assertIn("apiarist: collecting", done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertNotIn(PASSWORD, done.stderr)

    def test_brokers_that_are_not_known_or_not_there_are_said_once(self):
        for brokers, why in {"no-such-host.invalid:9092": "the host name of broker no-such-host.invalid:9092 is not known",
                             " kafka://localhost:1 , localhost:1": "no connection to broker localhost:1",
                             "[::1]:1": "no connection to broker [::1]:1"}.items():
            with self.subTest(brokers):
                folder = support.temporary_folder()
                run = Run(folder, "--kafka", brokers, "--kafka-drain-time", "200ms")
                run.step(1)
                run.wait_for_trouble(why)
                status, ledger = run.end()
                self.assertEqual(status, 1)
                self.assertEqual(ledger["records_dropped_failed"], 2)
                self.assertEqual(run.errors().count(why), 1, run.errors())
                shutil.rmtree(folder)

    def test_config_shows_no_secret(self):
        done = subprocess.run([support.APIARIST, "config"], capture_output=True, text=True, check=True, env={
            **os.environ, "KAFKA_PASSWORD": PASSWORD, "AKTO_KAFKA_BROKER_URL": f"{USER}:{PASSWORD}@localhost"})
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        self.assertIn("(not shown)", done.stdout)


if __name__ == "__main__":
    unittest.main()
