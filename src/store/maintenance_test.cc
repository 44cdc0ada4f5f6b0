// SPDX-License-Identifier: Apache-2.0
// Each test on SQLite, and on the PostgreSQL that APIARIST_TEST_POSTGRES names.
#include "store/maintenance.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "inventory/observer.h"
#include "store/fixture_test.h"
#include "store/store.h"

namespace apiarist::store {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kDay = 86400;
const Actor kAdmin{"admin", kNow};

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using Counts = std::map<std::string, std::int64_t>;

class MaintenanceTest : public DatabaseTest {
  protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (HasFatalFailure() || IsSkipped()) return;
        auto store = Store::open(options_);
        ASSERT_TRUE(store) << store.error().what;
        store_ = std::make_unique<Store>(std::move(*store));
        auto own = open_database(options_);
        ASSERT_TRUE(own) << own.error().what;
        own_ = std::move(*own);
    }
    struct Seen {
        std::string target;
        std::string method = "GET";
        std::uint16_t status = 200;
        std::int64_t time = kNow;
        std::string host = "shop";
        std::string client = "10.0.0.1";
    };
    // One batch of the processor.
    void put(const std::vector<Seen>& all) {
        Batch batch;
        inventory::Observer observer({{}, [](const records::Record& r) { return std::string(r.target); }});
        for (const Seen& one : all) {
            const std::string answer =
                fmt::format(R"({{"name":"{}","on":true,"n":1}})", one.target.substr(one.target.rfind('/') + 1));
            records::Record record;
            record.method = one.method;
            record.target = one.target;
            record.type = "HTTP/1.1";
            record.status = one.status;
            record.request_headers = {{"host", one.host}};
            if (one.status == 200) {
                record.response_headers = {{"content-type", "application/json"}};
                record.response_payload = answer;
            }
            record.client = {one.client, "5"};
            record.time_s = one.time;
            record.latency_us = 1000;
            observer.observe(record, kNow, store_->catalog(), batch.delta);
        }
        const auto applied = store_->apply(batch, kNow);
        ASSERT_TRUE(applied) << applied.error().what;
    }
    // "GET /orders/{}" → requests, of what counts.
    Counts endpoints() {
        Counts found;
        auto rows = own_->query("SELECT method, template, requests FROM endpoints WHERE merged_into = 0", {});
        for (const Row& row : rows.value())
            found[text(row[0]) + " " + text(row[1])] = integer(row[2]);
        return found;
    }
    std::int64_t number(std::string_view sql) { return count(*own_, sql); }
    // What all that counts have together, whatever endpoint has it.
    std::vector<std::int64_t> sums() {
        const std::string joined = "JOIN endpoints e ON e.id = x.endpoint_id WHERE e.merged_into = 0";
        return {number("SELECT SUM(requests) FROM endpoints WHERE merged_into = 0"),
                number("SELECT SUM(failed_4xx) FROM endpoints WHERE merged_into = 0"),
                number("SELECT SUM(x.calls) FROM hours x " + joined),
                number("SELECT SUM(x.count) FROM marks x " + joined + " AND x.kind = 'auth'"),
                number("SELECT SUM(x.count) FROM marks x " + joined + " AND x.kind = 'client'"),
                number("SELECT SUM(x.count) FROM parts x " + joined + " AND x.part = 'response'")};
    }
    std::int64_t id(const std::string& template_text, const std::string& method = "GET") {
        auto rows = own_->query("SELECT id FROM endpoints WHERE template = $1 AND method = $2 AND merged_into = 0",
                                {template_text, method});
        return rows.value().empty() ? -1 : integer(rows.value()[0][0]);
    }

    std::unique_ptr<Store> store_;
    std::unique_ptr<Database> own_;  // another connection, as the API has one
};

