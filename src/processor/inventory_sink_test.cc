// SPDX-License-Identifier: Apache-2.0
#include "processor/inventory_sink.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <semaphore>
#include <string>

#include "processor/kafka_consumer.h"

namespace apiarist::processor {
namespace {

class InventorySinkTest : public testing::Test {
  protected:
    InventorySinkTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "apiarist-sink-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        directory_ = pattern;
        database_.location = directory_ + "/inventory.db";
        options_ = options();
    }
    InventorySinkOptions options() {
        InventorySinkOptions made;
        made.database = database_;
        made.record.instance_id = "i";
        made.batch_time = std::chrono::milliseconds(1);
        made.on_trouble = [this](const std::string& what) {
            {
                const std::scoped_lock lock(mutex_);
                told_.push_back(what);
            }
            said_.release();
        };
        return made;
    }
    ~InventorySinkTest() override { std::filesystem::remove_all(directory_); }

    std::unique_ptr<InventorySink> sink() {
        auto made = InventorySink::make(std::move(options_));
        if (!made) {
            ADD_FAILURE() << made.error().what;
            std::abort();
        }
        return std::move(*made);
    }
    static policy::CleanTransaction exchange(const std::string& target) {
        policy::CleanTransaction clean;
        clean.time_ns = unix_seconds() * 1'000'000'000;
        clean.transaction.request.method = "GET";
        clean.transaction.request.target = target;
        clean.transaction.request.headers = {{"host", "shop"}, {"authorization", "Bearer secret-token-1"}};
        clean.transaction.response.emplace().status = 200;
        clean.transaction.response->headers = {{"content-type", "application/json"}};
        clean.transaction.response->body = R"({"mail":"jane@example.org"})";
        return clean;
    }
    store::Rows rows(std::string_view sql) {
        auto database = store::open_database(database_);
        auto found = (*database)->query(sql, {});
        if (!found) ADD_FAILURE() << found.error().what;
        return *found;
    }
    void change(std::string_view sql) {
        auto database = store::open_database(database_);
        const auto done = (*database)->script(sql);
        ASSERT_TRUE(done) << done.error().what;
    }

