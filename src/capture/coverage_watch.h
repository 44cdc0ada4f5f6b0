// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers how much of each traced process was seen: sums what ended as the events of it pass, and when asked adds what
// is alive in the kernel's maps and what /proc says.
//
// Threads: any. One of its own looks at processes with TLS that nothing explains while they live.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "capture/candidates.h"
#include "capture/tls_findings.h"
#include "capture/traffic_accounts.h"
#include "events/coverage.h"
#include "events/event.h"

namespace apiarist::capture {

// Descriptors of the kernel programs' maps.
struct CoverageMaps {
    int processes = -1;
    int connections = -1;
    int sessions = -1;
    int udp = -1;
};

struct CoverageOptions {
    CoverageMaps maps;  // outlive this
    unsigned rings = 1;
    bool clear = true;  // what the run reads
    bool tls = true;
};

class CoverageWatch {
  public:
    // `findings` outlives this; null: no TLS library is looked for.
    CoverageWatch(const CoverageOptions& options, TlsFindings* findings);
    ~CoverageWatch();

    // Every event that a ring gave, or that is made in the place of one.
    void on_event(const events::Event& event, unsigned ring);
    // It was selected by user space.
    void on_selected(const ap_process_event& seen);
    void on_found(std::uint32_t pid, const events::FoundStack& stack);
    // What is alive has come as events too: the maps are not asked any more.
    void close_books();

    // Of files that processes with unexplained TLS have mapped and that were not read so far at most 2 GiB is read.
    [[nodiscard]] events::CoverageSnapshot snapshot();
    // What is alive is noted, for answers after its end. As the end of a run waits for it, little is read.
    void note_living();
    // Ends the thread and what is being read.
    void stop();

  private:
    using Traffic = std::map<std::uint32_t, events::ProcessTraffic>;

    void look_at(std::uint32_t pid);
    [[nodiscard]] std::optional<ProcessFacts> facts_of(std::uint32_t pid, ReadAllowance& allowance) const;
    [[nodiscard]] events::CoverageSnapshot look(ReadAllowance allowance);
    // Of what is alive, by process.
    [[nodiscard]] Traffic read_maps() const;
    void add_connections(Traffic& alive) const;
    void add_sessions(Traffic& alive) const;

    CoverageOptions options_;
    TlsFindings* findings_;
    TrafficAccounts accounts_;
    std::atomic<bool> closed_{false};
    std::stop_source stop_;
    Candidates to_look_at_{0};  // processes alone
    std::thread thread_;
};

// The container's number in the path of its cgroup, under any runtime; empty: none.
[[nodiscard]] std::string container_in(std::string_view cgroup);

}  // namespace apiarist::capture
