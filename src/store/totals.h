// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an endpoint counted in all: columns of its row, and its latencies. They add up and are taken away. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "inventory/facts.h"
#include "inventory/latencies.h"
#include "store/database.h"

namespace apiarist::store {

struct Totals {
    // Of the table endpoints, in the order of the members; the latencies are in endpoint_states.
    static constexpr std::string_view kColumns =
        "requests, requests_client, answered_2xx, answered_3xx, failed_4xx, failed_5xx, unanswered";
    static constexpr std::size_t kCount = 7;

    std::int64_t requests = 0;
    std::int64_t client = 0;
    std::int64_t answered_2xx = 0;
    std::int64_t answered_3xx = 0;
    std::int64_t failed_4xx = 0;
    std::int64_t failed_5xx = 0;
    std::int64_t unanswered = 0;
    inventory::Latencies latency;

    static Totals of(const inventory::Facts& facts);
    // kColumns from `at` on, and the latencies behind them.
    static Totals read(const Row& row, std::size_t at);
    void add(const Totals& other);
    void take_away(const Totals& other);
    void keep_above_zero();
    // Behind what is there: kColumns.
    void append_to(Row& row) const;
};

// Behind what is there: p50, p95, p99; null where nothing was measured.
void append_quantiles(Row& row, const inventory::Latencies& latency);

}  // namespace apiarist::store
