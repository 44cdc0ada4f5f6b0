# SPDX-License-Identifier: Apache-2.0
"""The collector's container as a kubelet would start it from deploy/daemonset.yaml and deploy/Dockerfile: a root file system of the
packages that the Dockerfile names, by mmdebstrap; namespaces, mounts, capabilities and limits of the manifest, by runc."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

MANIFEST = support.ROOT / "deploy/daemonset.yaml"
DOCKERFILE = support.ROOT / "deploy/Dockerfile"


def manifest(values: dict[str, str]) -> dict:
    """The manifest with its placeholders replaced, in the words of Kubernetes: kubectl reads it, as a user's would."""
    text = MANIFEST.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(name, value)
    done = subprocess.run(["kubectl", "set", "image", "--local", "-f", "-", "mirror-api-logging=apiarist:test", "-o", "json"],
                          input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"kubectl does not take the manifest: {done.stderr}")
    return json.loads(done.stdout)


class Image:
    """What `docker build` would make of the last stage of the Dockerfile."""

    def __init__(self):
        stage = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ").rsplit("\nFROM ", 1)[1]
        self.suite = re.match(r"debian:(\w+)-slim", stage)[1]
        self.packages = re.search(r"--no-install-recommends\s+(.*?)\s+&&", stage)[1].split()
        _, self.binary = re.search(r"COPY --from=build (\S+) (\S+)", stage).groups()
        self.command = json.loads(re.search(r"ENTRYPOINT (\[.*\])", stage)[1]) + json.loads(re.search(r"CMD (\[.*\])", stage)[1])

    def root(self) -> pathlib.Path:
        name = hashlib.sha256(" ".join([self.suite, *self.packages]).encode()).hexdigest()[:16]
        made = support.ROOT / "build/image" / name
        if not made.exists():
            new = made.with_suffix(".new")
            if new.exists():
                shutil.rmtree(new)
            new.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mmdebstrap", "--variant=minbase", "--quiet", f"--include={','.join(self.packages)}", self.suite, str(new)],
                           check=True)
            new.rename(made)
        shutil.copy(support.APIARIST, made / self.binary.lstrip("/"))
        return made


def millis(quantity: str) -> int:
    return int(quantity[:-1]) if quantity.endswith("m") else int(quantity) * 1000


def size(quantity: str) -> int:
    number, unit = re.match(r"(\d+)(\w*)", quantity).groups()
    return int(number) * {"": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}[unit]


def capabilities() -> list[str]:
    """All that this machine's root has: what `privileged` gives."""
    shown = subprocess.run(["capsh", "--print"], capture_output=True, text=True, check=True).stdout
    bounding = next(line for line in shown.splitlines() if line.startswith("Bounding set"))
    return [name.upper() for name in bounding.split("=", 1)[1].split(",")]


