// SPDX-License-Identifier: Apache-2.0
#include "sinks/heartbeat.h"

#include <gtest/gtest.h>

namespace apiarist::sinks {
namespace {

TEST(Heartbeat, exact_json) {
    EXPECT_EQ(heartbeat_json({.instance_id = "an-instance",
                              .name = "akto-tc:node-7",
                              .version = "0.1.0",
                              .time_s = 1'790'000'000,
                              .environment = {{"USE_TLS", "true"}, {"APIARIST_FOR", "30s"}},
                              .measures = {{"cpu_percent", 1.234}, {"memory_used_mb", 20}},
                              .counts = {{"records", 18'446'744'073'709'551'615U}}}),
              R"({"type":"heartbeat","daemonId":"an-instance","daemonPodName":"akto-tc:node-7",)"
              R"("timestamp":"1790000000","moduleType":"TRAFFIC_COLLECTOR","imageVersion":"0.1.0",)"
              R"("additionalData":"{\"env\":{\"USE_TLS\":\"true\",\"APIARIST_FOR\":\"30s\"},)"
              R"(\"profiling\":{\"cpu_percent\":1.23,\"memory_used_mb\":20.00,\"records\":18446744073709551615}}"})");
}

TEST(Heartbeat, without_anything_it_is_still_one) {
    EXPECT_EQ(heartbeat_json({}), R"({"type":"heartbeat","daemonId":"","daemonPodName":"","timestamp":"0",)"
                                  R"("moduleType":"TRAFFIC_COLLECTOR","imageVersion":"",)"
                                  R"("additionalData":"{\"env\":{},\"profiling\":{}}"})");
}

TEST(Heartbeat, values_are_quoted_twice) {
    HeartbeatValues values;
    values.environment = {{"A", "\"}\\"}};
    const std::string text = heartbeat_json(values);
    EXPECT_NE(text.find(R"(\"A\":\"\\\"}\\\\\")"), std::string::npos) << text;
}

}  // namespace
}  // namespace apiarist::sinks
