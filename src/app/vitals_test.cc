// SPDX-License-Identifier: Apache-2.0
#include "app/vitals.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

namespace apiarist::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using Variables = std::map<std::string, std::string, std::less<>>;

constexpr const char* kSecret = "hunter2";
constexpr const char* kInstance = "0f0e0d0c-1111-4222-8333-444455556666";

Result<Settings> make(const Variables& variables) {
    return Settings::make({}, [&variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    });
}

std::string heartbeat_of(const Settings& settings) {
    Vitals vitals(settings, kInstance, [] { return LedgerSnapshot{}; });
    return sinks::heartbeat_json(vitals.read());
}

// What names the collector is published because it is asked for.
bool is_a_name(const Setting& setting) {
    constexpr std::string_view kNames[] = {"agent-name", "pod-name", "node-name", "host-name", "image-version"};
    return std::find(std::begin(kNames), std::end(kNames), setting.name) != std::end(kNames);
}

std::vector<std::string> variables_of(const Setting& setting) {
    std::vector<std::string> names{std::string(setting.variable)};
    for (const Reference& reference : setting.reference)
        if (!reference.variable.empty()) names.emplace_back(reference.variable);
    return names;
}

TEST(Heartbeat, tells_no_secret_in_whatever_variable_it_stands) {
    std::size_t tried = 0;
    for (const Setting& setting : setting_table()) {
        if (is_a_name(setting)) continue;
        for (const std::string& variable : variables_of(setting)) {
            for (const std::string& text : {std::string(kSecret), std::string("user:hunter2@broker:9092")}) {
                const auto settings = make({{variable, text}});
                if (!settings) continue;  // a run that does not begin
                // A broker's name is published; it is one that can be called hunter2.
                if (setting.kind == Kind::kBrokers && text == kSecret) continue;
                EXPECT_THAT(heartbeat_of(*settings), Not(HasSubstr(kSecret))) << variable;
                ++tried;
            }
        }
    }
    EXPECT_GT(tried, 40U);
}

TEST(Heartbeat, tells_no_variable_that_is_not_in_the_table) {
    Variables variables{{"AKTO_MONGO_CONN", kSecret}, {"PATH", kSecret}, {"AWS_SECRET_ACCESS_KEY", kSecret}};
    for (const Setting& setting : setting_table())
        for (const Reference& reference : setting.reference)
            if (!reference.variable.empty() && !is_a_name(setting))
                variables[std::string(reference.variable)] = kSecret;
    variables["AKTO_KAFKA_BROKER_MAL"] = "user:hunter2@broker:9092";
    variables["AKTO_KAFKA_BROKER_URL"] = "https://hunter2";
    const auto settings = make(variables);
    ASSERT_TRUE(settings) << settings.error().what;
    EXPECT_THAT(heartbeat_of(*settings), Not(HasSubstr(kSecret)));
}

TEST(PublicEnvironment, variables_in_force_in_their_own_words) {
    const auto settings = make({{"AKTO_KAFKA_BROKER_MAL", "broker:9092"},
                                {"KAFKA_PASSWORD", kSecret},
                                {"KAFKA_USERNAME", "alice"},
                                {"INSECURE_SKIP_VERIFY", "TRUE"},
                                {"USE_TLS", "yes"},
                                {"TRAFFIC_IGNORE_DEFAULT_PORTS", "true"},
                                {"OUTPUT_BANDWIDTH_LIMIT", "-1"},
                                {"AKTO_TRAFFIC_BATCH_TIME_SECS", "2.5"},
                                {"AKTO_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"},
                                {"APIARIST_WORKERS", "2"},
                                {"APIARIST_LEDGER", "/tmp/ledger"},
                                {"AKTO_MODULE_DISCOVERY_CONFIG", "[]"}});
    ASSERT_TRUE(settings) << settings.error().what;
    EXPECT_THAT(
        public_environment(*settings),
        UnorderedElementsAre(Pair("AKTO_KAFKA_BROKER_MAL", "broker:9092"), Pair("INSECURE_SKIP_VERIFY", "true"),
                             Pair("USE_TLS", "false"), Pair("TRAFFIC_IGNORE_DEFAULT_PORTS", "true"),
                             Pair("OUTPUT_BANDWIDTH_LIMIT", "-1"), Pair("AKTO_TRAFFIC_BATCH_TIME_SECS", "2.5"),
                             Pair("AKTO_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512"), Pair("APIARIST_WORKERS", "2")));
}

