# SPDX-License-Identifier: Apache-2.0
"""Packages of npm in the tests' cache."""
import hashlib
import pathlib
import subprocess

import support


def modules(*packages: str) -> tuple[pathlib.Path | None, str]:
    """A folder for NODE_PATH with these ("name@version"), or why there is none."""
    name = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    folder = support.CACHE / f"npm-{name}"
    ready = folder / "ready"
    if not ready.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder),
                               *packages], capture_output=True, text=True, check=False)
        if made.returncode:
            return None, f"{', '.join(packages)} cannot be had: {made.stderr.strip()[-200:]}"
        ready.touch()
    return folder / "node_modules", ""
