// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <utility>

namespace apiarist::policy {

Policy::Policy(const PolicyOptions& options, bool for_samples, std::int64_t realtime_offset_ns)
    : filters_(options.filters, options.headers, options.bandwidth.get()), realtime_offset_ns_(realtime_offset_ns) {
    if (options.redaction == Redaction::kAll || (options.redaction == Redaction::kSamples && for_samples))
        redactor_.emplace(options.redaction_key);
}

std::variant<CleanTransaction, Count> Policy::apply(transactions::Transaction transaction) {
    if (const auto rule = filters_.reject(transaction)) return *rule;
    CleanTransaction clean;
    if (redactor_) clean.redacted_values = redactor_->redact(transaction);
    clean.time_ns = static_cast<std::int64_t>(transaction.request.begin) + realtime_offset_ns_;
    if (transaction.response && transaction.response->end > transaction.request.begin)
        clean.latency_us = (transaction.response->end - transaction.request.begin) / 1000;
    clean.transaction = std::move(transaction);
    return clean;
}

}  // namespace apiarist::policy
