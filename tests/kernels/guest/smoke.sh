#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Shows that the guest has what the other tests take for granted: BTF, a bpf() system call that works, both loopback addresses, and peers
# that speak HTTP in clear and over TLS. Tests the rig, not apiarist.
set -euo pipefail
# shellcheck source=tests/kernels/guest/lib.sh
source /test/lib.sh

check_kernel() {
    uname -a
    [[ -s /sys/kernel/btf/vmlinux ]] || fail "no BTF"
    printf 'BTF: %s bytes\n' "$(stat -c %s /sys/kernel/btf/vmlinux)"
    bpftool prog list
    bpftool map create /sys/fs/bpf/smoke type ringbuf entries 4096 key 0 value 0 name smoke || fail "no map could be made"
    bpftool map show pinned /sys/fs/bpf/smoke
    rm /sys/fs/bpf/smoke
    [[ -e /sys/kernel/tracing/uprobe_events ]] || fail "no tracefs"
    [[ -e /sys/fs/cgroup/cgroup.procs ]] || fail "no cgroup2"
}

# check_server NAME CLEAR-PORT TLS-PORT
check_server() {
    local address answer
    for address in 127.0.0.1 '[::1]'; do
        answer=$(ask "http://$address:$2/smoke")
        [[ $answer == *'"/smoke"'* ]] || fail "$1 answered $answer"
        answer=$(ask --write-out '%{ssl_verify_result}' "https://$address:$3/smoke")
        [[ $answer == *'"/smoke"'*0 ]] || fail "$1 answered $answer over TLS"
        printf '%s answers on %s in clear and over TLS\n' "$1" "$address"
    done
}

check_nginx() {
    start_nginx
    check_server nginx 8080 8443
    [[ $(ask http://127.0.0.1:8080/file/numbers.txt | tail -n1) == 2000 ]] || fail "nginx sent no file"
    end "$nginx_pid"
}

check_python() {
    local clear tls
    python3 /test/server.py 9080 &
    clear=$!
    python3 /test/server.py 9443 tls &
    tls=$!
    wait_for_port 9080 "$clear"
    wait_for_port 9443 "$tls"
    check_server python 9080 9443
    end "$clear"
    end "$tls"
}

# Only with run --openssl11: a server with OpenSSL 1.1.1, and a client with it. The answers are taken whole before they are looked at: a
# grep that ends at its first match would end the writer before it.
check_openssl11() {
    local server answer
    openssl11 version
    openssl11 s_server -quiet -accept 9444 -www -cert /etc/ssl/guest.crt -key /etc/ssl/guest.key &
    server=$!
    wait_for_port 9444 "$server"
    answer=$(ask https://localhost:9444/)
    [[ $answer == *s_server* ]] || fail "OpenSSL 1.1.1 does not serve"
    answer=$(printf 'GET / HTTP/1.0\r\n\r\n' |
        openssl11 s_client -quiet -verify_return_error -CAfile /etc/ssl/guest.crt -connect localhost:9444 2>/dev/null)
    [[ $answer == *'200 ok'* ]] || fail "OpenSSL 1.1.1 does not ask"
    end "$server"
    echo 'OpenSSL 1.1.1 serves and asks'
}

check_kernel
check_nginx
check_python
if type -P openssl11 >/dev/null; then check_openssl11; fi
echo 'smoke: all well'
