// SPDX-License-Identifier: Apache-2.0
#pragma once
// A transaction that the policy let through, ready for a sink: times are wall-clock, values redacted where that is
// wanted, everything else as captured.

#include <cstdint>

#include "transactions/transaction.h"

namespace apiarist::policy {

struct CleanTransaction {
    transactions::Transaction transaction;
    std::int64_t time_ns = 0;      // Unix time of the request's first byte
    std::uint64_t latency_us = 0;  // from there to the response's last byte; 0 without a response
    std::uint64_t redacted_values = 0;
};

}  // namespace apiarist::policy
