// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <set>

namespace apiarist::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Given = std::map<std::string, std::vector<std::string>, std::less<>>;
using Variables = std::map<std::string, std::string, std::less<>>;

Result<Settings> make(const Given& given, const Variables& variables = {}) {
    return Settings::make(given, [&variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    });
}

TEST(ParseBytes, numbers_and_powers_of_1024) {
    EXPECT_EQ(parse_bytes("0"), 0U);
    EXPECT_EQ(parse_bytes("65536"), 65536U);
    EXPECT_EQ(parse_bytes("64K"), 65536U);
    EXPECT_EQ(parse_bytes("64k"), 65536U);
    EXPECT_EQ(parse_bytes("1M"), 1U << 20);
    EXPECT_EQ(parse_bytes("1.5M"), 3U << 19);
    EXPECT_EQ(parse_bytes("2G"), std::uint64_t{2} << 30);
    for (const char* text :
         {"", "K", "-1", "1KB", "1 K", " 1", "1T", "inf", "nan", "1e300", "9999999999999G", "0x10", "1,5M"})
        EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
}

TEST(ParseDuration, seconds_and_units) {
    EXPECT_EQ(parse_duration("0"), 0U);
    EXPECT_EQ(parse_duration("30"), 30'000'000'000U);
    EXPECT_EQ(parse_duration("30s"), 30'000'000'000U);
    EXPECT_EQ(parse_duration("1.5s"), 1'500'000'000U);
    EXPECT_EQ(parse_duration("200ms"), 200'000'000U);
    EXPECT_EQ(parse_duration("5m"), 300'000'000'000U);
    EXPECT_EQ(parse_duration("1h"), 3'600'000'000'000U);
    for (const char* text : {"", "s", "-1s", "1 s", "1d", "1sec", "ms", "inf", "nan", "1e12s", "999999999h"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Settings, the_command_line_goes_before_the_environment_before_the_default) {
    const Variables variables{{"APIARIST_WORKERS", "3"}};
    const auto by_default = make({});
    ASSERT_TRUE(by_default) << by_default.error().what;
    EXPECT_EQ(by_default->count("workers"), 1U);
    EXPECT_EQ(by_default->value("workers").origin, Origin::kDefault);
    const auto by_environment = make({}, variables);
    EXPECT_EQ(by_environment->count("workers"), 3U);
    EXPECT_EQ(by_environment->value("workers").origin, Origin::kEnvironment);
    const auto by_command_line = make({{"workers", {"2"}}}, variables);
    EXPECT_EQ(by_command_line->count("workers"), 2U);
    EXPECT_EQ(by_command_line->value("workers").origin, Origin::kCommandLine);
}

TEST(Settings, an_empty_variable_is_as_none) {
    const auto settings = make({}, {{"APIARIST_WORKERS", ""}, {"APIARIST_TLS", ""}});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->count("workers"), 1U);
    EXPECT_TRUE(settings->flag("tls"));
}

TEST(Settings, values_of_each_kind) {
    const auto settings = make({{"pid", {"1", "2"}}, {"tls", {"false"}}, {"for", {"90s"}}, {"ring-bytes", {"1M"}}},
                               {{"APIARIST_CGROUP", "/a,/b,,/c"}, {"APIARIST_NDJSON", "-"}});
    ASSERT_TRUE(settings) << settings.error().what;
    EXPECT_THAT(settings->list("pid"), ElementsAre("1", "2"));
    EXPECT_THAT(settings->list("cgroup"), ElementsAre("/a", "/b", "/c"));
    EXPECT_FALSE(settings->flag("tls"));
    EXPECT_EQ(settings->duration_ns("for"), 90'000'000'000U);
    EXPECT_EQ(settings->count("ring-bytes"), 1U << 20);
    EXPECT_EQ(settings->text("ndjson"), "-");
}

TEST(Settings, a_bad_value_is_an_error_that_names_where_it_stands_and_what_it_is) {
    struct Case {
        const char* name;
        const char* variable;
        const char* value;
    };
    constexpr Case kCases[] = {
        {"workers", "APIARIST_WORKERS", "many"}, {"workers", "APIARIST_WORKERS", "-1"},
        {"workers", "APIARIST_WORKERS", "1.5"},  {"workers", "APIARIST_WORKERS", "1K"},
        {"tls", "APIARIST_TLS", "yes"},          {"all", "APIARIST_ALL", "TRUE"},
        {"for", "APIARIST_FOR", "soon"},         {"ring-bytes", "APIARIST_RING_BYTES", "1MB"},
    };
    for (const Case& one : kCases) {
        const auto by_flag = make({{one.name, {one.value}}});
        ASSERT_FALSE(by_flag) << one.value;
        EXPECT_THAT(by_flag.error().what, HasSubstr(std::string("--") + one.name + ": \"" + one.value + "\""));
        const auto by_variable = make({}, {{one.variable, one.value}});
        ASSERT_FALSE(by_variable) << one.value;
        EXPECT_THAT(by_variable.error().what, HasSubstr(std::string(one.variable) + ": \"" + one.value + "\""));
    }
}

TEST(Reference, a_variable_of_the_reference_counts_where_none_of_ours_does) {
    const auto theirs = make({}, {{"TRAFFIC_MAX_CONNECTION_MAP_SIZE", "5000"}});
    ASSERT_TRUE(theirs);
    EXPECT_EQ(theirs->count("connection-table"), 5000U);
    EXPECT_EQ(theirs->value("connection-table").source, "TRAFFIC_MAX_CONNECTION_MAP_SIZE");
    const auto both = make({}, {{"TRAFFIC_MAX_CONNECTION_MAP_SIZE", "5000"}, {"APIARIST_CONNECTION_TABLE", "6000"}});
    EXPECT_EQ(both->count("connection-table"), 6000U);
    EXPECT_TRUE(theirs->warnings().empty());
}

TEST(Reference, what_says_ignore_means_not_wanted) {
    for (const char* yes : {"true", "TRUE", "True"})
        EXPECT_FALSE(make({}, {{"TRAFFIC_DISABLE_EGRESS", yes}})->flag("egress")) << yes;
    for (const char* no : {"false", "yes", "1", "on"})
        EXPECT_TRUE(make({}, {{"TRAFFIC_DISABLE_EGRESS", no}})->flag("egress")) << no;
}

TEST(Reference, a_flag_for_the_default_list) {
    EXPECT_THAT(make({}, {{"TRAFFIC_IGNORE_DEFAULT_PORTS", "false"}})->list("ignore-ports"), ::testing::IsEmpty());
    EXPECT_EQ(make({}, {{"TRAFFIC_IGNORE_DEFAULT_PORTS", "true"}})->list("ignore-ports").size(), 6U);
    EXPECT_EQ(make({})->list("ignore-ports").size(), 6U);
}

TEST(Reference, megabytes) {
    EXPECT_EQ(make({}, {{"OUTPUT_BANDWIDTH_LIMIT", "3"}})->count("output-per-minute"), 3U << 20);
    EXPECT_EQ(make({}, {{"OUTPUT_BANDWIDTH_LIMIT", "-1"}})->count("output-per-minute"), 0U);
}

TEST(Reference, a_bad_value_is_a_warning_and_the_default_stands) {
    const auto settings = make({}, {{"OUTPUT_BANDWIDTH_LIMIT", "3MB"}, {"TRAFFIC_MAX_CONNECTION_MAP_SIZE", "many"}});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->count("connection-table"), 131072U);
    EXPECT_EQ(settings->count("output-per-minute"), 0U);
    EXPECT_THAT(settings->warnings(),
                ElementsAre("TRAFFIC_MAX_CONNECTION_MAP_SIZE: \"many\" is not a whole number; 131072 is used",
                            "OUTPUT_BANDWIDTH_LIMIT: \"3MB\" is not a whole number of megabytes; 0 is used"));
}

TEST(SettingTable, every_setting_has_names_a_meaning_a_place_and_a_good_default) {
    std::set<std::string_view> names;
    std::set<std::string_view> variables;
    for (const Setting& setting : setting_table()) {
        EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
        EXPECT_TRUE(variables.insert(setting.variable).second) << setting.variable;
        EXPECT_FALSE(setting.meaning.empty()) << setting.name;
        EXPECT_NE(setting.commands, 0U) << setting.name;
        EXPECT_TRUE(setting.variable.starts_with("APIARIST_")) << setting.variable;
        for (const Reference& reference : setting.reference)
            EXPECT_TRUE(reference.variable.empty() || variables.insert(reference.variable).second ||
                        reference.form == Form::kCaptureTls)  // CAPTURE_ALL decides over two settings
                << reference.variable;
        EXPECT_TRUE(is_valid(setting, setting.fallback)) << setting.name;
        if (setting.kind == Kind::kText || setting.kind == Kind::kList || setting.kind == Kind::kBrokers) continue;
        EXPECT_FALSE(setting.fallback.empty()) << setting.name;
        EXPECT_TRUE(make({{std::string(setting.name), {std::string(setting.fallback)}}})) << setting.name;
    }
}

TEST(Allowed, words_and_ranges) {
    EXPECT_TRUE(make({{"kafka-acks", {"all"}}}));
    EXPECT_TRUE(make({{"kafka-batch-records", {"1000000"}}}));
    EXPECT_TRUE(make({{"kafka-batch-time", {"900"}}}));
    EXPECT_TRUE(make({{"kafka-batch-time", {"15m"}}}));
    struct Case {
        const char* name;
        const char* value;
        const char* wanted;
    };
    constexpr Case kCases[] = {
        {"kafka-acks", "2", "one of 0,1,all"},
        {"kafka-acks", "", "one of 0,1,all"},
        {"kafka-acks", "0,1", "one of 0,1,all"},
        {"kafka-batch-records", "0", "a whole number, 1..1000000"},
        {"kafka-batch-records", "1000001", "a whole number, 1..1000000"},
        {"kafka-batch-time", "900.001s", "0..900s"},
        {"kafka-record-bytes", "999", "1000..900M"},
    };
    for (const Case& one : kCases) {
        const auto settings = make({{one.name, {one.value}}});
        ASSERT_FALSE(settings) << one.value;
        EXPECT_THAT(settings.error().what, HasSubstr(one.wanted));
    }
}

TEST(Allowed, the_references_bad_ones_are_warnings) {
    const auto settings = make({}, {{"AKTO_KAFKA_SASL_MECHANISM", "FOO"}, {"AKTO_TRAFFIC_BATCH_SIZE", "0"}});
    ASSERT_TRUE(settings);
    EXPECT_THAT(settings->warnings(),
                ElementsAre("AKTO_TRAFFIC_BATCH_SIZE: \"0\" is not a whole number, 1..1000000; 100 is used",
                            "AKTO_KAFKA_SASL_MECHANISM: \"FOO\" is not one of PLAIN,SCRAM-SHA-256,SCRAM-SHA-512; PLAIN "
                            "is used"));
    EXPECT_EQ(settings->text("kafka-sasl-mechanism"), "PLAIN");
    EXPECT_TRUE(settings->misread("kafka-sasl-mechanism"));
    EXPECT_FALSE(settings->misread("kafka"));
}

TEST(Brokers, a_bad_one_of_the_reference_leaves_the_other_or_none) {
    const Variables bad{{"AKTO_KAFKA_BROKER_MAL", "<AKTO_NLB_IP>:9092"}};
    const auto none = make({}, bad);
    ASSERT_TRUE(none);
    EXPECT_EQ(none->text("kafka"), "");
    EXPECT_TRUE(none->misread("kafka"));
    EXPECT_THAT(none->warnings(),
                ElementsAre("AKTO_KAFKA_BROKER_MAL: \"<AKTO_NLB_IP>:9092\" is not host:port, several by "
                            "commas; no records go to Kafka"));
    Variables other = bad;
    other["AKTO_KAFKA_BROKER_URL"] = "broker:9092";
    EXPECT_EQ(make({}, other)->text("kafka"), "broker:9092");
}

TEST(Brokers, a_password_in_one_is_in_no_message) {
    const auto ours = make({{"kafka", {"user:hunter2@broker:9092"}}});
    ASSERT_FALSE(ours);
    EXPECT_EQ(ours.error().what, "--kafka: (not shown) is not host:port, several by commas");
    const auto theirs = make({}, {{"AKTO_KAFKA_BROKER_MAL", "user:hunter2@broker:9092"}});
    ASSERT_TRUE(theirs);
    EXPECT_THAT(theirs->warnings(), ElementsAre(::testing::Not(HasSubstr("hunter2"))));
    EXPECT_THAT(config_text(*theirs), ::testing::Not(HasSubstr("hunter2")));
}

TEST(ConfigText, has_a_line_for_each_setting_with_value_and_origin) {
    const auto settings = make({{"pid", {"41", "42"}}}, {{"APIARIST_FOR", "30s"}});
    ASSERT_TRUE(settings);
    const std::string text = "\n" + config_text(*settings);
    for (const Setting& setting : setting_table())
        EXPECT_THAT(text, HasSubstr("\n" + std::string(setting.name) + " "));
    EXPECT_THAT(text, ::testing::ContainsRegex("\npid +=[ ]+41,42\n +from command line"));
    EXPECT_THAT(text, ::testing::ContainsRegex("\nfor +=[ ]+30s\n +from APIARIST_FOR"));
    EXPECT_THAT(text, ::testing::ContainsRegex("\nworkers +=[ ]+1\n +from default"));
}

TEST(ConfigText, shows_no_password_of_a_url) {
    for (const char* url : {"postgresql://me:hunter2@db/x", "postgresql://db/x?user=me&password=hunter2"}) {
        const auto settings = make({{"inventory", {url}}});
        ASSERT_TRUE(settings);
        EXPECT_THAT(config_text(*settings), ::testing::Not(HasSubstr("hunter2")));
        EXPECT_THAT(chosen_settings(*settings), ::testing::Each(::testing::Not(HasSubstr("hunter2"))));
    }
}

TEST(ConfigMarkdown, is_what_stands_in_the_documentation) {
    std::ifstream file(APIARIST_SOURCE_DIR "/docs/configuration.md");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_EQ(text, config_markdown()) << "apiarist config --markdown >docs/configuration.md";
}

TEST(Settings, capture_all_and_capture_ssl_together_say_what_is_read) {
    struct Case {
        Variables variables;
        bool clear;
        bool tls;
    };
    for (const Case& one : {Case{{}, true, true}, Case{{{"CAPTURE_SSL", "true"}}, true, true},
                            Case{{{"CAPTURE_ALL", "true"}}, true, true}, Case{{{"CAPTURE_ALL", "false"}}, true, false},
                            Case{{{"CAPTURE_ALL", "false"}, {"CAPTURE_SSL", "true"}}, false, true},
                            Case{{{"CAPTURE_ALL", "false"}, {"CAPTURE_SSL", "false"}}, true, false}}) {
        const auto settings = make({}, one.variables);
        ASSERT_TRUE(settings);
        EXPECT_EQ(settings->flag("clear"), one.clear);
        EXPECT_EQ(settings->flag("tls"), one.tls);
    }
}

TEST(Settings, memory_limits_by_their_later_names_first) {
    const auto both = make({}, {{"AKTO_MEM_SOFT_LIMIT", "100"},
                                {"TRAFFIC_BUFFER_THRESHOLD", "200"},
                                {"AKTO_MEM_THRESH_RESTART", "300"},
                                {"MODULE_MEM_CHECK_INTERVAL", "250"}});
    ASSERT_TRUE(both);
    EXPECT_EQ(both->count("memory-soft"), 100U << 20);
    EXPECT_EQ(both->count("memory-hard"), 300U << 20);
    EXPECT_EQ(both->duration_ns("memory-interval"), 250'000'000U);
    const auto bad = make({}, {{"MODULE_MEM_CHECK_INTERVAL", "0"}, {"AKTO_MEM_HARD_LIMIT", "much"}});
    ASSERT_TRUE(bad);
    EXPECT_EQ(bad->duration_ns("memory-interval"), 500'000'000U);
    EXPECT_EQ(bad->count("memory-hard"), 800U << 20);
    EXPECT_EQ(bad->warnings().size(), 2U);
}

TEST(Reference, a_time_beyond_all_bounds_is_a_warning_and_the_default_stands) {
    for (const char* text : {"1000000000001", "9223372036854775807", "9223372036854775808"}) {
        const auto settings = make({}, {{"MODULE_MEM_CHECK_INTERVAL", text}});
        ASSERT_TRUE(settings);
        EXPECT_EQ(settings->duration_ns("memory-interval"), 500'000'000U) << text;
        EXPECT_EQ(settings->warnings().size(), 1U) << text;
    }
    const auto largest = make({}, {{"MODULE_MEM_CHECK_INTERVAL", "1000000000000"}});
    EXPECT_EQ(largest->duration_ns("memory-interval"), 1'000'000'000'000'000'000U);
    EXPECT_THAT(largest->warnings(), IsEmpty());
}

TEST(Reference, a_hard_limit_that_the_rings_reach_is_a_warning_and_the_default_stands) {
    for (const char* variable : {"AKTO_MEM_HARD_LIMIT", "AKTO_MEM_THRESH_RESTART"}) {
        const auto settings = make({}, {{variable, "32"}});
        ASSERT_TRUE(settings);
        EXPECT_EQ(settings->count("memory-hard"), 800U << 20);
        EXPECT_THAT(settings->warnings(), ElementsAre(AllOf(HasSubstr(variable), HasSubstr("32M"), HasSubstr("800M"))));
        EXPECT_THAT(make({}, {{variable, "33"}})->warnings(), IsEmpty());
        EXPECT_THAT(make({}, {{variable, "0"}})->warnings(), IsEmpty());
    }
    const auto wider = make({{"workers", {"2"}}, {"ring-bytes", {"64M"}}}, {{"AKTO_MEM_HARD_LIMIT", "128"}});
    EXPECT_EQ(wider->warnings().size(), 1U);
    // Ours is judged where a run begins.
    const auto ours = make({{"memory-hard", {"16M"}}}, {{"AKTO_MEM_HARD_LIMIT", "16"}});
    EXPECT_EQ(ours->count("memory-hard"), 16U << 20);
    EXPECT_THAT(ours->warnings(), IsEmpty());
}

TEST(Settings, a_pod_is_told_by_what_kubernetes_sets) {
    EXPECT_FALSE(make({})->flag("pods"));
    const auto inside = make({}, {{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}});
    EXPECT_TRUE(inside->flag("pods"));
    EXPECT_EQ(inside->value("pods").source, "KUBERNETES_SERVICE_HOST");
    EXPECT_TRUE(make({}, {{"PROBE_ALL_PID", "true"}})->flag("all"));
    EXPECT_FALSE(make({}, {{"PROBE_ALL_PID", "false"}})->flag("all"));
}

TEST(Settings, the_references_log_levels_in_any_case_and_as_its_page_spells_them) {
    EXPECT_EQ(make({})->text("log-level"), "info");
    EXPECT_EQ(make({}, {{"AKTO_LOG_LEVEL", "WARN"}})->text("log-level"), "warn");
    EXPECT_EQ(make({}, {{"AKTO_LOG_LEVEL", "Off"}})->text("log-level"), "off");
    EXPECT_EQ(make({}, {{"AKTO_LOG_LEVEL", "DBEUG"}})->text("log-level"), "debug");
    const auto bad = make({}, {{"AKTO_LOG_LEVEL", "LOUD"}});
    EXPECT_EQ(bad->text("log-level"), "info");
    EXPECT_EQ(bad->warnings().size(), 1U);
    EXPECT_FALSE(make({{"log-level", {"LOUD"}}}));
}

TEST(Settings, a_flag_that_is_given_twice_is_an_error_unless_it_is_a_list) {
    const auto twice = make({{"ledger", {"a", "b"}}});
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().what, "--ledger: given 2 times");
    EXPECT_THAT(make({{"pid", {"1", "2"}}})->list("pid"), ElementsAre("1", "2"));
}

}  // namespace
}  // namespace apiarist::app
