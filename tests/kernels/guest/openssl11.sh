#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# OpenSSL 1.1.1 as the client of nginx, on this kernel: a request must be in the records once as nginx saw it (OpenSSL 3) and once
# as OpenSSL 1.1.1 did. To run: tests/kernels/run 5.10 --openssl11 --binary build/release/apiarist -- tests/kernels/guest/openssl11.sh
set -euo pipefail
# shellcheck source=tests/kernels/guest/lib.sh
source /test/lib.sh

cat >/tmp/load.sh <<'LOAD'
#!/bin/bash
set -euo pipefail
source /test/lib.sh
start_nginx
for number in $(seq 10); do
    printf 'GET /tls/number-%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$number" |
        openssl11 s_client -quiet -connect 127.0.0.1:8443 -servername localhost >/tmp/answer 2>/tmp/errors
    grep -q '^HTTP/1.1 ' /tmp/answer
done
end "$nginx_pid"
LOAD
status=0
apiarist run --ndjson /tmp/out.ndjson --ledger /tmp/ledger.json --for 120s -- bash /tmp/load.sh || status=$?
((status == 0)) || fail "apiarist or its command ended with $status"
python3 - <<'CHECK'
import json
import platform
import sys

records = [json.loads(line) for line in open("/tmp/out.ndjson", encoding="utf-8")]
print(sorted({(one["direction"], one["tls"], one["capture"]) for one in records}), len(records), "records")
served = [one for one in records if one["direction"] == "1" and one["capture"] == "complete"]
asked = [one for one in records if one["direction"] == "2" and one["capture"] == "complete"]
# Before 5.15 the kernel does not tell a program which of several libraries called it.
version = "OpenSSL" if platform.release().startswith("5.10.") else "OpenSSL 1.1.1"
wrong = sorted({one["tls"] for one in asked if not one["tls"].startswith(version)})
paths = {one["path"] for one in asked}
missing = [f"/tls/number-{n}" for n in range(1, 11) if f"/tls/number-{n}" not in paths]
ledger = json.load(open("/tmp/ledger.json", encoding="utf-8"))
if len(served) != 10 or wrong or missing or not ledger["adds_up"]:
    sys.exit(f"FAIL: {len(served)} served, wrong {wrong}, missing {missing}, adds up {ledger['adds_up']}")
print("openssl11: all well")
CHECK
