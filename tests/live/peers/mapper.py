# SPDX-License-Identifier: Apache-2.0
"""Maps each file that is named on a line of its standard input, as a loader does."""
import mmap
import sys

mapped = []
for line in sys.stdin:
    with open(line.rstrip("\n"), "rb") as file:
        mapped.append(mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC))
