# SPDX-License-Identifier: Apache-2.0
"""Waits until each of so many living processes of a name has a TLS stack that is probed, as the collector tells:
until_probed.py METRICS_ADDRESS NAME COUNT."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402


def probed(address: str, name: str) -> int:
    answer = subprocess.run([support.APIARIST, "coverage", "--metrics", address, "--json"], capture_output=True, text=True, check=False)
    rows = json.loads(answer.stdout)["processes"] if answer.stdout else []
    return sum(1 for row in rows if row["name"] == name and not row["ended"] and any(stack["probed"] for stack in row["tls_stacks"]))


if __name__ == "__main__":
    support.wait_until(lambda: probed(*sys.argv[1:3]) == int(sys.argv[3]), f"probes of {sys.argv[2]}")
