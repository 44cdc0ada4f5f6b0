// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a transaction to what may leave the node. One Policy per worker.

#include <cstdint>
#include <optional>

#include "policy/clean_transaction.h"

namespace apiarist::policy {

struct PolicyOptions {
    std::int64_t realtime_offset_ns = 0;  // CLOCK_REALTIME − CLOCK_MONOTONIC of the events
};

class Policy {
  public:
    explicit Policy(const PolicyOptions& options) : options_(options) {}
    // Nothing: a rule leaves it out.
    [[nodiscard]] std::optional<CleanTransaction> apply(transactions::Transaction transaction) const;

  private:
    PolicyOptions options_;
};

}  // namespace apiarist::policy
