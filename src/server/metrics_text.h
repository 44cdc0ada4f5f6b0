// SPDX-License-Identifier: Apache-2.0
#pragma once
// /metrics as text: Prometheus' exposition format 0.0.4. Counters come from the ledger's table and are written as whole
// numbers, exactly; a client library would pass them through a double, which holds 2^53.
//
// Whether the ledger adds up is not shown: it does so only after the drain.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ledger.h"

namespace apiarist::server {

struct ProcessFacts {
    std::string version;
    bool ready = false;
    double uptime_seconds = 0;
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
};

[[nodiscard]] std::string metrics_text(const LedgerSnapshot& ledger, const ProcessFacts& process);

// Of this process, now; zero where /proc does not tell.
[[nodiscard]] std::uint64_t resident_bytes();

}  // namespace apiarist::server
