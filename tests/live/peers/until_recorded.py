# SPDX-License-Identifier: Apache-2.0
"""Runs a client again and again until the collector has records of both its sides: what a file that nobody used before sends
in its first milliseconds is not what the test is about. until_recorded.py RECORDS MARK COMMAND…, MARK being in its paths."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402


def main():
    records, mark, command = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]

    def seen() -> bool:
        subprocess.run(command, check=True)
        lines = records.read_text(encoding="utf-8").split("\n")[:-1] if records.exists() else []
        found = [json.loads(line) for line in lines if mark in line]
        return {record["direction"] for record in found if record["capture"] == "complete"} == {"1", "2"}

    support.wait_until(seen, f"records of {mark}")


if __name__ == "__main__":
    main()
