# SPDX-License-Identifier: Apache-2.0
"""Runs a command in a mount namespace of its own, where one file stands at the place of another: own_mounts.py FILE PLACE
COMMAND…. The command is the first that execs there."""
import ctypes
import os
import sys

NEW_MOUNTS, BIND, PRIVATE = 0x20000, 0x1000, 0x40000 | 0x4000  # CLONE_NEWNS, MS_BIND, MS_PRIVATE | MS_REC
libc = ctypes.CDLL(None, use_errno=True)


def check(result: int):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


check(libc.unshare(NEW_MOUNTS))
check(libc.mount(None, b"/", None, ctypes.c_ulong(PRIVATE), None))
check(libc.mount(sys.argv[1].encode(), os.path.realpath(sys.argv[2]).encode(), None, ctypes.c_ulong(BIND), None))
os.execvp(sys.argv[3], sys.argv[3:])
