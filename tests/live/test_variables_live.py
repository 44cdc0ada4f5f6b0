# SPDX-License-Identifier: Apache-2.0
"""Variables of the reference that say what is captured and which connections are followed, each against the same traffic without it."""
import collections
import json
import pathlib
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import recording  # noqa: E402
import support  # noqa: E402

MANY = str(support.PEERS / "many.py")
STEPS = str(support.PEERS / "steps.py")
HALF_OPEN = str(support.PEERS / "half_open.py")
EXCHANGES = 3


class Captured(unittest.TestCase):
    """Traffic in clear and under TLS, of which one kind or both are read."""

    @classmethod
    def setUpClass(cls):
        certificates = support.Certificates(support.temporary_folder())
        tls = [str(one) for one in (*certificates.server, certificates.ca)]
        peer = f"{support.PYTHON} {MANY} 1 {EXCHANGES} 60"
        cls.command = ["sh", "-c", f"{peer} && {peer} {' '.join(tls)}"]

    def kinds(self, **variables: str) -> dict[str, int]:
        """How many records of each kind."""
        folder = support.temporary_folder()
        done = subprocess.run(support.collector_arguments(folder) + ["--", *self.command], capture_output=True, text=True,
                              timeout=support.PATIENCE_SECONDS, check=False, env=recording.environment(**variables))
        result = support.Capture(folder, done.returncode, done.stdout, done.stderr)
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        return dict(collections.Counter("tls" if record["tls"] else "clear" for record in result.records))

    def test_clear_and_tls(self):
        clear, tls = {"clear": 2 * EXCHANGES}, {"tls": 2 * EXCHANGES}
        for variables, expected in (({}, clear | tls),
                                    ({"CAPTURE_ALL": "false"}, clear),
                                    ({"CAPTURE_ALL": "false", "CAPTURE_SSL": "false"}, clear),
                                    ({"CAPTURE_ALL": "false", "CAPTURE_SSL": "true"}, tls),
                                    ({"CAPTURE_ALL": "true", "CAPTURE_SSL": "false"}, clear | tls),
                                    ({"CAPTURE_SSL": "true"}, clear | tls)):
            with self.subTest(variables):
                self.assertEqual(self.kinds(**variables), expected)


class Followed(unittest.TestCase):
    """Connections that are open at once, each with both of its ends, on recordings of the same requests."""
    CONNECTIONS, LIMIT, BYTES = 12, 8, 1000

    def record(self, lines: list[str], **variables: str) -> recording.Recording:
        command = [support.PYTHON, HALF_OPEN, str(self.CONNECTIONS), str(self.BYTES)]
        return recording.Recording(command, "".join(f"{one}\n" for one in lines), **variables)

    def test_connection_table(self):
        """What the kernel programs can keep in mind: while all are open, the first four ends and no others."""
        at_once = [f"half 0 {self.CONNECTIONS}", f"rest 0 {self.CONNECTIONS}"]
        control = self.record(at_once).replay().ledger
        self.assertEqual((control["connections"], control["loss_connection_table_full"]), (2 * self.CONNECTIONS, 0))
        ledger = self.record(at_once, TRAFFIC_MAX_CONNECTION_MAP_SIZE="4").replay().ledger
        self.assertEqual((ledger["connections"], ledger["records"]), (4, 4))
        self.assertGreater(ledger["loss_connection_table_full"], 0)

    def whole(self, result: support.Capture, times: int):
        """Every record, each `times` times, and all of its bodies."""
        self.assertEqual({record["capture"] for record in result.records}, {"complete"})
        self.assertEqual({len(record["requestPayload"]) for record in result.records}, {2 * self.BYTES})
        seen = collections.Counter((record["path"], record["direction"]) for record in result.records)
        self.assertEqual(seen, {(f"/half/{n}", direction): times for n in range(self.CONNECTIONS) for direction in "12"})

    def test_more_that_are_busy_than_may_be_followed(self):
        made = self.record([f"half 0 {self.CONNECTIONS}", f"rest 0 {self.CONNECTIONS}"])
        for variables in ({}, {"TRAFFIC_MAX_ACTIVE_CONN": "0"}):
            control = made.replay(**variables)
            self.whole(control, 1)
            self.assertEqual(control.ledger["connections_refused"], 0)
        result = made.replay(TRAFFIC_MAX_ACTIVE_CONN=str(self.LIMIT))
        # At least as many clients as are too many were in the middle of a request. Who was not refused is whole.
        refused = result.ledger["connections_refused"]
        self.assertGreaterEqual(refused, self.CONNECTIONS - self.LIMIT)
        whole = [record for record in result.records if record["capture"] == "complete"]
        self.assertEqual(len(whole), 2 * self.CONNECTIONS - refused)
        self.assertGreaterEqual(len(whole), self.LIMIT)
        self.assertEqual({len(record["requestPayload"]) for record in whole}, {2 * self.BYTES})
        self.assertEqual(result.ledger["socket_bytes_passed"], control.ledger["socket_bytes_passed"])
        self.assertGreater(result.ledger["bytes_dropped"], 0)
        support.log(f"\n{refused} of {2 * self.CONNECTIONS} refused, {len(whole)} whole records")

    def test_more_that_pause_than_may_be_followed(self):
        one_by_one = [line for n in range(self.CONNECTIONS) for line in (f"half {n} {n + 1}", f"rest {n} {n + 1}")]
        made = self.record(2 * one_by_one)
        control = made.replay()
        self.whole(control, 2)
        self.assertEqual(control.ledger["connections_rested"], 0)
        result = made.replay(TRAFFIC_MAX_ACTIVE_CONN=str(self.LIMIT))
        self.whole(result, 2)
        self.assertEqual(result.ledger["connections_refused"], 0)
        self.assertGreaterEqual(result.ledger["connections_rested"], 2 * self.CONNECTIONS - self.LIMIT)