TEST(HeartbeatName, the_agent_then_pod_and_node_then_the_host_then_the_instance) {
    Variables variables{{"AKTO_AGENT_NAME", "agent"}, {"POD_NAME", "pod"}, {"NODE_NAME", "node"}, {"HOSTNAME", "host"}};
    const auto name = [&variables] { return heartbeat_name(*make(variables), kInstance); };
    EXPECT_EQ(name(), "akto-tc:agent");
    variables.erase("AKTO_AGENT_NAME");
    EXPECT_EQ(name(), "akto-tc:pod:node");
    variables.erase("NODE_NAME");
    EXPECT_EQ(name(), "akto-tc:host");
    variables.erase("HOSTNAME");
    EXPECT_EQ(name(), "akto-tc:daemon-0f0e0d0c");
}

TEST(Vitals, measures_and_the_sums_of_the_ledger) {
    const auto settings = make({{"AKTO_IMAGE_VERSION", "registry/image:7"}});
    ASSERT_TRUE(settings);
    LedgerSnapshot ledger{};
    ledger[static_cast<std::size_t>(Count::kRecordsDelivered)] = 41;
    Vitals vitals(*settings, kInstance, [&ledger] { return ledger; });
    const sinks::HeartbeatValues values = vitals.read();
    EXPECT_EQ(values.instance_id, kInstance);
    EXPECT_EQ(values.version, "registry/image:7");
    EXPECT_GT(values.time_s, 1'700'000'000);
    const std::map<std::string, double> measures(values.measures.begin(), values.measures.end());
    EXPECT_GT(measures.at("memory_used_mb"), 1);
    EXPECT_GT(measures.at("host_memory_used_mb"), 1);
    EXPECT_GE(measures.at("cpu_cores_total"), 1);
    EXPECT_GE(measures.at("cpu_percent"), 0);
    EXPECT_LE(measures.at("system_cpu_percent"), 100);
    const std::map<std::string, std::uint64_t> counts(values.counts.begin(), values.counts.end());
    EXPECT_EQ(counts.at("records_delivered"), 41U);
    EXPECT_TRUE(counts.contains("socket_bytes_lost"));
    EXPECT_EQ(make({}).value().text("image-version"), "");
}

TEST(ParseHostCpu, busy_and_all) {
    const auto cpu = parse_host_cpu("cpu  10 20 30 400 50 6 7 8 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
    ASSERT_TRUE(cpu);
    EXPECT_EQ(cpu->all, 531U);
    EXPECT_EQ(cpu->busy, 81U);
    EXPECT_FALSE(parse_host_cpu(""));
    EXPECT_FALSE(parse_host_cpu("cpu  1 2 3"));
    EXPECT_FALSE(parse_host_cpu("cpu0 1 2 3 4 5 6 7 8"));
}

TEST(ParseMemoryUsed, total_less_available) {
    EXPECT_EQ(parse_memory_used("MemTotal:       100 kB\nMemFree:  1 kB\nMemAvailable:   40 kB\n"), 60U);
    EXPECT_FALSE(parse_memory_used("MemTotal: 100 kB\n"));
    EXPECT_FALSE(parse_memory_used("MemTotal: 1 kB\nMemAvailable: 2 kB\n"));
    EXPECT_FALSE(parse_memory_used(""));
}

}  // namespace
}  // namespace apiarist::app
