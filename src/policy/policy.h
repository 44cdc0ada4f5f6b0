// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a transaction to what may leave the node: filters, then wall-clock times. One Policy per worker.

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "base/ledger.h"
#include "policy/clean_transaction.h"
#include "policy/filters.h"
#include "policy/header_values.h"
#include "policy/traffic_counts.h"

namespace apiarist::policy {

// What all workers share; outlives their policies.
struct PolicyOptions {
    FilterOptions filters;
    HeaderRules headers;
    std::unique_ptr<Bandwidth> bandwidth;  // null: no limit
    // Null: no MongoDB.
    std::unique_ptr<HeaderValues> header_values;
    std::unique_ptr<TrafficCounts> traffic;
};

class Policy {
  public:
    // `realtime_offset_ns`: CLOCK_REALTIME − CLOCK_MONOTONIC of the events.
    Policy(const PolicyOptions& options, std::int64_t realtime_offset_ns)
        : filters_(options.filters, options.headers, options.bandwidth.get()),
          header_values_(options.header_values.get()),
          traffic_(options.traffic.get()),
          realtime_offset_ns_(realtime_offset_ns) {}
    // A count: the rule that leaves it out.
    [[nodiscard]] std::variant<CleanTransaction, Count> apply(transactions::Transaction transaction);

  private:
    [[nodiscard]] std::optional<Count> reject(const transactions::Transaction& transaction);

    Filters filters_;
    const HeaderValues* header_values_;
    TrafficCounts* traffic_;
    std::int64_t realtime_offset_ns_;
};

}  // namespace apiarist::policy
