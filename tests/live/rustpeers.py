# SPDX-License-Identifier: Apache-2.0
"""Programs of Rust for the tests, made by cargo from crates.io; what it fetches and makes is kept under build/."""
import os
import pathlib
import shutil
import subprocess

import support

CACHE = support.ROOT / "build" / "rust"
SOURCES = support.PEERS / "rust"
OLDEST = (1, 71)  # what rustls 0.23 asks for; Debian 12 has 1.63


def cargo() -> str | None:
    return shutil.which("cargo") or next((str(path) for path in [pathlib.Path.home() / ".cargo/bin/cargo"] if path.exists()), None)


def peer(profile: str) -> tuple[pathlib.Path | None, str]:
    """The test program; else None and why it cannot be made. `profile`: as Cargo.toml names it."""
    program = cargo()
    if program is None:
        return None, "cargo is not on this machine"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in said.split()[1].split(".")[:2]) if said else (0, 0)
    if version < OLDEST:
        return None, f"{said.strip() or 'cargo'} is too old for rustls 0.23"
    environment = {**os.environ, "CARGO_TARGET_DIR": str(CACHE / "peer")}
    fetched = subprocess.run([program, "fetch", "--locked"], cwd=SOURCES, env=environment, capture_output=True, text=True, check=False)
    if fetched.returncode:
        return None, f"the crates cannot be had: {fetched.stderr.strip()[-200:]}"
    made = subprocess.run([program, "build", "--locked", "--offline", "--jobs", "2", "--profile", profile], cwd=SOURCES,
                          env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise AssertionError(f"cargo build: {made.stderr[-2000:]}")
    return CACHE / "peer" / profile / "peer", ""
