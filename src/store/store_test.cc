// SPDX-License-Identifier: Apache-2.0
// Each test on SQLite, and on the PostgreSQL that APIARIST_TEST_POSTGRES names (script/test starts one).
#include "store/store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "inventory/observer.h"
#include "store/endpoint_queries.h"
#include "store/fixture_test.h"
#include "store/migrations.h"

namespace apiarist::store {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

class StoreTest : public DatabaseTest {
  protected:
    Store open() {
        auto store = Store::open(options_);
        if (!store) {
            ADD_FAILURE() << store.error().what;
            std::abort();
        }
        return std::move(*store);
    }

    static void see(Store& store, Batch& batch, std::string_view method, const std::string& target,
                    const std::string& answer = {}, std::uint16_t status = 200) {
        records::Record record;
        record.method = method;
        record.target = target;
        record.type = "HTTP/1.1";
        record.status = status;
        record.request_headers = {{"host", "shop"}};
        if (!answer.empty()) record.response_headers = {{"content-type", "application/json"}};
        record.response_payload = answer;
        record.client = {"10.0.0.1", "5"};
        record.time_s = kNow;
        record.latency_us = 1000;
        inventory::Observer observer({{}, [](const records::Record& r) { return std::string(r.target); }});
        observer.observe(record, kNow, store.catalog(), batch.delta);
    }
    static void put(Store& store, Batch& batch) {
        const auto applied = store.apply(batch, kNow);
        ASSERT_TRUE(applied) << applied.error().what;
        ASSERT_EQ(*applied, Applied::kDone);
    }

