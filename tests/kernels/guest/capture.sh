#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The collector on this kernel: it runs load.sh, and each of its requests must be there twice, once as nginx saw it and once as curl did.
# To run: tests/kernels/run 5.10 --binary build/release/apiarist -- tests/kernels/guest/capture.sh
set -euo pipefail
# shellcheck source=tests/kernels/guest/lib.sh
source /test/lib.sh

uname -r
# --for is a bound for a collector that does not end with its command.
status=0
apiarist run --ndjson /tmp/out.ndjson --ledger /tmp/ledger.json --for 60s -- bash /test/load.sh >/tmp/load.out || status=$?

python3 /test/check_capture.py /tmp/out.ndjson || {
    echo '--- ledger'
    cat /tmp/ledger.json
    fail "the capture is not what was sent"
}
((status == 0)) || fail "apiarist or its command ended with $status"
[[ -s /tmp/ledger.json ]] || fail "no ledger"
echo 'capture: all well'
