#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who is traced on this kernel: a pod's processes by their cgroups, v2 and v1, the whole node with PROBE_ALL_PID=true, never the collector
# itself. The node is this guest, so all of its processes are ours.
# To run: tests/kernels/run 5.10 --binary build/release/apiarist -- tests/kernels/guest/pods.sh
set -euo pipefail
# shellcheck source=tests/kernels/guest/lib.sh
source /test/lib.sh

# in_cgroup FOLDER COMMAND ARG...
in_cgroup() { bash -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$@"; }

# collect NAME COMMAND ARG...: the collector in the background, until it collects. Sets collector.
collect() {
    local name=$1
    shift
    env "$@" >"/tmp/$name.log" 2>&1 &
    collector=$!
    for ((i = 0; i < 600; i++)); do
        if grep -q collecting "/tmp/$name.log"; then return; fi
        kill -0 "$collector" 2>/dev/null || { cat "/tmp/$name.log"; fail "$name: the collector has ended"; }
        sleep 0.1
    done
    fail "$name: it never collected"
}

# expect NAME PATH...: ends the collector; the records of clients (direction 2) are of these paths, and no others.
expect() {
    local name=$1
    shift
    kill -TERM "$collector"
    wait "$collector" || { cat "/tmp/$name.log"; fail "$name: exit status"; }
    python3 - "/tmp/$name.ndjson" "$@" <<'PYTHON' || fail "$name: not the records that were to come"
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
paths = sorted(record["path"] for record in records if record["direction"] == "2")
whole = {record["capture"] for record in records}
print(sys.argv[1], paths, whole, sorted(record["path"] for record in records if record["direction"] == "1"))
sys.exit(paths != sorted(sys.argv[2:]) or whole != {"complete"})
PYTHON
}

# by_pods NAME HIERARCHY ASK
by_pods() {
    local name=$1 hierarchy=$2
    local pod="$hierarchy/kubepods.slice/kubepods-pod1.slice"
    mkdir -p "$pod/cri-containerd-old.scope" "$hierarchy/system.slice"
    collect "$name" KUBERNETES_SERVICE_HOST=10.96.0.1 apiarist run --ndjson "/tmp/$name.ndjson"
    in_cgroup "$pod/cri-containerd-old.scope" curl -sS http://127.0.0.1:8080/old >/dev/null
    mkdir "$pod/cri-containerd-new.scope" "$pod/crio-conmon-new.scope"
    in_cgroup "$pod/cri-containerd-new.scope" curl -sS http://127.0.0.1:8080/new >/dev/null
    in_cgroup "$pod/cri-containerd-new.scope" curl -sS --cacert /etc/ssl/guest.crt https://127.0.0.1:8443/tls >/dev/null
    in_cgroup "$pod/crio-conmon-new.scope" curl -sS http://127.0.0.1:8080/monitor >/dev/null
    in_cgroup "$hierarchy/system.slice" curl -sS http://127.0.0.1:8080/service >/dev/null
    expect "$name" /old /new /tls
    rmdir "$pod"/*.scope "$pod" "$hierarchy/kubepods.slice" "$hierarchy/system.slice"
}

uname -r
start_nginx
umount /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 none /sys/fs/cgroup
by_pods v2 /sys/fs/cgroup
umount /sys/fs/cgroup
mount -t tmpfs none /sys/fs/cgroup
mkdir /sys/fs/cgroup/memory
mount -t cgroup -o memory none /sys/fs/cgroup/memory
by_pods v1 /sys/fs/cgroup/memory

collect node PROBE_ALL_PID=true apiarist run --ndjson /tmp/node.ndjson --metrics 127.0.0.1:9464
curl -sS http://127.0.0.1:8080/anybody >/dev/null
curl -sS http://127.0.0.1:9464/metrics >/tmp/metrics
apiarist coverage >/tmp/coverage
expect node /anybody /metrics /coverage
grep -q ' nginx .* 100 %' /tmp/coverage && grep -q '^[0-9].* of the bytes of' /tmp/coverage || { cat /tmp/coverage; fail 'coverage has no nginx or no total'; }
if python3 -c 'import json; exit("/metrics" in [json.loads(l)["path"] for l in open("/tmp/node.ndjson") if json.loads(l)["direction"] == "1"])'; then
    echo 'pods: all well'
else
    fail 'the collector traced itself'
fi
end "$nginx_pid"
