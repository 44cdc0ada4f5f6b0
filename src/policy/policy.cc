// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <algorithm>
#include <string>
#include <utility>

namespace apiarist::policy {

namespace {

// Without the port, an IPv6 address without its brackets.
std::string client_of(const transactions::Transaction& transaction) {
    std::string text = transaction.client().to_string();
    text.resize(std::min(text.size(), text.rfind(':')));
    if (text.starts_with('[') && text.ends_with(']')) return text.substr(1, text.size() - 2);
    return text;
}

}  // namespace

Policy::Policy(const PolicyOptions& options, bool for_samples, std::int64_t realtime_offset_ns)
    : filters_(options.filters, options.headers, options.bandwidth.get()),
      header_values_(options.header_values.get()),
      traffic_(options.traffic.get()),
      realtime_offset_ns_(realtime_offset_ns) {
    if (options.redaction == Redaction::kAll || (options.redaction == Redaction::kSamples && for_samples))
        redactor_.emplace(options.redaction_key);
}

std::optional<Count> Policy::reject(const transactions::Transaction& transaction) {
    const auto& headers = transaction.request.headers;
    auto rule = filters_.reject(transaction);
    if (!rule && header_values_ != nullptr && !header_values_->pass(headers)) rule = Count::kFilteredHeaderValue;
    if (traffic_ != nullptr)
        traffic_->add(client_of(transaction), std::string(protocols::header_value(headers, "host")),
                      payload_bytes(transaction), !rule);
    return rule;
}

std::variant<CleanTransaction, Count> Policy::apply(transactions::Transaction transaction) {
    if (const auto rule = reject(transaction)) return *rule;
    CleanTransaction clean;
    if (redactor_) clean.redacted_values = redactor_->redact(transaction);
    clean.time_ns = static_cast<std::int64_t>(transaction.request.begin) + realtime_offset_ns_;
    if (transaction.response && transaction.response->end > transaction.request.begin)
        clean.latency_us = (transaction.response->end - transaction.request.begin) / 1000;
    clean.transaction = std::move(transaction);
    return clean;
}

}  // namespace apiarist::policy
