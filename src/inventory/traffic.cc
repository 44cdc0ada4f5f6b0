// SPDX-License-Identifier: Apache-2.0
#include "inventory/traffic.h"

#include <algorithm>
#include <array>

namespace apiarist::inventory {
namespace {

constexpr std::array kMembers = {&TrafficCounts::requests, &TrafficCounts::client, &TrafficCounts::failed_4xx,
                                 &TrafficCounts::failed_5xx, &TrafficCounts::unanswered};

}  // namespace

void TrafficCounts::add(const records::Record& record, SeenAt end) {
    if (is_at_client(end)) ++client;
    if (record.latency_us && tells_latency(end)) latency.add(*record.latency_us, end);
    if (!is_request(end)) return;
    ++requests;
    if (record.status / 100 == 4) ++failed_4xx;
    if (record.status / 100 == 5) ++failed_5xx;
    if (record.status == 0) ++unanswered;
}

void TrafficCounts::merge(const TrafficCounts& other) {
    for (const auto member : kMembers)
        this->*member += other.*member;
    latency.merge(other.latency);
}

void TrafficCounts::take_away(const TrafficCounts& other) {
    for (const auto member : kMembers)
        this->*member -= std::min(this->*member, other.*member);
    latency.take_away(other.latency);
}

}  // namespace apiarist::inventory
