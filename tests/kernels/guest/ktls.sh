#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# TLS in the kernel, with no library that could be probed: its plaintext passes the system calls, and each exchange must be told once by
# each side. To run: tests/kernels/run 6.1 --module tls --module gcm --module ghash_generic
# --module ctr --binary build/release/apiarist -- tests/kernels/guest/ktls.sh
set -euo pipefail
# shellcheck source=tests/kernels/guest/lib.sh
source /test/lib.sh

status=0
apiarist run --ndjson /tmp/out.ndjson --ledger /tmp/ledger.json --for 120s -- python3 /test/ktls_peers.py 5 || status=$?
((status == 0)) || fail "apiarist or its command ended with $status"
python3 - <<'CHECK'
import json
import sys

records = [json.loads(line) for line in open("/tmp/out.ndjson", encoding="utf-8")]
ledger = json.load(open("/tmp/ledger.json", encoding="utf-8"))
used = sum(int(line.split()[1]) for line in open("/proc/net/tls_stat", encoding="ascii") if line.startswith("TlsTxSw"))
faults = [] if used == 2 else [f"{used} sides were handed to the kernel, not 2"]
for number in range(5):
    for direction in "12":
        found = [(one["tls"], one["statusCode"], len(one["responsePayload"])) for one in records
                 if one["path"] == f"/kernel/{number}" and one["direction"] == direction]
        if found != [("kTLS", "200", 950)]:
            faults.append(f"/kernel/{number} of direction {direction}: {found}")
captures = [one["capture"] for one in records]
# What a connection passed before it was handed over was its handshake, which nobody but its library can know.
if any(one not in ("complete", "joined_midway") for one in captures) or captures.count("joined_midway") > 2:
    faults.append(f"captures {captures}")
if len(records) != 10 or not ledger["adds_up"]:
    faults.append(f"{len(records)} records, not 10; the ledger adds up: {ledger['adds_up']}")
print(captures)
if faults:
    print(json.dumps({name: value for name, value in ledger.items() if value}))
    sys.exit("FAIL: " + "\nFAIL: ".join(faults))
print("ktls: all well")
CHECK
