// SPDX-License-Identifier: Apache-2.0
#pragma once
// What serves the inventory, as /api/v1/collector and /api/v1/status tell of it (src/api/openapi.json).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/settings.h"
#include "base/ledger.h"
#include "processor/ingest.h"

namespace apiarist::app {

struct CollectorFacts {
    std::string_view mode;                   // "run", "processor", "serve"
    unsigned command = kRun;                 // whose settings
    std::int64_t started = 0;                // Unix seconds
    std::string not_ready{};                 // empty: it collects
    std::optional<LedgerSnapshot> ledger{};  // of a run
    std::optional<std::string> coverage{};   // JSON, of a run that has attached
};

// No secret is in it.
[[nodiscard]] std::string collector_json(const Settings& settings, const CollectorFacts& facts);
[[nodiscard]] std::string ingest_json(const processor::IngestCounts& counts);

}  // namespace apiarist::app
