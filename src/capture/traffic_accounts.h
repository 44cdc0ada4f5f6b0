// SPDX-License-Identifier: Apache-2.0
#pragma once
// What passed, by process: sums of connections and TLS sessions that ended. What is alive is in the kernel's maps and
// is added when somebody asks. Processes that ended stay for a while; of the rest only the sum is kept.
//
// Threads: any; once per connection, session or process, never per byte.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bpf/abi.h"
#include "events/coverage.h"

namespace apiarist::capture {

// What /proc tells of a process while it lives.
struct ProcessFacts {
    std::string name;
    std::string cgroup;
    std::string container;
    std::vector<events::FoundStack> stacks;
};

class TrafficAccounts {
  public:
    static constexpr std::size_t kEndedKept = 256;

    explicit TrafficAccounts(std::size_t ended_kept = kEndedKept) : ended_kept_(ended_kept) {}

    // Each event once, not once for each ring.
    void on(const ap_process_event& process);
    void on(const ap_conn_end& end);
    void on(const ap_tls_end& end);
    void on(const ap_datagrams& datagrams);

    // True the first time since it began (or runs another program) that it has TLS which nothing explains: what it has
    // mapped is to be looked at while it lives.
    [[nodiscard]] bool wants_a_look(std::uint32_t pid);
    // It is alive.
    void note(std::uint32_t pid, ProcessFacts facts);
    void note_stack(std::uint32_t pid, events::FoundStack stack);

    // All that is kept; processes that are not in `alive` have ended.
    [[nodiscard]] events::CoverageSnapshot snapshot(const std::set<std::uint32_t>& alive);

  private:
    struct Account {
        events::ProcessCoverage coverage;
        bool look_wanted = false;
    };

    Account& account(std::uint32_t pid);
    // Where its bytes are added: a process that is not known any more has no account of its own.
    events::ProcessTraffic& traffic_of(std::uint32_t pid);
    void end(std::uint32_t pid, Account& account);
    void forget_oldest();
    void forget(std::map<std::uint32_t, Account>::iterator found);

    const std::size_t ended_kept_;
    std::mutex mutex_;
    std::map<std::uint32_t, Account> accounts_;  // guarded by mutex_
    std::deque<std::uint32_t> ended_;            // guarded by mutex_: in the order of their end
    std::uint64_t forgotten_ = 0;                // guarded by mutex_
    events::ProcessTraffic of_forgotten_;        // guarded by mutex_
};

}  // namespace apiarist::capture