class Container:
    """One pod of the DaemonSet. `cgroup` is where a kubelet with the cgroupfs driver puts it."""

    def __init__(self, folder: pathlib.Path, daemonset: dict, environment: dict[str, str], volumes: dict[str, pathlib.Path]):
        self.name = f"apiarist-test-{uuid.uuid4().hex}"
        self.bundle = folder / "bundle"
        self.bundle.mkdir()
        self.cgroup = f"/kubepods/burstable/pod{uuid.uuid4()}/{uuid.uuid4().hex * 2}"
        self.there_before = set(self.own_cgroups())
        self.volumes = volumes  # host paths that are shown elsewhere, so that a test can narrow the node
        self.pod = daemonset["spec"]["template"]["spec"]
        self.spec = self.pod["containers"][0]
        image = Image()
        self.root = image.root()
        given = {one["name"]: one["value"] for one in self.spec.get("env", [])}
        kubernetes = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443", "HOSTNAME": "node-1"}
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **kubernetes, **given, **environment}
        (self.bundle / "config.json").write_text(json.dumps(self.config(image.command, environment)), encoding="utf-8")
        self.process = None

    def mounts(self) -> list[dict]:
        paths = {volume["name"]: volume["hostPath"]["path"] for volume in self.pod["volumes"]}
        usual = [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
            {"destination": "/dev/shm", "type": "tmpfs", "source": "shm"},
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev"]},
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"},
        ]
        for mount in self.spec["volumeMounts"]:
            source = pathlib.Path(self.volumes.get(paths[mount["name"]], paths[mount["name"]]))
            if not source.exists():  # container runtimes make it; here nothing is left on the host
                source = self.bundle / mount["name"]
                source.mkdir()
            usual.append({"destination": mount["mountPath"], "type": "none", "source": str(source),
                          "options": ["rbind", "rprivate", "ro" if mount.get("readOnly") else "rw"]})
        return usual

    def config(self, command: list[str], environment: dict[str, str]) -> dict:
        if not self.spec["securityContext"]["privileged"]:
            raise RuntimeError("only privileged containers are simulated")
        all_of_them = capabilities()
        namespaces = [{"type": "mount"}, {"type": "cgroup"}, {"type": "uts"}, {"type": "ipc"}]
        if not self.pod.get("hostPID"):
            namespaces.append({"type": "pid"})
        if not self.pod.get("hostNetwork"):
            namespaces.append({"type": "network"})
        limits = self.spec["resources"]["limits"]
        return {
            "ociVersion": "1.0.2", "hostname": "node-1", "root": {"path": str(self.root), "readonly": True},
            "process": {"args": command, "cwd": "/", "env": [f"{name}={value}" for name, value in environment.items()],
                        "user": {"uid": 0, "gid": 0}, "terminal": False,
                        "capabilities": {kind: all_of_them for kind in ("bounding", "effective", "permitted", "inheritable")}},
            "mounts": self.mounts(),
            "linux": {"namespaces": namespaces, "cgroupsPath": self.cgroup,
                      "resources": {"devices": [{"allow": True, "access": "rwm"}],
                                    "memory": {"limit": size(limits["memory"])},
                                    "cpu": {"quota": millis(limits["cpu"]) * 100, "period": 100000}}},
        }

    def start(self, stderr: pathlib.Path):
        with stderr.open("wb") as file:
            self.process = subprocess.Popen(["runc", "run", "--bundle", str(self.bundle), self.name], stdout=file, stderr=file,
                                            stdin=subprocess.DEVNULL)

    def pid(self) -> int:
        state = subprocess.run(["runc", "state", self.name], capture_output=True, text=True, check=True)
        return json.loads(state.stdout)["pid"]

    def stop(self) -> int:
        """As a kubelet ends it. The exit status."""
        if self.process.poll() is None:
            subprocess.run(["runc", "kill", self.name, "TERM"], check=True, capture_output=True)
        return self.process.wait(timeout=support.PATIENCE_SECONDS)

    def close(self):
        subprocess.run(["runc", "delete", "--force", self.name], check=False, capture_output=True)
        if self.process is not None:
            support.end(self.process)
        # runc removes the container's cgroups, not what it made above them; a pod of the test may still be in there.
        for path in self.own_cgroups():
            if path not in self.there_before and path.is_dir() and not any(one.is_dir() for one in path.iterdir()):
                path.rmdir()

    def own_cgroups(self) -> list[pathlib.Path]:
        """Where its cgroups are or would be, in every hierarchy, the deepest first."""
        parts = self.cgroup.strip("/").split("/")
        root = pathlib.Path("/sys/fs/cgroup")
        hierarchies = [root] if (root / "cgroup.procs").exists() else [one for one in root.iterdir() if one.is_dir()]
        return [hierarchy.joinpath(*parts[:depth]) for hierarchy in hierarchies for depth in range(len(parts), 0, -1)
                if hierarchy.joinpath(*parts[:depth]).exists()]
