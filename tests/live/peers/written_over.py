# SPDX-License-Identifier: Apache-2.0
"""Puts other contents in the place of a program or library, again and again, while a client uses it; after each time the
client runs until the collector has a record of it. Between, no more than a kernel needs to take a probe off is waited for: the
probes of the old contents are gone. written_over.py RECORDS HOW FILE CONTENTS,CONTENTS COMMAND…; HOW is "in-place"
or "rename"; in COMMAND "MARK" is a text of the path that is asked for. A client that fails ends it."""
import json
import mmap
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402

TIMES = 6


def put(how: str, contents: str, file: str):
    if how == "in-place":
        pathlib.Path(file).write_bytes(pathlib.Path(contents).read_bytes())
    else:
        shutil.copy(contents, file + ".new")
        os.rename(file + ".new", file)


def show(file: str):
    """Maps it as a program is mapped."""
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC):
        pass


def probed_places(file: str) -> set[int]:
    """Where the file as a process maps it is not the file as it is read."""
    contents = pathlib.Path(file).read_bytes()
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC) as mapped:
        seen = mapped[:]
    pages = range(0, len(contents), mmap.PAGESIZE)
    changed = [page for page in pages if seen[page:page + mmap.PAGESIZE] != contents[page:page + mmap.PAGESIZE]]
    return {at for page in changed for at in range(page, min(page + mmap.PAGESIZE, len(contents))) if seen[at] != contents[at]}


def begins_are_probed(library: str) -> bool:
    """The functions that begin a session, whose probes are the last to be set."""
    listed = subprocess.run(["nm", "-D", library], check=True, capture_output=True, text=True).stdout
    begins = [int(line.split()[0], 16) for line in listed.splitlines() if re.search(r" SSL_set_(accept|connect)_state\b", line)]
    places = probed_places(library)
    return len(begins) == 2 and all(any(begin <= place < begin + 64 for place in places) for begin in begins)


def main():
    records, how, file, contents, command = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4].split(","), sys.argv[5:]
    for number in range(TIMES):
        before = probed_places(file)
        assert before or not number, "no probes"
        put(how, contents[number % len(contents)], file)
        support.wait_until(lambda: not before & probed_places(file), "the probes of the old contents to go")
        mark = f"after-{number}"

        def seen() -> bool:
            subprocess.run([part.replace("MARK", mark) for part in command], check=True)
            lines = records.read_text(encoding="utf-8").split("\n")[:-1] if records.exists() else []
            return any(mark in line and json.loads(line)["capture"] == "complete" for line in lines)

        support.wait_until(seen, f"a record of {mark}")


if __name__ == "__main__":
    main()