    std::string directory_;
    store::DatabaseOptions database_;
    InventorySinkOptions options_;
    std::mutex mutex_;
    std::vector<std::string> told_;
    std::counting_semaphore<> said_{0};
};

TEST_F(InventorySinkTest, what_is_written_is_in_the_store_at_the_end) {
    const auto one = sink();
    for (int i = 0; i < 2500; ++i)
        one->write(exchange(fmt::format("/orders/{}", i)));
    ASSERT_TRUE(one->finish());
    EXPECT_EQ(one->counts().delivered, 2500u);
    EXPECT_EQ(one->counts().queued, 0u);
    const auto found = rows("SELECT method, template, requests, auth FROM endpoints");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(store::text(found[0][1]), "/orders/{}");
    EXPECT_EQ(store::integer(found[0][2]), 2500);
    EXPECT_EQ(store::text(found[0][3]), "bearer");
}

TEST_F(InventorySinkTest, requests_that_nobody_answered_count) {
    const auto one = sink();
    EXPECT_TRUE(one->takes_unanswered());
    EXPECT_FALSE(one->takes_unidentified()) << "what has no path is of no endpoint";
    policy::CleanTransaction hanging = exchange("/hang");
    hanging.transaction.response.reset();
    hanging.transaction.capture = transactions::kUnanswered;
    one->write(hanging);
    one->write(exchange("/hang"));
    ASSERT_TRUE(one->finish());
    const auto found = rows("SELECT template, requests, unanswered FROM endpoints");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(store::text(found[0][0]), "/hang");
    EXPECT_EQ(store::integer(found[0][1]), 2);
    EXPECT_EQ(store::integer(found[0][2]), 1);
}

TEST_F(InventorySinkTest, samples_are_redacted_unless_that_is_off) {
    for (const bool redact : {true, false}) {
        database_.location = directory_ + (redact ? "/a.db" : "/b.db");
        options_ = options();
        options_.ingest.samples.redact = redact;
        options_.ingest.samples.redaction_key = "key";
        const auto one = sink();
        one->write(exchange("/me"));
        ASSERT_TRUE(one->finish());
        const std::string sample = store::text(rows("SELECT record FROM samples")[0][0]);
        EXPECT_EQ(sample.find("jane@example.org") == std::string::npos, redact) << sample;
        EXPECT_EQ(sample.find("secret-token-1") == std::string::npos, redact) << sample;
        EXPECT_NE(sample.find("\"mail\\\":"), std::string::npos) << sample;
    }
}

TEST_F(InventorySinkTest, a_store_that_fails_is_tried_again) {
    const auto one = sink();
    change("ALTER TABLE hours RENAME TO away");
    one->write(exchange("/a"));
    said_.acquire();
    one->write(exchange("/b"));
    change("ALTER TABLE away RENAME TO hours");
    said_.acquire();
    ASSERT_TRUE(one->finish());
    EXPECT_THAT(told_[0], testing::HasSubstr("hours"));
    EXPECT_THAT(told_[1], testing::HasSubstr("again"));
    EXPECT_EQ(store::integer(rows("SELECT SUM(requests) FROM endpoints")[0][0]), 2);
    EXPECT_EQ(one->counts().delivered, 2u);
}

TEST_F(InventorySinkTest, what_the_queue_cannot_hold_and_the_store_does_not_take_is_counted) {
    options_.queue_bytes = 4000;
    options_.drain_time = std::chrono::milliseconds(1);
    const auto one = sink();
    change("ALTER TABLE hours RENAME TO away");
    one->write(exchange("/a"));
    said_.acquire();
    for (int i = 0; i < 100; ++i)
        one->write(exchange("/a"));
    EXPECT_FALSE(one->finish());
    const policy::SinkCounts counts = one->counts();
    EXPECT_EQ(counts.delivered, 0u);
    EXPECT_GT(counts.dropped_queue_full, 50u);
    EXPECT_GT(counts.dropped_failed, 0u);
    EXPECT_EQ(counts.dropped_queue_full + counts.dropped_failed + counts.queued, 101u);
}

TEST_F(InventorySinkTest, of_a_batch_that_the_store_refuses_all_is_stored_but_what_it_refuses) {
    options_.batch_time = std::chrono::hours(1);
    options_.drain_time = std::chrono::hours(1);
    const auto one = sink();
    change(
        "CREATE TRIGGER refuse BEFORE INSERT ON endpoints WHEN NEW.template LIKE '/refused/%' BEGIN SELECT "
        "RAISE(ABORT, 'not this one'); END");
    constexpr int kRecords = 600;
    for (int i = 0; i < kRecords; ++i)
        one->write(exchange(i == 0 || i == 123 || i == 124 || i == kRecords - 1 ? "/refused/it" : "/taken"));
    const auto finished = one->finish();
    ASSERT_FALSE(finished);
    EXPECT_THAT(finished.error().what, testing::AllOf(testing::HasSubstr("4 records"), testing::HasSubstr("this one")));
    EXPECT_EQ(store::integer(rows("SELECT SUM(requests) FROM endpoints")[0][0]), kRecords - 4);
    const policy::SinkCounts counts = one->counts();
    EXPECT_EQ(counts.delivered, kRecords - 4u);
    EXPECT_EQ(counts.dropped_failed, 4u);
    EXPECT_EQ(counts.queued + counts.dropped_queue_full, 0u);
    EXPECT_EQ(one->ingest_counts().records, unsigned{kRecords});
    using testing::HasSubstr;
    EXPECT_EQ(std::count_if(told_.begin(), told_.end(),
                            [](const std::string& told) { return told.find("is left out") != std::string::npos; }),
              4);
    EXPECT_THAT(told_, testing::Contains(testing::AllOf(HasSubstr("record 124 "), HasSubstr("GET shop /refused/it"))));
}

// They wait there too, for the store may refuse the batch.
TEST_F(InventorySinkTest, records_of_the_batch_count_for_the_queue) {
    options_.queue_bytes = 10'000;
    options_.batch_time = std::chrono::hours(1);
    options_.drain_time = std::chrono::milliseconds(1);
    const auto one = sink();
    change("ALTER TABLE hours RENAME TO away");
    one->write(exchange("/" + std::string(6000, 'a')));
    said_.acquire();  // half of the queue is a batch, though its time is not over
    one->write(exchange("/" + std::string(6000, 'b')));
    EXPECT_EQ(one->counts().dropped_queue_full, 1u);
    EXPECT_FALSE(one->finish());
}

TEST_F(InventorySinkTest, a_store_that_cannot_be_opened_is_an_error) {
    options_.database.location = directory_ + "/none/inventory.db";
    const auto made = InventorySink::make(std::move(options_));
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().what, testing::HasSubstr("none/inventory.db"));
}

}  // namespace
}  // namespace apiarist::processor
