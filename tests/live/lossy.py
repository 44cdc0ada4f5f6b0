# SPDX-License-Identifier: Apache-2.0
"""A recording without some of its pieces, as the kernel programs would have made it had they found no room for these."""
import ipaddress
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "replay"))
import records as abi  # noqa: E402

DATA, CONN_OPEN, TLS_OPEN, CONN_END, TLS_END = (
    abi.CONSTANTS["AP_EVENT_" + name] for name in ("DATA", "CONN_OPEN", "TLS_OPEN", "CONN_END", "TLS_END"))
HEADER = struct.Struct("=" + abi.HEADER)
DATA_HEAD = struct.Struct("=" + abi.LAYOUTS["ap_data"])
# Of ap_data, after the header: conn (two), session, position, size, captured, lost, tgid, tid, fd, direction, flags.
CONN, SESSION, SIZE, LOST, DIRECTION = 4, 6, 8, 10, 14
COPIED, LOST_COUNT = 1, 9  # of ap_byte_counts
ENDS = {CONN_END: "ap_conn_end", TLS_END: "ap_tls_end"}


def pieces(recording: bytes):
    """Offset and header of each record."""
    at = 64
    while at < len(recording):
        kind, _, size, _ = HEADER.unpack_from(recording, at)
        yield at, kind, size
        at += size + -size % 8


def stream_of(head: tuple) -> tuple:
    return ("session", head[SESSION]) if head[SESSION] else ("socket", head[CONN], head[CONN + 1])


def address(host: bytes, family: int, port: int) -> str:
    if family == 2:
        return f"{ipaddress.ip_address(host[:4])}:{port}"
    whole = ipaddress.ip_address(host)
    return f"{whole.ipv4_mapped}:{port}" if whole.ipv4_mapped else f"[{whole}]:{port}"


def connections(kind: int, record: bytes) -> tuple[tuple, set]:
    """Of an opening, the stream and as what records show it: direction, client, server."""
    values = struct.unpack_from("=" + abi.LAYOUTS["ap_conn_open" if kind == CONN_OPEN else "ap_tls_open"], record)
    key = ("socket", *values[4:6]) if kind == CONN_OPEN else ("session", values[4])
    family, local_port, remote_port, _, local, remote = values[8:14] if kind == CONN_OPEN else values[12:18]
    here, there = address(local, family, local_port), address(remote, family, remote_port)
    return key, {("1", there, here), ("2", here, there)}


def without(path: Path, to: Path, is_lost, hit: set) -> int:
    """`is_lost` is asked with the number of each piece. How many were left out; `hit` gets the connections that lost some, as connections() shows them."""
    recording = path.read_bytes()
    out = bytearray(recording[:64])
    lost: dict[tuple, list[int]] = {}
    shown: dict[tuple, set] = {}
    number = left_out = 0
    for at, kind, size in pieces(recording):
        record = bytearray(recording[at:at + size + -size % 8])
        if kind == DATA:
            head = list(DATA_HEAD.unpack_from(record))
            of_stream = lost.setdefault(stream_of(head), [0, 0])
            number += 1
            if is_lost(number):
                of_stream[head[DIRECTION]] += head[SIZE]
                left_out += 1
                hit |= shown.get(stream_of(head), set())
                continue
            head[LOST] = (head[LOST] + of_stream[head[DIRECTION]]) & 0xFFFFFFFF
            DATA_HEAD.pack_into(record, 0, *head)
        elif kind in (CONN_OPEN, TLS_OPEN):
            stream, as_shown = connections(kind, record)
            shown[stream] = as_shown
        elif kind in ENDS:
            key = (("socket", *struct.unpack_from("=QQ", record, 16)) if kind == CONN_END
                   else ("session", *struct.unpack_from("=Q", record, 16)))
            counts = abi.SIZES[ENDS[kind]] - 2 * struct.calcsize("=" + abi.COUNTS)
            for direction, amount in enumerate(lost.pop(key, (0, 0))):
                start = counts + direction * struct.calcsize("=" + abi.COUNTS)
                values = list(struct.unpack_from("=" + abi.COUNTS, record, start))
                values[COPIED] -= amount
                values[LOST_COUNT] += amount
                struct.pack_into("=" + abi.COUNTS, record, start, *values)
        out += record
    to.write_bytes(out)
    return left_out