TEST_P(MaintenanceTest, an_undone_decision_gives_back_what_was_joined) {
    // Batch by batch, so that words are endpoints before they are values.
    put({{.target = "/flags/ann"}, {.target = "/flags/ann", .status = 404}, {.target = "/flags/ann", .method = "PUT"}});
    put({{.target = "/flags/bob"}, {.target = "/flags/bob", .time = kNow - 2 * kDay, .client = "10.0.0.2"}});
    ASSERT_THAT(endpoints(),
                ElementsAre(Pair("GET /flags/ann", 2), Pair("GET /flags/bob", 2), Pair("PUT /flags/ann", 1)));
    put({{.target = "/flags/cid"}});
    ASSERT_THAT(endpoints(), ElementsAre(Pair("GET /flags/{}", 5), Pair("PUT /flags/{}", 1)));
    const auto before = sums();
    const auto epoch = number("SELECT value FROM meta WHERE name = 'epoch'");

    auto undone = undo_decision(*own_, id("/flags/{}"), std::nullopt, kAdmin);
    ASSERT_TRUE(undone) << undone.error().what;
    EXPECT_EQ(undone->place, "/flags");
    EXPECT_EQ(undone->restored, 3);
    // What came as a value from the first stays with the parameter.
    EXPECT_THAT(endpoints(), ElementsAre(Pair("GET /flags/ann", 2), Pair("GET /flags/bob", 2), Pair("GET /flags/{}", 1),
                                         Pair("PUT /flags/ann", 1)));
    EXPECT_EQ(undone->removed, 1) << "nothing was left of PUT";
    EXPECT_EQ(sums(), before);
    EXPECT_EQ(number("SELECT decision FROM decisions WHERE template = '/flags'"), 2);
    EXPECT_EQ(number("SELECT value FROM meta WHERE name = 'epoch'"), epoch + 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit WHERE action = 'unmerge' AND who = 'admin'"), 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM hours h WHERE NOT EXISTS (SELECT 1 FROM endpoints e WHERE e.id = "
                     "h.endpoint_id)"),
              0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM marks WHERE kind = 'client' AND value = '10.0.0.2' AND endpoint_id = " +
                     std::to_string(id("/flags/{}"))),
              0);

    // The processor, which knew the parameter until its next batch, makes literals again, and the same decision never.
    put({});
    put({{.target = "/flags/ann"}, {.target = "/flags/dan"}, {.target = "/flags/eve"}, {.target = "/flags/fay"}});
    EXPECT_THAT(endpoints(),
                ElementsAre(Pair("GET /flags/ann", 3), Pair("GET /flags/bob", 2), Pair("GET /flags/dan", 1),
                            Pair("GET /flags/eve", 1), Pair("GET /flags/fay", 1), Pair("GET /flags/{}", 1),
                            Pair("PUT /flags/ann", 1)));
    EXPECT_EQ(undo_decision(*own_, id("/flags/{}"), std::nullopt, kAdmin).error().code, std::errc::invalid_argument);
}

TEST_P(MaintenanceTest, percentiles_are_those_of_what_is_left) {
    put({{.target = "/flags/ann"}, {.target = "/flags/bob"}});
    put({{.target = "/flags/cid"}});
    put({{.target = "/flags/dan"}, {.target = "/flags/7"}});
    const auto parameter = id("/flags/{}");
    ASSERT_GT(parameter, 0);
    ASSERT_TRUE(undo_decision(*own_, parameter, std::nullopt, kAdmin));
    const auto rows = own_->query(
        "SELECT s.latency, e.p50 FROM endpoints e JOIN endpoint_states s ON s.endpoint_id = e.id WHERE e.id = $1",
        {parameter});
    const auto sketch = inventory::LatencySketch::decode(text(rows.value()[0][0]));
    ASSERT_TRUE(sketch);
    EXPECT_EQ(static_cast<std::int64_t>(sketch->count()),
              number("SELECT requests FROM endpoints WHERE template = '/flags/{}'"));
    EXPECT_EQ(integer(rows.value()[0][1]), static_cast<std::int64_t>(sketch->quantile(0.5).value_or(0)));
}

TEST_P(MaintenanceTest, nothing_is_undone_where_nothing_was_decided) {
    put({{.target = "/orders/1"}, {.target = "/about"}});
    EXPECT_EQ(undo_decision(*own_, id("/orders/{}"), std::nullopt, kAdmin).error().code, std::errc::invalid_argument);
    EXPECT_EQ(undo_decision(*own_, id("/about"), std::nullopt, kAdmin).error().code, std::errc::invalid_argument);
    EXPECT_EQ(undo_decision(*own_, 999, std::nullopt, kAdmin).error().code, std::errc::no_such_file_or_directory);
    put({{.target = "/flags/ann"}, {.target = "/flags/bob"}, {.target = "/flags/cid"}});
    ASSERT_GT(id("/flags/{}"), 0);
    EXPECT_EQ(undo_decision(*own_, id("/flags/{}"), "/orders", kAdmin).error().code, std::errc::invalid_argument);
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit"), 0);
    EXPECT_TRUE(undo_decision(*own_, id("/flags/{}"), "/flags", kAdmin));
}

