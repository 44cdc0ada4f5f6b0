#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The traffic that capture.sh has collected: nginx and a few curls, all children of this script. The path of each request is its name; a
# request that is added here needs a line in check_capture.py.
set -euo pipefail
# shellcheck source=tests/kernels/guest/lib.sh
source /test/lib.sh

# ask_all PREFIX BASE-URL
ask_all() {
    ask "$2/$1/get"
    # Two requests on one connection.
    ask "$2/$1/kept-1" "$2/$1/kept-2"
    ask --json '{"sku":"A-17","quantity":2}' "$2/$1/post"
}

start_nginx
ask_all clear http://127.0.0.1:8080
ask_all clear6 'http://[::1]:8080'
ask_all tls https://127.0.0.1:8443
ask --haproxy-protocol http://127.0.0.1:8081/proxied/get
# In clear curl 7.88 fails by itself at a second request, and at a reset behind the answer, as nginx sends when it left a body unread.
ask --http2-prior-knowledge http://127.0.0.1:8082/h2/get
ask --http2 https://127.0.0.1:8444/h2-tls/get https://127.0.0.1:8444/h2-tls/kept
ask --output /dev/null 'http://127.0.0.1:8080/file/numbers.txt'
end "$nginx_pid"
