// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel programs' tables of what is open: their ends as records, where no kernel program makes them. A process
// takes its sessions with it; at the end of a run everything that lives on has counts to be told.
//
// Threads: end_sessions() on one thread per ring, forget_calls() and losses() on any, the rest after the last event.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "bpf/abi.h"
#include "events/event.h"

struct bpf_map;

namespace apiarist::capture {

// They outlive what uses them.
struct OpenTables {
    bpf_map* connections = nullptr;
    bpf_map* sessions = nullptr;
    bpf_map* windows = nullptr;  // of TLS calls under way
    bpf_map* marks = nullptr;
    bpf_map* udp = nullptr;
    bpf_map* losses = nullptr;
};

class KernelTables {
  public:
    using OnEnd = std::function<void(const events::Event& event, std::span<const std::byte> record)>;

    explicit KernelTables(const OpenTables& tables) : tables_(tables) {}

    // Of a process that ended or ran another program: its sessions of this ring that are older, since their objects
    // went with the address space. They are taken out.
    void end_sessions(const ap_process_event& process, unsigned ring, const OnEnd& on_end) const;
    // Of such a process: the TLS calls that its goroutines were in.
    void forget_calls(const ap_process_event& process) const;

    // All that is still here, with its counts; nothing is taken out.
    void tell_connections(std::uint64_t now_ns, const OnEnd& on_end) const;
    void tell_sessions(std::uint64_t now_ns, const OnEnd& on_end) const;
    void tell_datagrams(std::uint64_t now_ns, const OnEnd& on_end) const;

    // AP_LOSS_* so far.
    [[nodiscard]] std::vector<std::uint64_t> losses() const;

  private:
    OpenTables tables_;
};

}  // namespace apiarist::capture