TEST_P(MaintenanceTest, a_collection_goes_with_all_it_has) {
    put({{.target = "/flags/ann"}, {.target = "/flags/bob"}});
    put({{.target = "/flags/cid"}, {.target = "/x", .host = "pay"}});
    ASSERT_TRUE(put_document(*own_, number("SELECT id FROM collections WHERE name = 'shop'"), "n", "{}", kAdmin));
    const auto removed = delete_collection(*own_, number("SELECT id FROM collections WHERE name = 'shop'"), kAdmin);
    ASSERT_TRUE(removed) << removed.error().what;
    EXPECT_EQ(removed->endpoints, 1);
    EXPECT_THAT(endpoints(), ElementsAre(Pair("GET /x", 1)));
    for (const char* table : {"hours", "marks", "parts", "samples", "changes"})
        EXPECT_EQ(number(fmt::format("SELECT COUNT(*) FROM {} WHERE endpoint_id <> {}", table, id("/x"))), 0) << table;
    EXPECT_EQ(number("SELECT COUNT(*) FROM decisions"), 0);
    EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
    EXPECT_EQ(delete_collection(*own_, 999, kAdmin).error().code, std::errc::no_such_file_or_directory);
    // The processor knew it until its next batch, and begins anew.
    put({});
    put({{.target = "/flags/ann"}});
    EXPECT_THAT(endpoints(), ElementsAre(Pair("GET /flags/ann", 1), Pair("GET /x", 1)));
}

TEST_P(MaintenanceTest, offsets_of_runs_go_after_a_day_and_those_of_topics_stay) {
    const auto reach = [this](const std::string& topic, std::int64_t now_s) {
        Batch batch;
        batch.end = {{topic, 0, 7}};
        ASSERT_TRUE(store_->apply(batch, now_s));
    };
    const auto left = [this] {
        const auto rows = own_->query("SELECT topic FROM offsets ORDER BY topic", {});
        std::string topics;
        for (const Row& row : rows.value())
            topics += text(row[0]) + ";";
        return topics;
    };
    reach("runs", kNow - 9 * kDay);
    for (const bool all : {false, true}) {
        reach("run ended", kNow - kDay - 1);
        reach("run idle", kNow - 2 * kDay);
        reach("run idle", kNow - kDay / 2);
        EXPECT_EQ(left(), "run ended;run idle;runs;");
        ASSERT_TRUE(all ? delete_before(*own_, kNow - 300 * kDay, kAdmin).has_value()
                        : delete_day_old(*own_, kNow).has_value());
        EXPECT_EQ(left(), "run idle;runs;") << all;
    }
}

TEST_P(MaintenanceTest, what_is_old_goes) {
    put({{.target = "/old", .time = kNow - 9 * kDay},
         {.target = "/gone", .time = kNow - 9 * kDay, .host = "gone"},
         {.target = "/kept", .time = kNow - 9 * kDay}});
    put({{.target = "/kept", .time = kNow}});
    const auto removed = delete_before(*own_, kNow - 5 * kDay, kAdmin);
    ASSERT_TRUE(removed) << removed.error().what;
    EXPECT_EQ(removed->endpoints, 2);
    EXPECT_EQ(removed->collections, 1);
    EXPECT_EQ(removed->hours, 3);
    EXPECT_EQ(removed->samples, 3);
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit"), 1);
    ASSERT_TRUE(delete_before(*own_, kNow - 5 * kDay, {std::string(kRetention), kNow}));
    EXPECT_EQ(number("SELECT COUNT(*) FROM audit"), 1) << "nothing was left to delete";
    EXPECT_THAT(endpoints(), ElementsAre(Pair("GET /kept", 2))) << "totals stay";
    EXPECT_EQ(number("SELECT COUNT(*) FROM hours"), 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM samples"), 1);
    EXPECT_EQ(number("SELECT COUNT(*) FROM changes"), 0);
    put({{.target = "/old", .time = kNow}});
    EXPECT_THAT(endpoints(), ElementsAre(Pair("GET /kept", 2), Pair("GET /old", 1)));
}

INSTANTIATE_TEST_SUITE_P(Databases, MaintenanceTest, testing::Values("SQLite", "PostgreSQL"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace apiarist::store
