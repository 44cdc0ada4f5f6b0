# SPDX-License-Identifier: Apache-2.0
"""The limits of memory under many large requests that are open at once, in a cgroup that would kill a collector beyond it."""
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import unittest
import urllib.request
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import recording  # noqa: E402
import support  # noqa: E402

PEER = str(support.PEERS / "half_open.py")
COUNT, BYTES, PORTION = 400, 450_000, 20  # both ends are traced: 400 × 450 kB × 2 = 360 MB are held when there is no limit
MEGABYTE = 1 << 20
CGROUP_LIMIT = 350 * MEGABYTE
RINGS = 64 * MEGABYTE


def memory_cgroup() -> tuple[pathlib.Path, str]:
    """A new cgroup whose memory can be limited, and the file that does it."""
    for line in pathlib.Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options, *_ = line.split()
        mount = pathlib.Path(place)
        if kind == "cgroup" and "memory" in options.split(","):
            limit = "memory.limit_in_bytes"
        elif kind == "cgroup2" and "memory" in (mount / "cgroup.subtree_control").read_text(encoding="ascii").split():
            limit = "memory.max"
        else:
            continue
        made = mount / f"apiarist-test-{uuid.uuid4().hex}"
        made.mkdir()
        return made, limit
    raise unittest.SkipTest("no cgroup hierarchy here can limit memory")


