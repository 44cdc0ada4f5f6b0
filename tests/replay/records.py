# SPDX-License-Identifier: Apache-2.0
"""The records of bpf/abi.h and the recording around them, from Python. Numbers and sizes are read from the header, so that
a layout that moved away from this one is an error and not a strange result."""

import ipaddress
import re
import struct
from pathlib import Path

ABI = Path(__file__).resolve().parents[2] / "bpf/abi.h"
CONSTANTS = {name: int(value) for name, value in re.findall(r"^#define (AP_\w+) (\d+)", ABI.read_text(), re.M)}
SIZES = {name: int(value) for name, value in re.findall(r"sizeof\(struct (ap_\w+)\) == (\d+)", ABI.read_text())}

HEADER = "HHIQ"
ENDPOINTS = "HHHH16s16s"
COUNTS = "10Q"
LAYOUTS = {
    "ap_header": HEADER,
    "ap_data": HEADER + "QQ QQ II III I B3xI",
    "ap_conn_open": HEADER + "QQ II" + ENDPOINTS + "II QQ",
    "ap_side_end": HEADER + "QQ QQ II",
    "ap_conn_end": HEADER + "QQ I BB2xI4x" + COUNTS + COUNTS,
    "ap_tls_open": HEADER + "QQ QQ IIII" + ENDPOINTS + "QQ",
    "ap_tls_end": HEADER + "Q II" + COUNTS + COUNTS,
    "ap_process_event": HEADER + "IIII Q 16s",
    "ap_library": HEADER + "II QQ 64s256s128s",
}
for _name, _layout in LAYOUTS.items():
    if struct.calcsize("=" + _layout) != SIZES[_name]:
        raise SystemExit(f"{_name}: {struct.calcsize('=' + _layout)} bytes here, {SIZES[_name]} in bpf/abi.h")


def record(name: str, kind: str, now: int, *values, tail: bytes = b"") -> bytes:
    size = SIZES[name] + len(tail)
    packed = struct.pack("=" + LAYOUTS[name], CONSTANTS[kind], CONSTANTS["AP_ABI_VERSION"], size, now, *values) + tail
    return packed + bytes(-len(packed) % 8)


def recording(records: list[bytes]) -> bytes:
    header = struct.pack("=8sIIq40s", b"APIARREC", CONSTANTS["AP_ABI_VERSION"], 64, 1_700_000_000_000_000_000, b"replayed")
    assert len(header) == 64
    return header + b"".join(records)


def endpoints(local: str, remote: str) -> tuple:
    """As the fields of ap_endpoints. "": not known."""
    if not local:
        return (0, 0, 0, 0, b"", b"")
    hosts, ports = [], []
    for text in (local, remote):
        host, _, port = text.rpartition(":")
        hosts.append(ipaddress.ip_address(host.strip("[]")))
        ports.append(int(port))
    family = 2 if hosts[0].version == 4 else 10
    return (family, *ports, 0, *(host.packed for host in hosts))
