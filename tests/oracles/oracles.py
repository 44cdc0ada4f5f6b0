# SPDX-License-Identifier: Apache-2.0
"""Programs that are asked one case after the other: ours, and those of others."""
import base64
import json
import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/live"))
import support  # noqa: E402

CACHE = support.CACHE


def ours(name: str) -> str:
    return str(ROOT / "build/release" / name)


def text(encoded: str) -> bytes:
    return base64.b64decode(encoded)


class Program:
    """Reads a letter, a size of four bytes and as many bytes; answers each with a line of JSON."""

    def __init__(self, *command: str):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, kind: str, case: bytes):
        self.process.stdin.write(kind.encode() + struct.pack(">I", len(case)) + case)
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
