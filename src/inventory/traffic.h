// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was asked of a collection in a minute. It adds up, as facts do.

#include <cstdint>
#include <map>
#include <utility>

#include "inventory/facts.h"
#include "inventory/latencies.h"
#include "records/record.h"

namespace apiarist::inventory {

struct TrafficCounts {
    std::uint64_t requests = 0;
    std::uint64_t client = 0;  // of these: seen at the caller, alone or too
    std::uint64_t failed_4xx = 0;
    std::uint64_t failed_5xx = 0;
    std::uint64_t unanswered = 0;
    Latencies latency;

    void add(const records::Record& record, SeenAt end);
    void merge(const TrafficCounts& other);
    // What `other` added before. What would be below zero is zero.
    void take_away(const TrafficCounts& other);
};

// By minutes since 1970.
using Minutes = std::map<std::int64_t, TrafficCounts>;

}  // namespace apiarist::inventory
