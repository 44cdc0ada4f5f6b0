// SPDX-License-Identifier: Apache-2.0
#include "events/coverage.h"

namespace apiarist::events {

void add(ap_byte_counts& to, const ap_byte_counts& more) {
    to.passed += more.passed;
    to.copied += more.copied;
    to.unknown += more.unknown;
    to.not_http += more.not_http;
    to.http2 += more.http2;
    to.ciphertext += more.ciphertext;
    to.opaque += more.opaque;
    to.skipped += more.skipped;
    to.shed += more.shed;
    to.lost += more.lost;
}

void add(ProcessTraffic& to, const ProcessTraffic& more) {
    to.connections += more.connections;
    to.sessions += more.sessions;
    add(to.sockets, more.sockets);
    add(to.plaintext, more.plaintext);
    to.udp_quic += more.udp_quic;
    to.udp_other += more.udp_other;
}

}  // namespace apiarist::events
