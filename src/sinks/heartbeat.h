// SPDX-License-Identifier: Apache-2.0
#pragma once
// The record by which a collector says that it lives: a flat JSON object, every value a string, `additionalData` JSON
// in a string. The text is made of plain values alone; whoever gives them answers for what is published.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace apiarist::sinks {

struct HeartbeatValues {
    std::string instance_id;
    std::string name;  // `daemonPodName`
    std::string version;
    std::int64_t time_s = 0;                                       // Unix seconds
    std::vector<std::pair<std::string, std::string>> environment;  // no secrets
    std::vector<std::pair<std::string, double>> measures;
    std::vector<std::pair<std::string, std::uint64_t>> counts;
};

[[nodiscard]] std::string heartbeat_json(const HeartbeatValues& values);

}  // namespace apiarist::sinks
