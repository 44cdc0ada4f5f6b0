// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel programs' tables of what is open: their ends as records, where no kernel program makes them. A process
// takes its sessions with it; at the end of a run everything that lives on has counts to be told.
//
// Threads: sweep() on one thread per ring, losses() on any, the rest after the last event.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "bpf/abi.h"
#include "events/event.h"

namespace apiarist::capture {

// Descriptors of maps, which outlive what uses them.
struct OpenTables {
    int connections = -1;
    int sessions = -1;
    int windows = -1;             // of TLS calls under way
    std::size_t window_size = 0;  // bytes of a value of it, of which the first eight are when it was opened
    int marks = -1;
    int udp = -1;
    int losses = -1;
    unsigned rings = 1;
};

class KernelTables {
  public:
    using OnEnd = std::function<void(const events::Event& event, std::span<const std::byte> record)>;

    explicit KernelTables(const OpenTables& tables) : tables_(tables) {}

    // A process ended or ran another program, as `ring` tells; every ring does. Its sessions of this ring that are
    // older end and are taken out, since their objects went with the address space; with the first ring that tells of
    // it the TLS calls too that its goroutines were in. The tables are looked through once for all rings.
    void sweep(const ap_process_event& process, unsigned ring, const OnEnd& on_end);

    // All that is still here, with its counts; nothing is taken out.
    void tell_connections(std::uint64_t now_ns, const OnEnd& on_end) const;
    void tell_sessions(std::uint64_t now_ns, const OnEnd& on_end) const;
    void tell_datagrams(std::uint64_t now_ns, const OnEnd& on_end) const;

    // AP_LOSS_* so far.
    [[nodiscard]] std::vector<std::uint64_t> losses() const;

  private:
    // What a process left behind, for the rings that did not tell of its end so far.
    struct Found {
        std::vector<ap_tls_key> sessions;
        unsigned rings_to_come = 0;
    };

    [[nodiscard]] std::vector<ap_tls_key> left_behind(const ap_process_event& process);
    [[nodiscard]] std::vector<ap_tls_key> sessions_of(const ap_process_event& process) const;
    void forget_calls(const ap_process_event& process) const;

    const OpenTables tables_;
    std::mutex mutex_;
    std::map<std::pair<std::uint64_t, std::uint32_t>, Found> found_;  // guarded by mutex_: by time of the end, process
};

}  // namespace apiarist::capture
