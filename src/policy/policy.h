// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a transaction to what may leave the node: filters, then wall-clock times. One Policy per worker.

#include <cstdint>
#include <memory>
#include <variant>

#include "base/ledger.h"
#include "policy/clean_transaction.h"
#include "policy/filters.h"

namespace apiarist::policy {

// What all workers share; outlives their policies.
struct PolicyOptions {
    FilterOptions filters;
    HeaderRules headers;
    std::unique_ptr<Bandwidth> bandwidth;  // null: no limit
};

class Policy {
  public:
    // `realtime_offset_ns`: CLOCK_REALTIME − CLOCK_MONOTONIC of the events.
    Policy(const PolicyOptions& options, std::int64_t realtime_offset_ns)
        : filters_(options.filters, options.headers, options.bandwidth.get()),
          realtime_offset_ns_(realtime_offset_ns) {}
    // A count: the rule that leaves it out.
    [[nodiscard]] std::variant<CleanTransaction, Count> apply(transactions::Transaction transaction);

  private:
    Filters filters_;
    std::int64_t realtime_offset_ns_;
};

}  // namespace apiarist::policy