class Memory(unittest.TestCase):
    def setUp(self):
        self.folder = support.temporary_folder()
        self.addCleanup(shutil.rmtree, self.folder)  # a gigabyte each
        self.cgroup = self.collector = None
        self.peer = subprocess.Popen([support.PYTHON, PEER, str(COUNT), str(BYTES)], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True)

    def tearDown(self):
        support.end(self.collector)
        support.end(self.peer)
        if self.cgroup:
            support.wait_until(lambda: not (self.cgroup / "cgroup.procs").read_text(), "the cgroup to be empty")
            self.cgroup.rmdir()

    def step(self, what: str):
        self.peer.stdin.write(f"{what}\n")
        self.peer.stdin.flush()
        self.assertEqual(self.peer.stdout.readline(), "done\n")

    def steps(self, what: str, count: str, already: int, numbers: range = range(0, COUNT, PORTION)):
        """In portions for which the ring has room: the next goes when the collector has read the last."""
        for done, begin in enumerate(numbers, 1):
            self.step(f"{what} {begin} {begin + PORTION}")
            support.wait_until(lambda done=done: self.counted(count) == 2 * (already + done * PORTION), f"all {count} to be read")

    def counted(self, name: str) -> int:
        """A count of the ledger as it is now."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=support.PATIENCE_SECONDS) as answer:
            lines = answer.read().decode().splitlines()
        return next(int(float(line.split()[1])) for line in lines if line.startswith(f"apiarist_{name}"))

    def collect(self, *more: str, inside: bool = False, **variables: str):
        def join():
            with open(self.cgroup / "cgroup.procs", "w", encoding="ascii") as file:
                file.write("0")
        if inside:
            self.cgroup, limit = memory_cgroup()
            (self.cgroup / limit).write_text(str(CGROUP_LIMIT), encoding="ascii")
        (self.port,) = support.free_ports(1)
        arguments = support.collector_arguments(self.folder, "--pid", str(self.peer.pid), "--ring-bytes", str(RINGS),
                                                "--metrics", f"127.0.0.1:{self.port}",
                                                *more)
        self.collector = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, preexec_fn=join if inside else None,
                                          env=recording.environment(**variables))
        self.assertIn("metrics at", self.collector.stderr.readline())
        self.assertIn("collecting", self.collector.stderr.readline())

    def in_use(self) -> int:
        lines = pathlib.Path(f"/proc/{self.collector.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon:"))

    def finish(self) -> tuple[int, str, list[dict], dict]:
        _, errors = self.collector.communicate(timeout=support.PATIENCE_SECONDS)
        ledger = json.loads((self.folder / "ledger.json").read_text())
        self.assertTrue(ledger["adds_up"], errors)
        return self.collector.returncode, errors, support.read_records(self.folder / "out.ndjson"), ledger

    def play(self, *more: str, inside: bool = False, **variables: str) -> tuple[list[dict], dict]:
        self.collect(*more, inside=inside, **variables)
        self.step("whole")
        self.steps("half", "requests_total", 1)
        self.held = self.in_use()
        self.steps("rest", "records_total", 1)
        support.end(self.peer)
        status, errors, records, ledger = self.finish()
        self.assertEqual(status, 0, errors)
        self.assertEqual((ledger["loss_shed"], ledger["loss_ring_full_bytes"]), (0, 0))
        seen = collections.Counter((record["path"], record["direction"]) for record in records)
        self.assertEqual(set(seen.values()), {1})
        self.assertEqual(len(seen), 2 * (COUNT + 1))
        return records, ledger

    def test_without_a_limit_all_bodies_are_held(self):
        """Shows that the load is one: else the tests below would prove nothing."""
        records, ledger = self.play("--memory-soft", "0", "--memory-hard", "0")
        self.assertEqual({record["capture"] for record in records}, {"complete"})
        self.assertEqual(ledger["bodies_released"], 0)
        self.assertGreater(self.held, CGROUP_LIMIT)

    def test_above_the_soft_limit_the_largest_bodies_go_and_every_record_comes(self):
        records, ledger = self.play(AKTO_MEM_SOFT_LIMIT="200", inside=True)
        kinds = collections.Counter(record["capture"] for record in records)
        self.assertEqual(set(kinds), {"complete", "request_truncated"})
        self.assertGreater(kinds["complete"], 100)  # not all of them
        self.assertGreater(ledger["bodies_released"], 100)
        for record in records:
            if record["capture"] == "complete" and record["path"] != "/whole":
                self.assertEqual(len(record["requestPayload"]), 2 * BYTES)
        support.log(f"\n{dict(kinds)}, {ledger['bodies_released']} bodies released, within {CGROUP_LIMIT >> 20} MB")

    def ends_above_the_hard_limit(self, *more: str, **variables: str):
        self.collect("--memory-soft", "0", *more, **variables)
        self.step("whole")
        self.step(f"half 0 {COUNT}")
        status, errors, records, ledger = self.finish()
        self.assertEqual(status, 3, errors)
        self.assertIn("more than the hard limit of 150 MB: the run ends", errors)
        whole = [(record["path"], record["direction"]) for record in records if record["capture"] == "complete"]
        self.assertEqual(sorted(whole), [("/whole", "1"), ("/whole", "2")])
        self.assertEqual(ledger["records_delivered"], len(records))
        self.step(f"rest 0 {COUNT}")  # the application goes on

    def test_above_the_hard_limit_the_run_ends_with_status_3_and_what_was_made_is_delivered(self):
        self.ends_above_the_hard_limit("--memory-hard", "150M")

    def test_the_hard_limit_in_megabytes(self):
        self.ends_above_the_hard_limit(AKTO_MEM_HARD_LIMIT="150", AKTO_MEM_THRESH_RESTART="800")

    def test_the_hard_limit_by_its_older_name(self):
        self.ends_above_the_hard_limit(AKTO_MEM_THRESH_RESTART="150")

    def test_memory_is_looked_at_as_often_as_told(self):
        """Far above the hard limit, but nobody looks for an hour. That time passes is told by a connection that rests meanwhile."""
        self.collect("--memory-soft", "0", AKTO_MEM_HARD_LIMIT="150", MODULE_MEM_CHECK_INTERVAL="3600000",
                     TRAFFIC_INACTIVITY_THRESHOLD="2")
        self.step("whole")  # over connection 0, which has no other part in it
        numbers = range(PORTION, 200, PORTION)
        self.steps("half", "requests_total", 1, numbers)
        self.assertGreater(self.in_use() + RINGS, 160 * MEGABYTE)
        rested = support.wait_until(lambda: self.counted("connections_rested"), "connection 0 to rest a first time")
        self.step("whole")
        support.wait_until(lambda: self.counted("connections_rested") >= rested + 2, "it to rest again")
        self.steps("rest", "records_total", 2, numbers)
        support.end(self.peer)
        status, errors, records, _ = self.finish()
        self.assertEqual(status, 0, errors)
        self.assertEqual({record["capture"] for record in records}, {"complete"})
        self.assertEqual(len(records), 2 * (2 + len(numbers) * PORTION))


if __name__ == "__main__":
    unittest.main()