    // "GET /orders/{}" → requests, of what counts.
    std::map<std::string, std::int64_t> endpoints(Store& store) {
        std::map<std::string, std::int64_t> found;
        auto rows =
            store.database().query("SELECT method, template, requests FROM endpoints WHERE merged_into = 0", {});
        for (const Row& row : *rows)
            found[text(row[0]) + " " + text(row[1])] = integer(row[2]);
        return found;
    }
    std::int64_t number(Store& store, std::string_view sql) { return count(store.database(), sql); }
};

using testing::ElementsAre;
using testing::Pair;

TEST_P(StoreTest, batches_add_up) {
    Store store = open();
    for (int i = 0; i < 3; ++i) {
        Batch batch;
        see(store, batch, "GET", fmt::format("/orders/{}?page=1", i), R"({"id":1,"state":"open"})");
        see(store, batch, "GET", "/orders/9", R"({"error":"x"})", 404);
        put(store, batch);
    }
    EXPECT_THAT(endpoints(store), ElementsAre(Pair("GET /orders/{}", 6)));
    EXPECT_EQ(number(store, "SELECT calls FROM hours WHERE status = 404"), 3);
    EXPECT_EQ(number(store, "SELECT failed_4xx FROM endpoints"), 3);
    EXPECT_EQ(number(store, "SELECT count FROM marks WHERE kind = 'auth'"), 6);
    EXPECT_EQ(number(store, "SELECT count FROM parts WHERE part = 'response' AND status = 200"), 3);
    EXPECT_EQ(number(store, "SELECT COUNT(*) FROM samples"), 6);
    EXPECT_GE(number(store, "SELECT p50 FROM endpoints"), 1000);
    EXPECT_EQ(number(store, "SELECT COUNT(*) FROM changes WHERE kind = 'endpoint'"), 1);
}

TEST_P(StoreTest, another_run_goes_on_where_one_stopped) {
    {
        Store store = open();
        Batch batch;
        for (const char* name : {"ann", "bob", "cid"})
            see(store, batch, "GET", fmt::format("/flags/{}", name),
                fmt::format(R"({{"name":"{}","on":true,"n":1}})", name));
        put(store, batch);
        EXPECT_THAT(endpoints(store), ElementsAre(Pair("GET /flags/{}", 3)));
    }
    Store store = open();
    Batch batch;
    see(store, batch, "GET", "/flags/zoe", R"({"name":"zoe","on":true,"n":1})");
    see(store, batch, "GET", "/flags/ann", R"({"name":"ann","on":true,"n":1})");
    put(store, batch);
    EXPECT_THAT(endpoints(store), ElementsAre(Pair("GET /flags/{}", 5)));
}

TEST_P(StoreTest, words_that_turn_out_to_be_values_bring_their_counts) {
    Store store = open();
    for (const char* name : {"ann", "bob", "cid"}) {
        Batch batch;
        see(store, batch, "GET", fmt::format("/flags/{}", name),
            fmt::format(R"({{"name":"{}","on":true,"n":1}})", name));
        see(store, batch, "DELETE", fmt::format("/flags/{}", name), "", 204);
        put(store, batch);
    }
    EXPECT_THAT(endpoints(store), ElementsAre(Pair("DELETE /flags/{}", 3), Pair("GET /flags/{}", 3)));
    EXPECT_EQ(number(store, "SELECT COUNT(*) FROM endpoints WHERE merged_into <> 0"), 4);
    EXPECT_EQ(number(store,
                     "SELECT SUM(h.calls) FROM hours h JOIN endpoints e ON e.id = h.endpoint_id WHERE merged_into = 0"),
              6);
    EXPECT_EQ(number(store,
                     "SELECT p.count FROM parts p JOIN endpoints e ON e.id = p.endpoint_id "
                     "WHERE merged_into = 0 AND method = 'GET' AND part = 'response'"),
              3);
    EXPECT_EQ(number(store, "SELECT COUNT(*) FROM decisions"), 1);
    Store again = open();
    Batch batch;
    see(again, batch, "GET", "/flags/zoe", R"({"name":"zoe","on":true,"n":1})");
    put(again, batch);
    EXPECT_EQ(endpoints(again).at("GET /flags/{}"), 4);
}

TEST_P(StoreTest, offsets_go_with_the_batch) {
    Store store = open();
    EXPECT_EQ(*store.next_offset("t", 3), -1);
    Batch batch;
    batch.begin = {{"t", 3, -1}};
    batch.end = {{"t", 3, 17}};
    see(store, batch, "GET", "/a");
    put(store, batch);
    EXPECT_EQ(*store.next_offset("t", 3), 17);
    EXPECT_EQ(*store.next_offset("t", 4), -1);
    EXPECT_EQ(*store.next_offset("u", 3), -1);
}

TEST_P(StoreTest, what_another_processor_has_stored_is_not_stored_again) {
    Store first = open();
    Store second = open();
    Batch mine;
    Batch other;
    for (auto* one : {&mine, &other}) {
        one->begin = {{"t", 0, -1}};
        one->end = {{"t", 0, 1}};
    }
    see(first, mine, "GET", "/a");
    see(second, other, "GET", "/a");
    put(first, mine);
    const auto applied = second.apply(other, kNow);
    ASSERT_TRUE(applied);
    EXPECT_EQ(*applied, Applied::kSuperseded);
    EXPECT_THAT(endpoints(first), ElementsAre(Pair("GET /a", 1)));
}

// As where the connection breaks while the answer is under way: one apply() fails at its very end, and the batch is in
// the store.
TEST_P(StoreTest, a_batch_whose_commit_was_not_heard_of_is_found_in_the_store) {
    Store first = open();
    Store second = open();
    if (GetParam() == "SQLite") {
        ASSERT_TRUE(first.database().script("PRAGMA foreign_keys = ON"));
    }
    ASSERT_TRUE(second.database().script(
        "DROP TABLE offsets; CREATE TABLE known (id BIGINT PRIMARY KEY); CREATE TABLE offsets "
        "(topic TEXT NOT NULL, part BIGINT NOT NULL REFERENCES known (id) DEFERRABLE INITIALLY "
        "DEFERRED, next_offset BIGINT NOT NULL, written BIGINT NOT NULL, PRIMARY KEY (topic, part))"));
    Batch batch;
    Batch same;
    see(first, batch, "GET", "/a");
    see(second, same, "GET", "/a");
    for (auto* one : {&batch, &same}) {
        one->begin = {{"t", 0, -1}};
        one->end = {{"t", 0, 1}};
    }
    EXPECT_FALSE(first.apply(batch, kNow));
    ASSERT_TRUE(second.database().script("INSERT INTO known VALUES (0)"));
    put(second, same);
    put(first, batch);
    Batch next;
    see(first, next, "GET", "/a");
    next.begin = {{"t", 0, 1}};
    next.end = {{"t", 0, 2}};
    put(first, next);
    EXPECT_THAT(endpoints(first), ElementsAre(Pair("GET /a", 2)));
}

TEST_P(StoreTest, a_batch_whose_commit_failed_is_superseded_by_another) {
    Store first = open();
    Store second = open();
    Batch batch;
    batch.in_doubt = true;
    batch.begin = {{"t", 0, -1}};
    batch.end = {{"t", 0, 1}};
    see(first, batch, "GET", "/a");
    Batch longer;
    longer.begin = {{"t", 0, -1}};
    longer.end = {{"t", 0, 2}};
    see(second, longer, "GET", "/a");
    put(second, longer);
    const auto applied = first.apply(batch, kNow);
    ASSERT_TRUE(applied);
    EXPECT_EQ(*applied, Applied::kSuperseded);
}

// PostgreSQL ends a connection that waits for a standby after its transaction has been committed here.
TEST_P(StoreTest, a_connection_that_breaks_in_a_commit_leaves_the_batch_once) {
    Store store = open();
    if (GetParam() == "SQLite") GTEST_SKIP() << "it has no connection";
    auto admin = open_database(options_);
    ASSERT_TRUE(admin);
    const auto standby = [&admin](std::string_view name) {
        EXPECT_TRUE((*admin)->script(fmt::format("ALTER SYSTEM SET synchronous_standby_names = '{}'", name)));
        EXPECT_TRUE((*admin)->script("SELECT pg_reload_conf()"));
    };
    ASSERT_TRUE(store.database().script("SET synchronous_commit = on"));
    ASSERT_TRUE((*admin)->script("SET synchronous_commit = local"));
    standby("nobody");
    std::atomic<bool> over{false};
    std::thread breaker([&admin, &over] {
        constexpr std::string_view kBreak =
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        while (!over && count(**admin, kBreak) == 0) {
        }
    });
    // The server may not have heard of its standby at once; where it may not be told of one it never does.
    constexpr std::int64_t kMost = 20'000;
    std::int64_t batches = 0;
    std::optional<Batch> broken;
    while (!broken && batches < kMost) {
        Batch batch;
        batch.begin = {{"t", 0, batches == 0 ? -1 : batches}};
        batch.end = {{"t", 0, ++batches}};
        see(store, batch, "GET", "/a");
        if (!store.apply(batch, kNow)) broken = std::move(batch);
    }
    over = true;
    breaker.join();
    standby("");
    ASSERT_TRUE(broken);
    EXPECT_TRUE(store.database().lost());
    ASSERT_TRUE(store.reconnect());
    EXPECT_EQ(*store.next_offset("t", 0), batches) << "it had been committed";
    put(store, *broken);
    EXPECT_THAT(endpoints(store), ElementsAre(Pair("GET /a", batches)));
}

TEST_P(StoreTest, processors_take_over_what_others_found) {
    Store first = open();
    Store second = open();
    Batch early;
    see(second, early, "GET", "/flags/dan", R"({"name":"dan","on":true,"n":1})");
    see(second, early, "GET", "/other");
    {
        Batch batch;
        for (const char* name : {"ann", "bob", "cid"})
            see(first, batch, "GET", fmt::format("/flags/{}", name),
                fmt::format(R"({{"name":"{}","on":true,"n":1}})", name));
        see(first, batch, "GET", "/other");
        put(first, batch);
    }
    put(second, early);
    EXPECT_THAT(endpoints(first), ElementsAre(Pair("GET /flags/{}", 4), Pair("GET /other", 2)));
    Batch late;
    see(first, late, "GET", "/other");
    see(first, late, "GET", "/new");
    put(first, late);
    Batch last;
    see(second, last, "GET", "/new");
    put(second, last);
    EXPECT_THAT(endpoints(second), ElementsAre(Pair("GET /flags/{}", 4), Pair("GET /new", 2), Pair("GET /other", 3)));
}

TEST_P(StoreTest, a_batch_that_failed_is_applied_again_and_counts_once) {
    Store store = open();
    for (const char* name : {"ann", "bob"}) {
        Batch batch;
        see(store, batch, "GET", fmt::format("/flags/{}", name),
            fmt::format(R"({{"name":"{}","on":true,"n":1}})", name));
        put(store, batch);
    }
    // The third word makes a parameter; what fails is at the very end of the transaction.
    ASSERT_TRUE(store.database().script("ALTER TABLE decisions RENAME TO away"));
    Batch batch;
    see(store, batch, "GET", "/flags/cid", R"({"name":"cid","on":true,"n":1})");
    see(store, batch, "GET", "/more");
    EXPECT_FALSE(store.apply(batch, kNow));
    EXPECT_FALSE(store.apply(batch, kNow));
    EXPECT_THAT(endpoints(store), ElementsAre(Pair("GET /flags/ann", 1), Pair("GET /flags/bob", 1)));
    ASSERT_TRUE(store.database().script("ALTER TABLE away RENAME TO decisions"));
    put(store, batch);
    EXPECT_THAT(endpoints(store), ElementsAre(Pair("GET /flags/{}", 3), Pair("GET /more", 1)));
}

TEST_P(StoreTest, text_of_any_bytes_is_stored_as_text) {
    Store store = open();
    Batch batch;
    const std::string hostile = "/'; DROP TABLE endpoints; --/%00/\xff\xfe/\"$1\"/" + std::string("a\0b", 3);
    see(store, batch, "GET", hostile, "{\"DROP TABLE marks\":\"\\u0000\"}");
    put(store, batch);
    EXPECT_EQ(endpoints(store).size(), 1u);
    const auto parts = store.database().query("SELECT schema FROM parts WHERE part = 'response'", {});
    EXPECT_THAT(text((*parts)[0][0]), testing::HasSubstr("DROP TABLE marks"));
    Store again = open();
    Batch more;
    see(again, more, "GET", hostile);
    put(again, more);
    EXPECT_EQ(endpoints(again).size(), 1u) << "what was stored is found again";
}

// The row of a word that became a value stays, and must not be in the way of one that is a literal again.
TEST_P(StoreTest, a_word_with_a_parameter_below_comes_back_without_a_conflict) {
    const auto posts = [this](Store& store, std::string_view user) {
        Batch batch;
        for (const char* colour : {"red", "green", "blue", "grey"})
            see(store, batch, "GET", fmt::format("/users/{}/posts/{}", user, colour),
                fmt::format(R"({{"slug":"{}","size":1,"lead":"x"}})", colour));
        see(store, batch, "GET", fmt::format("/users/{}", user),
            fmt::format(R"({{"name":"{}","mail":"x","age":1}})", user));
        put(store, batch);
    };
    {
        Store store = open();
        posts(store, "alice");
        for (const char* user : {"bob", "cid", "dan"})
            posts(store, user);
        EXPECT_EQ(endpoints(store).at("GET /users/{}"), 4);
    }
    Store store = open();
    Batch batch;
    see(store, batch, "GET", "/users/alice", R"({"error":"gone"})", 404);
    see(store, batch, "GET", "/users/alice/posts/red", R"({"slug":"red","size":1,"lead":"x"})");
    see(store, batch, "GET", "/users/bob", R"([1,2,3])");
    put(store, batch);
    std::int64_t all = 0;
    for (const auto& [name, requests] : endpoints(store))
        all += requests;
    EXPECT_EQ(all, 23);
    EXPECT_EQ(endpoints(store).at("GET /users/{}/posts/{}"), 17);
}

TEST_P(StoreTest, a_path_that_no_index_could_hold_is_cut) {
    std::mt19937 random(3);
    std::string path;
    for (int i = 0; i < 40; ++i) {
        path += '/';
        for (int k = 0; k < 90; ++k)
            path += static_cast<char>('a' + random() % 26);
    }
    Store store = open();
    Batch batch;
    see(store, batch, "GET", path, "", 404);
    see(store, batch, "GET", path, R"({"ok":true})");
    put(store, batch);
    // Which of the two an exchange is depends on its status: failing paths are cut sooner.
    const auto found = endpoints(store);
    EXPECT_EQ(found.size(), 2u);
    for (const auto& [name, requests] : found) {
        EXPECT_TRUE(name.ends_with("/{*}")) << name;
        EXPECT_LT(name.size(), 2000u);
        EXPECT_EQ(requests, 1);
    }
}

TEST_P(StoreTest, hosts_that_differ_in_what_cannot_be_stored_are_one) {
    Store store = open();
    for (const std::string_view host :
         {std::string_view("x\0", 2), std::string_view("x\xef\xbf\xbd"), std::string_view("x\xff")}) {
        Batch batch;
        records::Record record;
        record.method = "GET";
        record.target = "/a";
        record.status = 200;
        record.server = {host, "80"};
        inventory::Observer({}).observe(record, kNow, store.catalog(), batch.delta);
        put(store, batch);
    }
    EXPECT_EQ(endpoints(store).at("GET /a"), 3);
}

TEST_P(StoreTest, what_one_processor_learned_is_not_forgotten_by_another) {
    Store first = open();
    Store second = open();
    const auto once = [this](Store& store, std::uint16_t status) {
        Batch batch;
        see(store, batch, "GET", "/orders", status == 200 ? R"({"a":1,"b":2})" : "", status);
        put(store, batch);
    };
    once(first, 500);
    once(second, 500);
    once(first, 200);
    const auto evidence = [this, &first] {
        auto rows = first.database().query("SELECT evidence FROM endpoint_states", {});
        return text((*rows)[0][0]);
    };
    const std::string learned = evidence();
    once(second, 503);
    EXPECT_EQ(evidence(), learned);
    EXPECT_EQ(number(first, "SELECT COUNT(*) FROM endpoints WHERE folded = ''"), 1);
}

TEST_P(StoreTest, hosts_beyond_the_limit_are_apart_after_a_restart_too) {
    inventory::CatalogLimits limits;
    limits.collections = 3;
    for (int run = 0; run < 3; ++run) {
        auto store = Store::open(options_, limits);
        ASSERT_TRUE(store) << store.error().what;
        for (const char* host : {"evil1", "a", "b", "evil2", "evil3"}) {
            Batch batch;
            records::Record record;
            const std::string target = std::string("/of-") + host;
            record.method = "GET";
            record.target = target;
            record.status = 200;
            record.request_headers = {{"host", host}};
            inventory::Observer({}).observe(record, kNow, store->catalog(), batch.delta);
            put(*store, batch);
        }
        auto rows = store->database().query(
            "SELECT c.name, e.template FROM endpoints e JOIN collections c ON c.id = e.collection_id ORDER BY "
            "e.template",
            {});
        std::string all;
        for (const Row& row : *rows)
            all += text(row[0]) + text(row[1]) + " ";
        EXPECT_EQ(all, "a/of-a b/of-b evil1/of-evil1 (other hosts)/of-evil2 (other hosts)/of-evil3 ") << run;
    }
}

TEST_P(StoreTest, many_batches_of_two_processors_are_the_truth) {
    Store first = open();
    Store second = open();
    std::mt19937 random(5);
    std::map<std::string, std::int64_t> truth;
    const std::vector<std::string> names{"alpha", "beta", "gamma", "delta", "epsilon", "zeta"};
    for (int round = 0; round < 30; ++round) {
        Store& store = random() % 2 != 0 ? first : second;
        Batch batch;
        for (int i = 0; i < 20; ++i) {
            const std::string& name = names[random() % names.size()];
            switch (random() % 3) {
                case 0:
                    see(store, batch, "GET", fmt::format("/teams/{}", name),
                        fmt::format(R"({{"name":"{}","size":1,"lead":"x"}})", name));
                    ++truth["GET /teams/{}"];
                    break;
                case 1:
                    see(store, batch, "POST", fmt::format("/users/{}/posts", random() % 1000), R"({"id":1})", 201);
                    ++truth["POST /users/{}/posts"];
                    break;
                default:
                    see(store, batch, "PUT", fmt::format("/teams/{}/members/{}", name, random()), "", 204);
                    ++truth["PUT /teams/{}/members/{}"];
            }
        }
        put(store, batch);
    }
    EXPECT_EQ(endpoints(first), truth);
}

TEST_P(StoreTest, a_store_of_a_newer_version_is_refused) {
    {
        Store store = open();
        ASSERT_TRUE(store.database().script("UPDATE meta SET value = 999 WHERE name = 'version'"));
    }
    const auto store = Store::open(options_);
    ASSERT_FALSE(store);
    EXPECT_THAT(store.error().what, testing::HasSubstr("999"));
}

TEST_P(StoreTest, who_writes_finds_that_the_store_is_of_a_newer_version) {
    Store store = open();
    ASSERT_TRUE(store.database().script("UPDATE meta SET value = 999 WHERE name = 'version'"));
    Batch batch;
    see(store, batch, "GET", "/teams", "", 200);
    const auto applied = store.apply(batch, kNow);
    ASSERT_FALSE(applied);
    EXPECT_THAT(applied.error().what, testing::HasSubstr("999"));
    ASSERT_TRUE(store.database().script("UPDATE meta SET value = 2 WHERE name = 'version'"));
    put(store, batch);
    EXPECT_EQ(endpoints(store), (std::map<std::string, std::int64_t>{{"GET /teams", 1}}));
}

// The tables of version 1 that were changed since.
constexpr std::string_view kFirstEndpoints =
    "CREATE TABLE first (id BIGINT PRIMARY KEY, collection_id BIGINT NOT NULL, facet_set BIGINT NOT NULL, merged_into "
    "BIGINT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, requests BIGINT NOT NULL, requests_client "
    "BIGINT NOT NULL, answered_2xx BIGINT NOT NULL, answered_3xx BIGINT NOT NULL, failed_4xx BIGINT NOT NULL, "
    "failed_5xx BIGINT NOT NULL, unanswered BIGINT NOT NULL, p50 BIGINT, p95 BIGINT, p99 BIGINT, revision BIGINT NOT "
    "NULL, folded TEXT NOT NULL, method TEXT NOT NULL, access TEXT NOT NULL, template TEXT NOT NULL, operation TEXT "
    "NOT "
    "NULL, auth TEXT NOT NULL, sensitive TEXT NOT NULL, returned TEXT NOT NULL, exposed TEXT NOT NULL)";
constexpr std::array kToFirst = {
    kFirstEndpoints,
    std::string_view("INSERT INTO first SELECT id, collection_id, facet_set_id, merged_into, first_seen, last_seen, "
                     "requests, requests_client, answered_2xx, answered_3xx, failed_4xx, failed_5xx, unanswered, p50, "
                     "p95, p99, revision, folded, method, access, template, operation, auth, sensitive, returned, "
                     "exposed FROM endpoints"),
    std::string_view("DROP TABLE endpoints"),
    std::string_view("ALTER TABLE first RENAME TO endpoints"),
    std::string_view("CREATE TABLE first_sets (id BIGINT PRIMARY KEY, collection_id BIGINT NOT NULL, folded TEXT NOT "
                     "NULL, method TEXT NOT NULL, access TEXT NOT NULL, auth TEXT NOT NULL, sensitive TEXT NOT NULL, "
                     "returned TEXT NOT NULL, exposed TEXT NOT NULL)"),
    std::string_view("INSERT INTO first_sets SELECT id, collection_id, folded, method, access, auth, sensitive, "
                     "returned, exposed FROM facet_sets"),
    std::string_view("DROP TABLE facet_sets"),
    std::string_view("ALTER TABLE first_sets RENAME TO facet_sets"),
    std::string_view("UPDATE meta SET value = 1 WHERE name = 'version'"),
};

TEST_P(StoreTest, a_store_of_the_first_version_is_brought_forward) {
    {
        Store store = open();
        Batch batch;
        see(store, batch, "GET", "/orders/17", "", 200);
        see(store, batch, "GET", "/main.css", "", 500);
        put(store, batch);
        for (const std::string_view sql : kToFirst)
            ASSERT_TRUE(store.database().script(std::string(sql))) << sql;
    }
    Store store = open();
    Batch batch;
    see(store, batch, "GET", "/teams", "", 200);
    see(store, batch, "GET", "/orders/17", "", 200);
    put(store, batch);
    EXPECT_EQ(endpoints(store),
              (std::map<std::string, std::int64_t>{{"GET /orders/{}", 2}, {"GET /main.css", 1}, {"GET /teams", 1}}));
    EXPECT_EQ(list_endpoints(store.database(), {}, {}).value().rows.size(), 2U);
    EXPECT_EQ(
        list_endpoints(store.database(), {.search = "MAIN", .folded = FoldedFilter::kBoth}, {}).value().rows.size(),
        1U);
    EXPECT_EQ(endpoint_facets(store.database(), {}).value().endpoints, 2);
    EXPECT_EQ(endpoint_facets(store.database(), {.status = "5xx", .folded = FoldedFilter::kBoth}).value().endpoints, 1);
    EXPECT_EQ(number(store, "SELECT value FROM meta WHERE name = 'version'"), newest_version());
}

INSTANTIATE_TEST_SUITE_P(Databases, StoreTest, testing::Values("SQLite", "PostgreSQL"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace apiarist::store
