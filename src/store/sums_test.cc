// SPDX-License-Identifier: Apache-2.0
// What is kept added up, beside what the fixture compares after every test of a store.
#include "store/sums.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "inventory/observer.h"
#include "store/endpoint_queries.h"
#include "store/fixture_test.h"
#include "store/maintenance.h"
#include "store/queries.h"
#include "store/store.h"

namespace apiarist::store {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class SumsTest : public DatabaseTest {
  protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (HasFatalFailure() || IsSkipped()) return;
        auto store = Store::open(options_);
        ASSERT_TRUE(store) << store.error().what;
        store_.emplace(std::move(*store));
    }

    struct Seen {
        std::string host = "shop";
        std::string target = "/a";
        std::int64_t time = kNow;
        std::uint16_t status = 200;
        records::Direction direction = records::Direction::kServer;
        std::uint64_t latency_us = 1000;
    };
    void put(const std::vector<Seen>& all) {
        Batch batch;
        for (const Seen& one : all) {
            records::Record record;
            record.method = "GET";
            record.target = one.target;
            record.status = one.status;
            if (!one.host.empty()) record.request_headers = {{"host", one.host}};
            record.server = {"10.1.0.7", "80"};
            record.client = {"10.0.0.1", "5"};
            record.time_s = one.time;
            record.latency_us = one.latency_us;
            record.direction = one.direction;
            observer_.observe(record, kNow, store_->catalog(), batch.delta);
        }
        const auto applied = store_->apply(batch, kNow);
        ASSERT_TRUE(applied) << applied.error().what;
        observer_.keep();
    }
    // Time → requests.
    std::vector<std::pair<std::int64_t, std::int64_t>> traffic(std::optional<std::int64_t> collection,
                                                               std::int64_t step) {
        auto found = list_traffic(store_->database(), {collection, step, 0, kNow + kDay});
        std::vector<std::pair<std::int64_t, std::int64_t>> rows;
        for (const Row& row : found.value().rows)
            rows.emplace_back(integer(row[0]), integer(row[1]));
        return rows;
    }
    std::int64_t id_of(const std::string& collection) {
        auto rows = store_->database().query("SELECT id FROM collections WHERE name = $1", {collection});
        return integer(rows.value().at(0)[0]);
    }

    std::optional<Store> store_;
    inventory::Observer observer_{{}};
};

TEST_P(SumsTest, traffic_of_all_and_of_each_by_minutes_and_hours) {
    ASSERT_EQ(kNow % kHour, 0);
    put({{.time = kNow}, {.time = kNow + 59}, {.host = "other", .time = kNow + 60}});
    put({{.time = kNow + 1, .status = 503}, {.time = kNow - 2 * kDay + 61}});
    EXPECT_THAT(traffic({}, 60), ElementsAre(Pair(kNow, 3), Pair(kNow + 60, 1)));
    EXPECT_THAT(traffic({}, kHour), ElementsAre(Pair(kNow - 2 * kDay, 1), Pair(kNow, 4)));
    EXPECT_THAT(traffic(id_of("other"), kHour), ElementsAre(Pair(kNow, 1)));
    const auto rows = list_traffic(store_->database(), {id_of("shop"), 60, kNow + 30, kNow + 30}).value().rows;
    ASSERT_EQ(rows.size(), 1u) << "the minute in which the time begins";
    EXPECT_EQ(integer(rows[0][4]), 1) << "5xx";
    EXPECT_GE(integer(rows[0][6]), 1000) << "p50";
    EXPECT_FALSE(list_traffic(store_->database(), {{}, 61, 0, kNow}));
}

