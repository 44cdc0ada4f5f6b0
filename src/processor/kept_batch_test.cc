// SPDX-License-Identifier: Apache-2.0
#include "processor/kept_batch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <vector>

#include "processor/fixture_test.h"

namespace apiarist::processor {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

class KeptBatchTest : public WithStore {
  protected:
    static std::string record(std::string_view path, int port = 1, int direction = 1) {
        return fmt::format(R"({{"path":"{}","method":"GET","statusCode":"200","ip":"10.0.0.1:{}","direction":"{}"}})",
                           path, port, direction);
    }
    KeptBatchOptions options(std::string topic) {
        return {.topic = std::move(topic), .on_trouble = [this](const std::string& what) { told_.push_back(what); }};
    }
    void refuse(std::string_view templates) {
        ASSERT_TRUE(store_->database().script(
            fmt::format("CREATE TRIGGER refuse BEFORE INSERT ON endpoints WHEN NEW.template LIKE '{}' BEGIN SELECT "
                        "RAISE(ABORT, 'not this one'); END",
                        templates)));
    }
    std::int64_t number(std::string_view sql) {
        auto rows = store_->database().query(sql, {});
        return store::integer(rows.value().at(0)[0]);
    }
    // Returns the bytes that are kept no more.
    std::size_t store_all(KeptBatch& batch) {
        std::size_t bytes = 0;
        while (!batch.is_empty()) {
            const auto let_go = batch.store(kNow);
            EXPECT_TRUE(let_go);
            if (!let_go) break;
            bytes += *let_go;
        }
        return bytes;
    }

    std::vector<std::string> told_;
};

TEST_F(KeptBatchTest, calls_whose_ends_come_in_different_parts_count_once) {
    refuse("/refused");
    Ingest ingest(*store_, {});
    KeptBatch batch(ingest, options("run i"));
    constexpr int kCalls = 100;
    std::size_t bytes = 0;
    const auto take = [&batch, &bytes](const std::string& one) {
        bytes += one.size();
        batch.take(one, kNow);
    };
    for (int i = 0; i < kCalls; ++i)
        take(record("/taken", 1000 + i, 1));
    take(record("/refused"));
    for (int i = 0; i < kCalls; ++i)
        take(record("/taken", 1000 + i, 2));
    EXPECT_FALSE(batch.is_parted());
    EXPECT_EQ(store_all(batch), bytes);
    EXPECT_EQ(number("SELECT SUM(requests) FROM endpoints"), kCalls);
    EXPECT_EQ(number("SELECT SUM(requests_client) FROM endpoints"), kCalls);
    const IngestCounts counts = ingest.counts();
    EXPECT_EQ(counts.records, 2u * kCalls + 1);
    EXPECT_EQ(counts.stored, 2u * kCalls);
    EXPECT_EQ(counts.refused, 1u);
    EXPECT_EQ(counts.pending + counts.dropped, 0u);
    EXPECT_EQ(*store_->next_offset("run i", 0), 2 * kCalls + 1);
    EXPECT_THAT(told_.back(), testing::HasSubstr("record 101 (GET (no host) /refused) is left out"));
}

TEST_F(KeptBatchTest, a_store_that_fails_takes_the_part_later) {
    refuse("/refused");
    Ingest ingest(*store_, {});
    KeptBatch batch(ingest, options({}));
    for (int i = 0; i < 40; ++i)
        batch.take(record(i == 20 ? "/refused" : "/taken"), kNow);
    ASSERT_TRUE(batch.store(kNow));
    EXPECT_TRUE(batch.is_parted());
    ASSERT_TRUE(store_->database().script("ALTER TABLE hours RENAME TO away"));
    EXPECT_FALSE(batch.store(kNow));
    EXPECT_FALSE(batch.store(kNow));
    EXPECT_EQ(ingest.counts().pending, 40u);
    ASSERT_TRUE(store_->database().script("ALTER TABLE away RENAME TO hours"));
    store_all(batch);
    EXPECT_EQ(number("SELECT SUM(requests) FROM endpoints"), 39);
    EXPECT_EQ(ingest.counts().refused, 1u);
}

TEST_F(KeptBatchTest, what_comes_after_long_is_stored_though_its_offset_was_deleted) {
    Ingest ingest(*store_, {});
    KeptBatch batch(ingest, options("run i"));
    for (const std::int64_t next : {1, 2, 3}) {
        batch.take(record("/a"), kNow);
        store_all(batch);
        EXPECT_EQ(*store_->next_offset("run i", 0), next);
        ASSERT_TRUE(store_->database().script("DELETE FROM offsets"));
    }
    EXPECT_EQ(ingest.counts().stored, 3u);
    EXPECT_EQ(number("SELECT SUM(requests) FROM endpoints"), 3);
}

TEST_F(KeptBatchTest, it_is_full_by_bytes_and_what_is_dropped_is_counted) {
    Ingest ingest(*store_, {});
    const std::string one = record("/a");
    KeptBatch batch(ingest, {.topic = {}, .bytes = 2 * one.size(), .on_trouble = {}});
    batch.take(one, kNow);
    EXPECT_FALSE(batch.is_full());
    batch.take(one, kNow);
    EXPECT_TRUE(batch.is_full());
    batch.drop();
    EXPECT_TRUE(batch.is_empty());
    EXPECT_FALSE(batch.is_full());
    EXPECT_EQ(ingest.counts().dropped, 2u);
}

}  // namespace
}  // namespace apiarist::processor
