// SPDX-License-Identifier: Apache-2.0
#include "app/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>

namespace apiarist::app {
namespace {

using testing::HasSubstr;
using testing::Not;

Settings settings_of(const std::map<std::string, std::vector<std::string>, std::less<>>& given,
                     const std::map<std::string, std::string, std::less<>>& variables = {}) {
    auto made = Settings::make(given, [&variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
    if (!made) {
        ADD_FAILURE() << made.error().what;
        std::abort();
    }
    return std::move(*made);
}

class CollectorTest : public testing::Test {
  protected:
    simdjson::dom::element parse(const std::string& json) {
        simdjson::dom::element root;
        EXPECT_EQ(parser_.parse(json).get(root), simdjson::SUCCESS) << json;
        return root;
    }
    simdjson::dom::parser parser_;
};

TEST_F(CollectorTest, a_run_with_its_ledger_in_the_order_of_the_table) {
    LedgerSnapshot ledger{};
    ledger[static_cast<std::size_t>(Count::kRequests)] = 7;
    const auto root = parse(collector_json(settings_of({{"node-name", {"n\"1"}}}), {.mode = "run",
                                                                                    .command = kRun,
                                                                                    .started = 12,
                                                                                    .not_ready = "not yet",
                                                                                    .ledger = ledger,
                                                                                    .coverage = "{\"a\": 1}\n"}));
    EXPECT_EQ(std::string_view(root["mode"]), "run");
    EXPECT_EQ(std::string_view(root["host"]), "n\"1");
    EXPECT_EQ(std::int64_t(root["started"]), 12);
    EXPECT_EQ(std::string_view(root["not_ready"]), "not yet");
    EXPECT_EQ(std::int64_t(root["coverage"]["a"]), 1);
    std::vector<std::string> names;
    for (const simdjson::dom::element one : simdjson::dom::array(root["ledger"])) {
        names.emplace_back(std::string_view(one["name"]));
        EXPECT_EQ(std::int64_t(one["value"]), names.back() == "requests" ? 7 : 0) << names.back();
        EXPECT_FALSE(std::string_view(one["meaning"]).empty()) << names.back();
    }
    std::vector<std::string> wanted;
    for (const CountInfo& one : count_table())
        wanted.emplace_back(one.name);
    EXPECT_EQ(names, wanted);
}

TEST_F(CollectorTest, what_is_not_known_is_null) {
    const auto root = parse(collector_json(
        settings_of({}),
        {.mode = "serve", .command = kProcessor, .started = 1, .not_ready = {}, .ledger = {}, .coverage = {}}));
    EXPECT_TRUE(root["ledger"].is_null());
    EXPECT_TRUE(root["coverage"].is_null());
    EXPECT_FALSE(std::string_view(root["host"]).empty());
}

TEST_F(CollectorTest, settings_of_the_command_and_where_they_come_from) {
    const Settings settings = settings_of({{"body-bytes", {"2M"}}}, {{"APIARIST_WORKERS", "2"}});
    const auto root = parse(collector_json(
        settings, {.mode = "run", .command = kRun, .started = 1, .not_ready = {}, .ledger = {}, .coverage = {}}));
    std::map<std::string, std::pair<std::string, std::string>> seen;
    for (const simdjson::dom::element one : simdjson::dom::array(root["settings"]))
        seen[std::string(std::string_view(one["name"]))] = {std::string(std::string_view(one["value"])),
                                                            std::string(std::string_view(one["source"]))};
    EXPECT_EQ(seen["body-bytes"], std::pair(std::string("2M"), std::string("--body-bytes")));
    EXPECT_EQ(seen["workers"], std::pair(std::string("2"), std::string("APIARIST_WORKERS")));
    EXPECT_EQ(seen["inventory-days"], std::pair(std::string("365"), std::string()));
    EXPECT_FALSE(seen.contains("records")) << "of processor alone";
}

TEST_F(CollectorTest, no_secret_is_in_it) {
    const Settings settings = settings_of({}, {{"APIARIST_INVENTORY", "postgresql://me:hunter2@db/inventory"},
                                               {"APIARIST_REDACT_KEY", "hunter3"},
                                               {"APIARIST_KAFKA_PASSWORD", "hunter4"}});
    const Settings query = settings_of({}, {{"APIARIST_INVENTORY", "postgresql:///inventory?%70assword=hunter5"}});
    EXPECT_THAT(
        collector_json(query,
                       {.mode = "run", .command = kRun, .started = 1, .not_ready = {}, .ledger = {}, .coverage = {}}),
        Not(HasSubstr("hunter")));
    for (const unsigned command : {unsigned{kRun}, unsigned{kProcessor}}) {
        const std::string json = collector_json(
            settings, {.mode = "run", .command = command, .started = 1, .not_ready = {}, .ledger = {}, .coverage = {}});
        EXPECT_THAT(json, Not(HasSubstr("hunter")));
        EXPECT_THAT(json, HasSubstr(R"("name":"redact-key","value":"…")"));
        EXPECT_THAT(json, HasSubstr(R"("name":"inventory","value":"…")"));
    }
}

}  // namespace
}  // namespace apiarist::app