TEST_P(SumsTest, latencies_are_those_of_the_server_whichever_end_came_first) {
    const auto client = records::Direction::kClient;
    put({{.target = "/a", .latency_us = 300}, {.target = "/b", .direction = client, .latency_us = 40'000}});
    put({{.target = "/a", .direction = client, .latency_us = 40'000}, {.target = "/b", .latency_us = 300}});
    put({{.target = "/c", .direction = client, .latency_us = 40'000}});
    const auto p99 = [this](const char* target) {
        return count(store_->database(),
                     fmt::format("SELECT p99 FROM endpoints WHERE requests = 1 AND template = '{}'", target));
    };
    EXPECT_EQ(p99("/a"), p99("/b"));
    EXPECT_GE(p99("/a"), 300);
    EXPECT_LT(p99("/a"), 400);
    EXPECT_GE(p99("/c"), 40'000) << "no server was watched";
    const auto traffic = list_traffic(store_->database(), {.until = kNow + 3600});
    ASSERT_TRUE(traffic) << traffic.error().what;
    ASSERT_EQ(traffic->rows.size(), 1U);
    EXPECT_EQ(integer(traffic->rows[0][1]), 3);
    EXPECT_LT(integer(traffic->rows[0].back()), 400);
}

TEST_P(SumsTest, a_call_that_is_seen_at_both_ends_is_one_request_of_all_sums) {
    const auto client = records::Direction::kClient;
    put({{}, {.direction = client}, {.target = "/b", .status = 404}, {}});
    put({{.direction = client}, {.target = "/b", .status = 404, .direction = client}, {.target = "/c"}});
    put({{.target = "/a", .direction = client}});
    Database& database = store_->database();
    const auto totals = [&](const std::string& path) {
        auto rows =
            database.query("SELECT requests, requests_client, failed_4xx FROM endpoints WHERE template = $1", {path});
        const Row& row = rows.value().at(0);
        return std::tuple{integer(row[0]), integer(row[1]), integer(row[2])};
    };
    EXPECT_EQ(totals("/a"), std::tuple(3, 3, 0)) << "the third was seen at its client alone";
    EXPECT_EQ(totals("/b"), std::tuple(1, 1, 1));
    EXPECT_EQ(totals("/c"), std::tuple(1, 0, 0));
    EXPECT_EQ(count(database, "SELECT requests FROM collections"), 5);
    EXPECT_EQ(count(database, "SELECT failed_4xx FROM collections"), 1);
    EXPECT_EQ(count(database, "SELECT requests FROM callers WHERE kind = 'client'"), 4)
        << "that are seen at the server";
    EXPECT_THAT(traffic({}, kHour), ElementsAre(Pair(kNow, 5)));
    EXPECT_EQ(count(database, "SELECT requests_client FROM traffic WHERE collection_id = 0 AND step = 60"), 4);
    EXPECT_EQ(count(database, "SELECT SUM(calls) FROM hours WHERE seen_at <= 2"), 5);
    EXPECT_EQ(count(database, "SELECT SUM(calls) FROM hours WHERE seen_at > 2"), 3);
}

// As of HTTP/2 that is older than the client's collector, and of a service's address.
TEST_P(SumsTest, the_other_end_of_a_call_in_a_collection_of_its_own_is_none) {
    put({{}, {.host = "", .direction = records::Direction::kClient}});
    put({{.target = "/b"}});
    put({{.host = "", .target = "/b", .direction = records::Direction::kClient}, {.target = "/c"}});
    EXPECT_EQ(count(store_->database(), "SELECT COUNT(*) FROM collections"), 1);
    EXPECT_EQ(count(store_->database(), "SELECT COUNT(*) FROM endpoints"), 3);
    EXPECT_THAT(traffic({}, kHour), ElementsAre(Pair(kNow, 3)));
    EXPECT_EQ(count(store_->database(), "SELECT SUM(requests_client) FROM traffic"), 0);
}

TEST_P(SumsTest, a_collection_takes_its_traffic_along) {
    put({{}, {.host = "other"}, {.host = "other", .time = kNow + 60}});
    ASSERT_TRUE(delete_collection(store_->database(), id_of("other"), {"admin", kNow}));
    EXPECT_THAT(traffic({}, 60), ElementsAre(Pair(kNow, 1)));
    EXPECT_THAT(traffic({}, kHour), ElementsAre(Pair(kNow, 1)));
}

TEST_P(SumsTest, old_minutes_go_after_a_day_and_old_hours_with_old_data) {
    put({{.time = kNow - 40 * kDay}, {.target = "/b", .time = kNow - kHour}, {.time = kNow}});
    ASSERT_TRUE(delete_before(store_->database(), kNow - 30 * kDay, {"admin", kNow + kDay - 1800}));
    EXPECT_THAT(traffic({}, 60), ElementsAre(Pair(kNow, 1)));
    EXPECT_THAT(traffic({}, kHour), ElementsAre(Pair(kNow - kHour, 1), Pair(kNow, 1)));
}

TEST_P(SumsTest, what_no_endpoint_has_any_more_is_no_facet) {
    put({{.target = "/old", .time = kNow - 40 * kDay, .status = 404}, {}});
    ASSERT_EQ(count(store_->database(), "SELECT COUNT(*) FROM facet_sets"), 2);
    ASSERT_TRUE(delete_before(store_->database(), kNow - 30 * kDay, {"admin", kNow}));
    EXPECT_EQ(count(store_->database(), "SELECT COUNT(*) FROM facet_sets"), 1);
    put({{.target = "/new", .status = 404}});
    EXPECT_EQ(count(store_->database(), "SELECT COUNT(*) FROM facet_sets"), 2);
}

TEST_P(SumsTest, two_processors_share_facet_sets_and_add_to_the_same_sums) {
    auto other = Store::open(options_);
    ASSERT_TRUE(other);
    put({{.target = "/a"}});
    std::swap(*store_, *other);
    put({{.target = "/b"}, {.target = "/a"}});
    std::swap(*store_, *other);
    put({{.target = "/c"}});
    EXPECT_EQ(count(store_->database(), "SELECT COUNT(*) FROM facet_sets"), 1);
    EXPECT_EQ(count(store_->database(), "SELECT requests FROM collections"), 4);
    EXPECT_EQ(count(store_->database(), "SELECT requests FROM callers WHERE kind = 'client'"), 4);
    EXPECT_EQ(count(store_->database(), "SELECT endpoints FROM callers WHERE kind = 'client'"), 3);
}

TEST_P(SumsTest, endpoints_are_found_by_what_they_expose) {
    Batch batch;
    const auto collection = store_->catalog().collection("shop");
    const auto endpoint = [&](std::string_view path) -> inventory::Facts& {
        auto& tree = store_->catalog().at(collection).tree;
        const auto node = tree.route(inventory::split_path(path), true);
        inventory::Facts& facts = batch.delta.facts({collection, tree.endpoint(node, "GET", {}, true)});
        facts.seen.add(kNow);
        facts.hours[{kNow / kHour, inventory::SeenAt::kServer, 200}].calls = 1;
        facts.evidence.succeeded = true;
        return facts;
    };
    for (const std::string_view path : {"/open", "/secured"})
        endpoint(path).mark("response_sensitive", "email body /mail", kNow);
    endpoint("/open").mark("exposed", "email body /mail", kNow);
    endpoint("/asking").mark("request_sensitive", "email query mail", kNow);
    ASSERT_TRUE(store_->apply(batch, kNow));
    const auto paths = [&](const EndpointFilter& filter) {
        std::vector<std::string> found;
        const auto listed = list_endpoints(store_->database(), filter, {.sort = "template"});
        for (const Row& row : listed.value().rows)
            found.push_back(text(row[4]));
        return found;
    };
    EXPECT_THAT(paths({.exposed = "email"}), ElementsAre("/open"));
    EXPECT_THAT(paths({.exposed = "any"}), ElementsAre("/open"));
    EXPECT_THAT(paths({.exposed = "iban"}), IsEmpty());
    EXPECT_THAT(paths({.returned = "email"}), ElementsAre("/open", "/secured"));
    EXPECT_THAT(paths({.returned = "none"}), ElementsAre("/asking"));
    EXPECT_THAT(paths({.sensitive = "email"}), ElementsAre("/asking", "/open", "/secured"));
    const auto facets = endpoint_facets(store_->database(), {.returned = "email"}).value();
    EXPECT_EQ(facets.endpoints, 2);
    EXPECT_THAT(facets.counts.at("exposed"), ElementsAre(Pair("email", 1), Pair("none", 1)));
    EXPECT_THAT(facets.counts.at("returned"), ElementsAre(Pair("email", 2)));
}

TEST_P(SumsTest, authentication_that_is_not_known_is_not_none) {
    put({{.target = "/open"}, {.target = "/refused", .status = 401}});
    const auto found = [&](const std::string& auth) {
        return list_endpoints(store_->database(), {.auth = auth, .folded = FoldedFilter::kBoth}, {})
            .value()
            .rows.size();
    };
    EXPECT_EQ(found("none"), 1U);
    EXPECT_EQ(found("unknown"), 1U);
    const auto facets = endpoint_facets(store_->database(), {.folded = FoldedFilter::kBoth}).value();
    EXPECT_THAT(facets.counts.at("auth"), ElementsAre(Pair("none", 1), Pair("unknown", 1)));
}

INSTANTIATE_TEST_SUITE_P(Databases, SumsTest, testing::Values("SQLite", "PostgreSQL"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace apiarist::store
