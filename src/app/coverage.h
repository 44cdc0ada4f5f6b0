// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the counts of a process mean: how much of its bytes was seen, and for each part that was not, what it is and
// why.
//
// Seen: HTTP in clear that was copied or not needed, and TLS of sessions whose plaintext was. Of these sessions' TLS
// records the same share counts as seen as of their plaintext.

#include <cstdint>
#include <string>
#include <vector>

#include "events/coverage.h"

namespace apiarist::app {

struct NotSeen {
    std::string what;  // "TLS", "not HTTP"
    std::string why;   // where it depends on the process or is a limit; else empty
    std::uint64_t bytes = 0;
    bool of_process = false;  // the process is to be named
};

struct Judgement {
    std::uint64_t bytes = 0;  // all on its sockets
    std::uint64_t seen = 0;
    std::vector<NotSeen> not_seen;  // the largest first; with `seen` they are `bytes`
};

[[nodiscard]] Judgement judge(const events::CoverageSnapshot& coverage, const events::ProcessCoverage& process);

struct TotalCoverage {
    std::uint64_t bytes = 0;
    std::uint64_t seen = 0;
    std::uint64_t processes = 0;  // with bytes
    std::string line;             // "97.3 % of the bytes of 14 processes; not seen: …"
};

[[nodiscard]] TotalCoverage total_of(const events::CoverageSnapshot& coverage);

// "97.3 %": 100 and 0 only where it is all or nothing.
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);

}  // namespace apiarist::app
