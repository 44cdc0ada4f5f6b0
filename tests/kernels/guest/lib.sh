# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests in the guest: peers that are started, waited for and ended.
# shellcheck shell=bash

fail() { printf 'FAIL: %s\n' "$*" >&2; exit 1; }

# wait_for_port PORT PID: until a socket listens on it. Looks at the kernel's table and does not connect, so that no capture holds a
# connection of ours. Bounded by the life of the server and by a minute, which only a broken guest takes.
wait_for_port() {
    local pattern
    pattern=$(printf ':%04X 0+:0000 0A' "$1")
    for ((i = 0; i < 600; i++)); do
        if grep -qE "$pattern" /proc/net/tcp /proc/net/tcp6; then return; fi
        kill -0 "$2" 2>/dev/null || fail "the server of port $1 has ended"
        sleep 0.1
    done
    fail "nothing listens on port $1"
}

# Sets nginx_pid.
start_nginx() {
    mkdir -p /tmp/www
    seq 2000 >/tmp/www/numbers.txt
    nginx -c /test/nginx.conf &
    nginx_pid=$!
    wait_for_port 8080 "$nginx_pid"
    wait_for_port 8443 "$nginx_pid"
}

# end PID: politely, then takes its status.
end() {
    kill -TERM "$1"
    wait "$1" || true
}

# HTTP/1.1 if nothing else is asked for.
ask() { curl --http1.1 --silent --show-error --fail --max-time 60 --cacert /etc/ssl/guest.crt "$@"; }
