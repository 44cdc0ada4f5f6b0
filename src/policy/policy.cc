// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <utility>

namespace apiarist::policy {

std::optional<CleanTransaction> Policy::apply(transactions::Transaction transaction) const {
    CleanTransaction clean;
    clean.time_ns = static_cast<std::int64_t>(transaction.request.begin) + options_.realtime_offset_ns;
    if (transaction.response && transaction.response->end > transaction.request.begin)
        clean.latency_us = (transaction.response->end - transaction.request.begin) / 1000;
    clean.transaction = std::move(transaction);
    return clean;
}

}  // namespace apiarist::policy
