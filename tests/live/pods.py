# SPDX-License-Identifier: Apache-2.0
"""Simulated pods: real cgroups with the paths that container runtimes give them, and processes in them."""
import os
import pathlib
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

STEPS = str(support.PEERS / "steps.py")
CGROUPS = pathlib.Path("/sys/fs/cgroup")


def layouts() -> dict[str, str]:
    """One container of a new pod, by runtime and cgroup driver."""
    pod, container = str(uuid.uuid4()), uuid.uuid4().hex * 2
    slice_of = f"kubepods-burstable-pod{pod.replace('-', '_')}.slice"
    under = f"kubepods.slice/kubepods-burstable.slice/{slice_of}"
    return {
        "containerd-systemd": f"{under}/cri-containerd-{container}.scope",
        "containerd-cgroupfs": f"kubepods/burstable/pod{pod}/{container}",
        "containerd-guaranteed": f"kubepods/pod{pod}/{container}",
        "containerd-colons": f"system.slice/containerd.service/{slice_of}:cri-containerd:{container}",
        "crio-systemd": f"{under}/crio-{container}.scope",
        "crio-nested": f"{under}/crio-{container}.scope/container",
        "docker-systemd": f"{under}/docker-{container}.scope",
        "docker-cgroupfs": f"kubepods/besteffort/pod{pod}/{container}",
        "kind": f"kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-{slice_of}/"
                f"cri-containerd-{container}.scope",
    }


def other_layouts() -> dict[str, str]:
    """What is no pod, though one of them stands among a pod's cgroups."""
    container = uuid.uuid4().hex * 2
    return {
        "service": "system.slice/apiarist-test.service",
        "kubelet": "system.slice/kubelet.service",
        "docker-alone": f"docker/{container}",
        "crio-monitor": f"kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{uuid.uuid4().hex}.slice/"
                        f"crio-conmon-{container}.scope",
    }


def mounts() -> dict[str, tuple[str, pathlib.Path]]:
    """By version of cgroups: where a node's root shows the hierarchy, and the hierarchy."""
    found = {}
    for line in pathlib.Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup2":
            found["v2"] = ("sys/fs/cgroup", pathlib.Path(place))
        elif kind == "cgroup" and "memory" in options.split(","):
            found["v1"] = ("sys/fs/cgroup/memory", pathlib.Path(place))
    return found


def strangers() -> list[pathlib.Path]:
    """Pods that the test did not make: a machine of Kubernetes, where their processes would be traced."""
    return [path for _, mount in mounts().values() for path in mount.rglob("*kubepods*") if path.is_dir()]


class Hierarchy:
    """The cgroups of a simulated node: made here, removed at the end."""

    def __init__(self, version: str, folder: pathlib.Path):
        place, self.mount = mounts()[version]
        self.root = folder / f"node-{version}"
        shown = self.root / place
        shown.parent.mkdir(parents=True)
        shown.symlink_to(self.mount)
        self.made: list[pathlib.Path] = []
        self.processes: list[subprocess.Popen] = []

    def make(self, path: str) -> pathlib.Path:
        at = self.mount
        for part in path.split("/"):
            at = at / part
            if not at.exists():
                at.mkdir()
                self.made.append(at)
        return at

    def start(self, path: str, command: list[str], **options) -> subprocess.Popen:
        """A process whose first instruction runs in this cgroup already."""
        members = self.make(path) / "cgroup.procs"

        def join():
            with open(members, "w", encoding="ascii") as file:
                file.write("0")

        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=join, **options)
        self.processes.append(process)
        return process

    def steps(self, path: str, name: str, *tls: str, environment: dict | None = None) -> subprocess.Popen:
        return self.start(path, [support.PYTHON, STEPS, name, *tls], env={**os.environ, **(environment or {})})

    def remove(self, path: pathlib.Path):
        # The kernel lets go of the last process a moment after it was waited for.
        def removed() -> bool:
            try:
                path.rmdir()
            except OSError:
                return False
            return True
        support.wait_until(removed, f"{path} to be empty")

    def close(self):
        for process in self.processes:
            support.end(process)
        for path in reversed(self.made):
            if path.exists():
                self.remove(path)


def exchange(process: subprocess.Popen, count: int):
    process.stdin.write(f"{count}\n")
    process.stdin.flush()
    if process.stdout.readline() != "done\n":
        raise RuntimeError("the peer went away")
