# SPDX-License-Identifier: Apache-2.0
"""The scope in Kubernetes: pods that are there, pods that come, and nothing else, by the cgroup paths of the runtimes, cgroups v1
and v2. The cgroups are real, the pods are processes of this test."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pods  # noqa: E402
import support  # noqa: E402

EXCHANGES = 3


def traced_cgroups(collector: subprocess.Popen) -> int:
    """How many are in the collector's table, as bpftool shows it."""
    for info in pathlib.Path(f"/proc/{collector.pid}/fdinfo").iterdir():
        fields = dict(line.split(":\t", 1) for line in info.read_text(encoding="ascii").splitlines() if ":\t" in line)
        if "map_id" not in fields:
            continue
        shown = subprocess.run(["bpftool", "-j", "map", "show", "id", fields["map_id"]], capture_output=True, text=True, check=True)
        if json.loads(shown.stdout)["name"] == "traced_cgroups":
            dump = subprocess.run(["bpftool", "-j", "map", "dump", "id", fields["map_id"]], capture_output=True, text=True,
                                  check=True)
            return len(json.loads(dump.stdout))
    raise RuntimeError("no such table")


class Pods(unittest.TestCase):
    def setUp(self):
        found = pods.strangers()
        if found:
            raise unittest.SkipTest(f"there are pods on this machine that are not of this test ({found[0]}): they would be traced")
        self.folder = support.temporary_folder()
        self.hierarchy = None
        self.collector = None

    def tearDown(self):
        support.end(self.collector)
        if self.hierarchy:
            self.hierarchy.close()

    def use(self, version: str):
        if version not in pods.mounts():
            raise unittest.SkipTest(f"cgroups {version} are not mounted here")
        self.hierarchy = pods.Hierarchy(version, self.folder)

    def collect(self, *more: str, environment: dict | None = None):
        arguments = support.collector_arguments(self.folder, *more)
        self.collector = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        self.before = []
        while "collecting" not in (line := self.collector.stderr.readline()):
            if not line:
                raise RuntimeError("".join(self.before))
            self.before.append(line)

    def stop(self) -> tuple[list[dict], dict]:
        self.collector.send_signal(signal.SIGTERM)
        _, errors = self.collector.communicate(timeout=support.PATIENCE_SECONDS)
        self.assertEqual(self.collector.returncode, 0, errors)
        ledger = json.loads((self.folder / "ledger.json").read_text())
        self.assertTrue(ledger["adds_up"], errors)
        return support.read_records(self.folder / "out.ndjson"), ledger

    def scope(self, version: str):
        self.use(version)
        waiting = {f"old-{name}": self.hierarchy.steps(path, f"old-{name}") for name, path in pods.layouts().items()}
        outside = {name: self.hierarchy.steps(path, name) for name, path in pods.other_layouts().items()}
        outside["none"] = self.hierarchy.steps(".", "none")
        self.collect("--pods", "--node-root", str(self.hierarchy.root))
        wanted = set(waiting)
        for name, path in pods.layouts().items():
            new = self.hierarchy.steps(path, f"new-{name}")
            wanted.add(f"new-{name}")
            pods.exchange(new, EXCHANGES)
        for name, path in pods.other_layouts().items():
            pods.exchange(self.hierarchy.steps(path, f"new-{name}"), EXCHANGES)
        for process in [*waiting.values(), *outside.values()]:
            pods.exchange(process, EXCHANGES)
        records, _ = self.stop()
        seen = {(record["path"], record["direction"]) for record in records}
        self.assertEqual({path.split("/")[1] for path, _ in seen}, wanted)
        self.assertEqual(seen, {(f"/{name}/{n}", direction) for name in wanted for n in range(EXCHANGES) for direction in "12"})
        self.assertEqual({record["capture"] for record in records}, {"complete"})
        self.assertEqual(len(records), len(seen))
        support.log(f"\ncgroups {version}: {len(wanted)} pods of {len(pods.layouts())} layouts, {len(records)} records; "
                    f"{2 * len(pods.other_layouts()) + 1} others, none")

    def test_pods_and_nothing_else_v2(self):
        self.scope("v2")

    def test_pods_and_nothing_else_v1(self):
        self.scope("v1")

    def test_in_a_pod_the_pods_are_the_default(self):
        self.use("v2" if "v2" in pods.mounts() else "v1")
        self.collect(environment={"KUBERNETES_SERVICE_HOST": "10.96.0.1", "HOST_MAPPING": str(self.hierarchy.root)})
        inside = self.hierarchy.steps(pods.layouts()["containerd-systemd"], "inside")
        outside = self.hierarchy.steps(pods.other_layouts()["service"], "outside")
        pods.exchange(inside, 1)
        pods.exchange(outside, 1)
        records, _ = self.stop()
        self.assertEqual({record["path"] for record in records}, {"/inside/0"})

    def test_that_it_is_a_pod_does_not_widen_what_was_asked_for(self):
        self.use("v2" if "v2" in pods.mounts() else "v1")
        inside = self.hierarchy.steps(pods.layouts()["containerd-systemd"], "inside")
        chosen = self.hierarchy.steps(pods.other_layouts()["service"], "chosen")
        self.collect("--pid", str(chosen.pid), environment={"KUBERNETES_SERVICE_HOST": "10.96.0.1",
                                                            "HOST_MAPPING": str(self.hierarchy.root)})
        pods.exchange(inside, 1)
        pods.exchange(chosen, 1)
        records, _ = self.stop()
        self.assertEqual({record["path"] for record in records}, {"/chosen/0"})

    def test_a_pod_that_is_gone_leaves_the_table(self):
        self.use("v2" if "v2" in pods.mounts() else "v1")
        self.collect("--pods", "--node-root", str(self.hierarchy.root))
        self.hierarchy.make("kubepods/burstable")
        before = traced_cgroups(self.collector)
        for _ in range(20):
            path = pods.layouts()["containerd-cgroupfs"]
            container = self.hierarchy.make(path)
            self.assertEqual(traced_cgroups(self.collector), before + 2)
            container.rmdir()
            container.parent.rmdir()
            self.assertEqual(traced_cgroups(self.collector), before)
        self.stop()

    def test_a_host_mapping_that_is_none_is_said_and_left(self):
        """A DaemonSet must not be started again and again over a variable of the reference."""
        self.collect("--for", "1s", environment={"KUBERNETES_SERVICE_HOST": "10.96.0.1", "HOST_MAPPING": "/none-such"})
        _, errors = self.collector.communicate(timeout=support.PATIENCE_SECONDS)
        self.assertEqual(self.collector.returncode, 0, errors)
        self.assertIn('HOST_MAPPING: no root directory is at "/none-such"; / is used', "".join(self.before) + errors)

    def test_a_node_without_cgroups_is_said(self):
        done = subprocess.run([support.APIARIST, "run", "--null", "--pods", "--node-root", str(self.folder)], capture_output=True,
                              text=True, timeout=support.PATIENCE_SECONDS, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"no cgroups are mounted at {self.folder}/sys/fs/cgroup", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
