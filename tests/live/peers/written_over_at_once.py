# SPDX-License-Identifier: Apache-2.0
"""Puts other contents in the place of a program right after the collector has heard of it, and runs it at once: whatever the
collector was doing with the old ones. written_over_at_once.py FOLDER ONE OTHER TIMES ARGUMENT…; a client that fails ends it."""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import written_over  # noqa: E402


def main():
    folder, one, other, times, arguments = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5:]
    contents = pathlib.Path(other).read_bytes()
    for number in range(times):
        file = folder / f"client-{number}"
        shutil.copy(one, file)
        written_over.show(str(file))
        file.write_bytes(contents)
        subprocess.run([str(file), *arguments], check=True)
        file.unlink()


if __name__ == "__main__":
    main()
