// SPDX-License-Identifier: Apache-2.0
#include "store/totals.h"

#include <algorithm>
#include <array>

namespace apiarist::store {
namespace {

using inventory::Latencies;

constexpr std::array<std::int64_t Totals::*, Totals::kCount> kMembers = {
    &Totals::requests,   &Totals::client,     &Totals::answered_2xx, &Totals::answered_3xx,
    &Totals::failed_4xx, &Totals::failed_5xx, &Totals::unanswered};

}  // namespace

Totals Totals::of(const inventory::Facts& facts) {
    Totals totals;
    for (const auto& [key, hour] : facts.hours) {
        const auto requests = static_cast<std::int64_t>(hour.calls);
        if (is_at_client(key.seen_at)) totals.client += requests;
        totals.latency.merge(hour.latency, key.seen_at);
        if (!is_request(key.seen_at)) continue;
        totals.requests += requests;
        if (key.status / 100 == 2) totals.answered_2xx += requests;
        if (key.status / 100 == 3) totals.answered_3xx += requests;
        if (key.status / 100 == 4) totals.failed_4xx += requests;
        if (key.status / 100 == 5) totals.failed_5xx += requests;
        if (key.status == 0) totals.unanswered += requests;
    }
    return totals;
}

Totals Totals::read(const Row& row, std::size_t at) {
    Totals totals;
    for (const auto member : kMembers)
        totals.*member = integer(row[at++]);
    if (auto sketch = Latencies::decode(text(row[at]))) totals.latency = std::move(*sketch);
    return totals;
}

void Totals::add(const Totals& other) {
    for (const auto member : kMembers)
        this->*member += other.*member;
    latency.merge(other.latency);
}

void Totals::take_away(const Totals& other) {
    for (const auto member : kMembers)
        this->*member -= other.*member;
    latency.take_away(other.latency);
}

void Totals::keep_above_zero() {
    for (const auto member : kMembers)
        this->*member = std::max<std::int64_t>(0, this->*member);
}

void Totals::append_to(Row& row) const {
    for (const auto member : kMembers)
        row.emplace_back(this->*member);
}

void append_quantiles(Row& row, const Latencies& latency) {
    for (const double q : {0.5, 0.95, 0.99}) {
        if (const auto value = latency.told().quantile(q))
            row.emplace_back(static_cast<std::int64_t>(*value));
        else
            row.emplace_back(std::monostate{});
    }
}

}  // namespace apiarist::store
