#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the dashboard does in Chromium beside a large inventory: first paint, first rows, a filter, a search, scrolling, the tab's heap.

    bench/dashboard.py [--endpoints 100000] [--apiarist build/release/apiarist]
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import api  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoints", type=int, default=100_000)
    parser.add_argument("--apiarist", default=str(ROOT / "build/release/apiarist"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="apiarist-bench-") as folder:
        api.Processor(options.apiarist, folder, folder).end()  # makes the tables and the tokens
        api.fill_sqlite(folder, options.endpoints)
        processor = api.Processor(options.apiarist, folder, folder)
        try:
            subprocess.run(["node", str(ROOT / "web/bench/dashboard.mjs"), f"http://127.0.0.1:{processor.port}", f"{folder}/reader.token"],
                           check=True)
        finally:
            processor.end()


if __name__ == "__main__":
    main()
