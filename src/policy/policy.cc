// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <utility>

namespace apiarist::policy {

std::variant<CleanTransaction, Count> Policy::apply(transactions::Transaction transaction) {
    if (const auto rule = filters_.reject(transaction)) return *rule;
    CleanTransaction clean;
    clean.time_ns = static_cast<std::int64_t>(transaction.request.begin) + realtime_offset_ns_;
    if (transaction.response && transaction.response->end > transaction.request.begin)
        clean.latency_us = (transaction.response->end - transaction.request.begin) / 1000;
    clean.transaction = std::move(transaction);
    return clean;
}

}  // namespace apiarist::policy
