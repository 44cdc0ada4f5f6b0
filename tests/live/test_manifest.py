# SPDX-License-Identifier: Apache-2.0
"""deploy/daemonset.yaml as it stands: Kubernetes' own types take it, and its container, started by a real runtime with its mounts,
namespaces, capabilities and limits, collects from the pods of the node, and from nothing else, to a real Kafka. The environment is the
manifest's; only its placeholders are replaced, as a user does."""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import broker  # noqa: E402
import container  # noqa: E402
import pods  # noqa: E402
import support  # noqa: E402

EXCHANGES = 5


def leaves(value, path: str = "") -> dict[str, object]:
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    else:
        return {path: value}
    found = {}
    for key, one in pairs:
        found |= leaves(one, f"{path}/{key}")
    return found


class Manifest(unittest.TestCase):
    def test_kubernetes_knows_every_field(self):
        """kubectl drops what its types do not have; the image is the one thing that it was told to change."""
        text = container.MANIFEST.read_text(encoding="utf-8").replace("{NAMESPACE}", "shop")
        written = leaves(yaml.safe_load(text))
        read = leaves(container.manifest({"{NAMESPACE}": "shop"}))
        image = "/spec/template/spec/containers/0/image"
        self.assertEqual({path: read.get(path) for path in written if path != image},
                         {path: value for path, value in written.items() if path != image})
        self.assertEqual((written[image], read[image]), ("apiarist:latest", "apiarist:test"))

    def test_a_spelling_mistake_would_show(self):
        bad = container.MANIFEST.read_text(encoding="utf-8").replace("hostPID", "hostPld").replace("{NAMESPACE}", "shop")
        self.assertNotIn("/spec/template/spec/hostPld", self.read(bad))

    def read(self, text: str) -> dict:
        done = subprocess.run(["kubectl", "set", "image", "--local", "-f", "-", "mirror-api-logging=x", "-o", "json"], input=text,
                              capture_output=True, text=True, check=False)
        return leaves(json.loads(done.stdout)) if done.returncode == 0 else {}


class Node(unittest.TestCase):
    """A node of Kubernetes: this machine, whose cgroups of controllers (v1) hold the pods."""

    def setUp(self):
        if "v1" not in pods.mounts():
            raise unittest.SkipTest("the simulated kubelet uses cgroups v1, which are not mounted here")
        found = pods.strangers()
        if found:
            raise unittest.SkipTest(f"there are pods on this machine that are not of this test ({found[0]}): they would be traced")
        broker.need()
        self.folder = support.temporary_folder()
        self.broker = broker.Broker(self.folder)
        self.hierarchy = pods.Hierarchy("v1", self.folder)
        self.container = None

    def tearDown(self):
        if self.container:
            self.container.close()
        self.hierarchy.close()
        if self.broker.process is not None:
            self.broker.stop()

    def log(self) -> str:
        return (self.folder / "container.log").read_text(encoding="utf-8", errors="replace")

    def own_library(self) -> dict[str, str]:
        """A libssl that is in no usual place, as a container's own."""
        libraries = self.folder / "libraries"
        libraries.mkdir()
        for name in ("libssl.so.3", "libcrypto.so.3"):
            shutil.copy(pathlib.Path("/usr/lib/x86_64-linux-gnu") / name, libraries)
        return {"LD_LIBRARY_PATH": str(libraries)}

    def test_the_container_collects_from_the_pods_and_from_nothing_else(self):
        self.broker.start()
        certificates = support.Certificates(self.folder)
        tls = [str(certificates.server[0]), str(certificates.server[1]), str(certificates.ca)]
        old = {f"old-{name}": self.hierarchy.steps(path, f"old-{name}") for name, path in pods.layouts().items()}
        old["old-tls"] = self.hierarchy.steps(pods.layouts()["containerd-systemd"], "old-tls", *tls, environment=self.own_library())
        outside = [self.hierarchy.steps(path, name) for name, path in pods.other_layouts().items()]
        outside.append(self.hierarchy.steps(".", "none"))

        port = self.broker.address.rsplit(":", 1)[1]
        daemonset = container.manifest({"{NAMESPACE}": "shop", "<AKTO_NLB_IP>:9092": f"127.0.0.1:{port}",
                                        "<AKTO_MONGO_CONN>": "mongodb://0.0.0.0:27017/admini"})
        self.container = container.Container(self.folder, daemonset, {}, {})
        self.container.start(self.folder / "container.log")
        support.wait_until(lambda: "collecting" in self.log() or self.container.process.poll() is not None, "the container to collect")
        self.assertIsNone(self.container.process.poll(), self.log())

        new = {f"new-{name}": self.hierarchy.steps(path, f"new-{name}") for name, path in pods.layouts().items()}
        new["new-tls"] = self.hierarchy.steps(pods.layouts()["docker-systemd"], "new-tls", *tls)
        for process in [*new.values(), *old.values(), *outside]:
            pods.exchange(process, EXCHANGES)
        wanted = {(f"/{name}/{n}", direction) for name in [*old, *new] for n in range(EXCHANGES) for direction in "12"}
        # This server waited inside SSL_read when it was probed: what that call returned was not seen.
        wanted.remove(("/old-tls/0", "1"))
        # Ends as a kubelet ends it: what waits for its batch of 10 s is sent before.
        self.assertEqual(self.container.stop(), 0, self.log())
        self.assertIn("the ledger adds up", self.log())

        records = [json.loads(one["payload"]) for one in self.broker.consume()]
        records = [record for record in records if "testConnectionString" not in record]
        self.assertEqual(sorted({(record["path"], record["direction"]) for record in records} ^ wanted), [], self.log())
        self.assertEqual(len(records), len(wanted))
        self.assertEqual({record["capture"] for record in records if not record["path"].startswith("/old-tls")}, {"complete"})
        support.log(f"\n{len(old) + len(new)} pods, {len(records)} records; {len(outside)} others, none\n{self.log()}")


if __name__ == "__main__":
    unittest.main()
