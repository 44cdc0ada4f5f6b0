// SPDX-License-Identifier: Apache-2.0
#include "sinks/heartbeat.h"

#include <fmt/format.h>

#include <string_view>

#include "base/json.h"

namespace apiarist::sinks {
namespace {

void append_key(std::string& out, std::string_view key) {
    if (out.back() != '{') out += ',';
    append_json_string(out, key);
    out += ':';
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
    append_key(out, key);
    append_json_string(out, value);
}

std::string additional_data(const HeartbeatValues& values) {
    std::string out = R"({"env":{)";
    for (const auto& [name, value] : values.environment)
        append_member(out, name, value);
    out += R"(},"profiling":{)";
    for (const auto& [name, value] : values.measures) {
        append_key(out, name);
        out += fmt::format("{:.2f}", value);
    }
    for (const auto& [name, value] : values.counts) {
        append_key(out, name);
        out += std::to_string(value);
    }
    return out + "}}";
}

}  // namespace

std::string heartbeat_json(const HeartbeatValues& values) {
    std::string out = "{";
    append_member(out, "type", "heartbeat");
    append_member(out, "daemonId", values.instance_id);
    append_member(out, "daemonPodName", values.name);
    append_member(out, "timestamp", std::to_string(values.time_s));
    append_member(out, "moduleType", "TRAFFIC_COLLECTOR");
    append_member(out, "imageVersion", values.version);
    append_member(out, "additionalData", additional_data(values));
    return out + "}";
}

}  // namespace apiarist::sinks
