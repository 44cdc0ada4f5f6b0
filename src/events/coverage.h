// SPDX-License-Identifier: Apache-2.0
#pragma once
// How much of the bytes of traced processes was seen, and what TLS is in them: a snapshot, made by capture, shown by
// app. All counts are bytes of both directions together, since the process came into the scope.

#include <cstdint>
#include <string>
#include <vector>

#include "bpf/abi.h"

namespace apiarist::events {

// A TLS stack in a file that a process has mapped.
struct FoundStack {
    std::string stack;    // "OpenSSL"
    std::string version;  // "OpenSSL 3.0.22"
    std::string file;     // as the process sees it
    std::string reason;   // why it is not read; empty: it is probed
};

struct ProcessTraffic {
    std::uint64_t connections = 0;
    std::uint64_t sessions = 0;  // of TLS, whose plaintext was seen
    ap_byte_counts sockets{};    // of TCP
    ap_byte_counts plaintext{};  // of those sessions
    std::uint64_t udp_quic = 0;
    std::uint64_t udp_other = 0;
};

struct ProcessCoverage {
    std::uint32_t pid = 0;
    std::string name;
    std::string cgroup;     // as in /proc/PID/cgroup; empty: not known
    std::string container;  // the container's number in it; empty: none
    bool ended = false;
    bool looked_at = false;  // else `stacks` may be too few: it ended too soon
    ProcessTraffic traffic;
    std::vector<FoundStack> stacks;
};

struct CoverageSnapshot {
    bool clear = true;  // what was asked for
    bool tls = true;
    std::vector<ProcessCoverage> processes;
    std::uint64_t forgotten = 0;  // processes that ended long ago
    ProcessTraffic of_forgotten;  // theirs, together
};

void add(ap_byte_counts& to, const ap_byte_counts& more);
void add(ProcessTraffic& to, const ProcessTraffic& more);

}  // namespace apiarist::events
