# SPDX-License-Identifier: Apache-2.0
"""The bodies that the test servers send, so that a test knows every byte without asking them."""
import gzip
import hashlib
import zlib


def text(name: str, size: int) -> bytes:
    """`size` bytes of printable text that differs by name."""
    line = hashlib.sha256(name.encode()).hexdigest().encode() + b"\n"
    return (line * (size // len(line) + 1))[:size]


def binary(size: int) -> bytes:
    return bytes(range(256)) * (size // 256)


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def deflated(data: bytes) -> bytes:
    return zlib.compress(data)


def raw_deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()
