// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a transaction to what may leave the node: filters, redaction, wall-clock times. One Policy per worker.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/ledger.h"
#include "policy/clean_transaction.h"
#include "policy/filters.h"
#include "policy/header_values.h"
#include "policy/redaction.h"
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
    Redaction redaction = Redaction::kOff;
    std::string redaction_key;
};

class Policy {
  public:
    // `for_samples`: of a sink that stores samples. `realtime_offset_ns`: CLOCK_REALTIME − CLOCK_MONOTONIC of the
    // events.
    Policy(const PolicyOptions& options, bool for_samples, std::int64_t realtime_offset_ns);
    // A count: the rule that leaves it out.
    [[nodiscard]] std::variant<CleanTransaction, Count> apply(transactions::Transaction transaction);

  private:
    [[nodiscard]] std::optional<Count> reject(const transactions::Transaction& transaction);

    Filters filters_;
    const HeaderValues* header_values_;
    TrafficCounts* traffic_;
    std::optional<Redactor> redactor_;  // none: nothing is redacted
    std::int64_t realtime_offset_ns_;
};

}  // namespace apiarist::policy