class Inactive(unittest.TestCase):
    def setUp(self):
        self.folder = support.temporary_folder()
        (self.port,) = support.free_ports(1)
        self.collector = subprocess.Popen(
            support.collector_arguments(self.folder, "--metrics", f"127.0.0.1:{self.port}", "--record", str(self.folder / "recording"))
            + ["--", support.PYTHON, STEPS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=recording.environment(TRAFFIC_INACTIVITY_THRESHOLD="0.3"))

    def tearDown(self):
        support.end(self.collector)

    def exchange(self):
        self.collector.stdin.write("1\n")
        self.collector.stdin.flush()
        self.assertEqual(self.collector.stdout.readline(), "done\n")

    def rested(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=support.PATIENCE_SECONDS) as answer:
            lines = answer.read().decode().splitlines()
        return next(int(float(line.split()[1])) for line in lines if line.startswith("apiarist_connections_rested"))

    def test_a_connection_that_pauses_longer_than_it_may_goes_on(self):
        """Live; then by the recording's own time, which does not depend on how long the pause really was."""
        for count in range(1, 4):
            self.exchange()
            support.wait_until(lambda count=count: self.rested() >= 2 * count, "both ends to rest")
        self.exchange()
        _, errors = self.collector.communicate(timeout=support.PATIENCE_SECONDS)
        self.assertEqual(self.collector.returncode, 0, errors)
        live = support.Capture(self.folder, 0, "", errors)
        self.assertTrue(live.ledger["adds_up"], errors)
        self.assertGreaterEqual(live.ledger["connections_rested"], 6)
        for value, rests in (("0.3", True), ("1000", False), ("0", False)):
            result = recording.replay(self.folder / "recording", TRAFFIC_INACTIVITY_THRESHOLD=value)
            self.assertEqual(result.ledger["connections_rested"] >= 6, rests, value)
            self.assertEqual(result.ledger["connections_rested"] == 0, not rests, value)
            self.assertEqual(result.records, live.records)
        seen = sorted((record["path"], record["direction"], record["capture"]) for record in live.records)
        self.assertEqual(seen, [(f"/step/{n}", direction, "complete") for n in range(4) for direction in "12"])


class Said(unittest.TestCase):
    """What a run writes about itself, and values that no run could begin with."""

    def lines(self, **variables: str) -> list[str]:
        done = subprocess.run([support.APIARIST, "run", "--null", "--", "true"], capture_output=True, text=True,
                              timeout=support.PATIENCE_SECONDS, check=False, env=recording.environment(**variables))
        self.assertEqual(done.returncode, 0, done.stderr)
        return [line.removeprefix("apiarist: ") for line in done.stderr.splitlines() if line.startswith("apiarist: ")]

    def test_levels(self):
        """Debug shows the settings in force besides."""
        warning, last, setting = 'TRAFFIC_MAX_ACTIVE_CONN: "many" is not a whole number; 4096 is used', "collecting", "ring-bytes"
        for level, expected in (("", [warning, last]), ("INFO", [warning, last]), ("WARN", [warning]), ("error", []), ("OFF", []),
                                ("DEBUG", [setting, warning, last]), ("DBEUG", [setting, warning, last])):
            with self.subTest(level):
                lines = self.lines(AKTO_LOG_LEVEL=level, TRAFFIC_MAX_ACTIVE_CONN="many")
                shown = [line for line in lines if line in (warning, last)] + [setting for line in lines if line.startswith(setting)]
                self.assertCountEqual(shown, expected)
                self.assertTrue(setting in expected or len(lines) == len(expected), lines)
        self.assertEqual(len(self.lines(AKTO_LOG_LEVEL="loud")), 2)  # a warning, and the default

    def test_what_no_run_could_begin_with_is_said_and_the_default_holds(self):
        """Small enough for the rings to reach it; longer than any time that can be told."""
        for variable, bad, default in (("AKTO_MEM_HARD_LIMIT", "16", "800M"), ("AKTO_MEM_THRESH_RESTART", "16", "800M"),
                                       ("MODULE_MEM_CHECK_INTERVAL", "2000000000000", "500ms")):
            with self.subTest(variable):
                warning, last = self.lines(**{variable: bad})
                self.assertRegex(warning, f"^{variable}: .*; {default} is used$")
                self.assertEqual(last, "collecting")


if __name__ == "__main__":
    unittest.main()
