// SPDX-License-Identifier: Apache-2.0
#include "processor/ingest.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "processor/fixture_test.h"

namespace apiarist::processor {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

class IngestTest : public WithStore {};

TEST_F(IngestTest, each_record_is_in_one_count) {
    Ingest ingest(*store_, {});
    ingest.take(R"({"testConnectionString":"kafkaInit"})", kNow);
    ingest.take("no record", kNow);
    ingest.take(R"({"path":"/a","method":"GET","statusCode":"200"})", kNow);
    EXPECT_EQ(ingest.counts().pending, 1u);
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    ingest.take(R"({"path":"/a","method":"GET","statusCode":"200"})", kNow);
    ingest.drop();
    const IngestCounts counts = ingest.counts();
    EXPECT_EQ(counts.records, 4u);
    EXPECT_EQ(counts.stored, 1u);
    EXPECT_EQ(counts.dropped, 1u);
    EXPECT_EQ(counts.refused, 1u);
    EXPECT_EQ(counts.first_words, 1u);
    EXPECT_EQ(counts.pending, 0u);
    EXPECT_FALSE(counts.last_refusal.empty());
    EXPECT_TRUE(ingest.is_empty());
}

TEST_F(IngestTest, the_two_ends_of_a_call_count_once_though_a_batch_is_taken_again) {
    constexpr std::string_view kServer =
        R"({"path":"/a","method":"GET","statusCode":"200","ip":"10.0.0.1:4000","direction":"1"})";
    constexpr std::string_view kClient =
        R"({"path":"/a","method":"GET","statusCode":"200","ip":"10.0.0.1:4000","direction":"2"})";
    using Ends = std::pair<std::int64_t, std::int64_t>;  // requests, and of them seen at the client
    const auto requests = [this] {
        auto rows = store_->database().query("SELECT requests, requests_client FROM endpoints", {});
        return Ends{store::integer(rows.value().at(0)[0]), store::integer(rows.value().at(0)[1])};
    };
    Ingest ingest(*store_, {});
    ingest.take(kServer, kNow);
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    EXPECT_EQ(requests(), (Ends{1, 0}));
    ingest.take(kClient, kNow);
    ingest.drop();
    ingest.take(kClient, kNow);
    ingest.refuse("it is tried in parts");
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    EXPECT_EQ(requests(), (Ends{1, 0}));
    ingest.take(kClient, kNow);
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    EXPECT_EQ(requests(), (Ends{1, 1}));
    ingest.take(kClient, kNow);
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    EXPECT_EQ(requests(), (Ends{2, 2}));
}

TEST_F(IngestTest, a_batch_that_is_taken_back_counts_once) {
    live::Feed feed;
    IngestOptions options;
    options.live = &feed;
    const auto reader = feed.subscribe({});
    Ingest ingest(*store_, std::move(options));
    const std::vector<std::string_view> records{
        R"({"testConnectionString":"kafkaInit"})", "no record",
        R"({"path":"/a","method":"GET","statusCode":"200","ip":"10.0.0.1:4000","direction":"1"})",
        R"({"path":"/a","method":"GET","statusCode":"200","ip":"10.0.0.1:4000","direction":"2"})"};
    const auto take = [&ingest, &records](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            ingest.take(records[i], kNow);
    };
    take(0, 4);
    ingest.take_back();
    EXPECT_TRUE(ingest.is_empty());
    EXPECT_EQ(ingest.counts().pending, 2u);
    take(0, 3);
    ingest.take_back();
    take(0, 3);
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    EXPECT_EQ(ingest.counts().pending, 1u);
    take(3, 4);
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    const IngestCounts counts = ingest.counts();
    EXPECT_EQ(counts.records, 4u);
    EXPECT_EQ(counts.stored, 2u);
    EXPECT_EQ(counts.refused, 1u);
    EXPECT_EQ(counts.first_words, 1u);
    EXPECT_EQ(counts.pending + counts.dropped, 0u);
    EXPECT_EQ(reader->take().events.size(), 2u);
    const auto rows = store_->database().query("SELECT requests, requests_client FROM endpoints", {});
    EXPECT_EQ(store::integer(rows.value().at(0)[0]), 1);
    EXPECT_EQ(store::integer(rows.value().at(0)[1]), 1);
}

TEST_F(IngestTest, what_was_taken_back_is_dropped_with_the_batch) {
    Ingest ingest(*store_, {});
    constexpr std::string_view kRecord = R"({"path":"/a","method":"GET","statusCode":"200"})";
    for (int i = 0; i < 3; ++i)
        ingest.take(kRecord, kNow);
    ingest.take_back();
    ingest.take(kRecord, kNow);
    ingest.drop();
    EXPECT_EQ(ingest.counts().dropped, 3u);
    EXPECT_EQ(ingest.counts().pending, 0u);
    ingest.take(kRecord, kNow);
    EXPECT_EQ(ingest.counts().records, 4u) << "it is another one";
}

// A batch that failed leaves a catalog that knows nothing until it is read again.
TEST_F(IngestTest, the_other_ends_of_calls_count_behind_a_batch_that_was_refused) {
    const auto record = [](std::string_view path, int port, int direction) {
        return fmt::format(R"({{"path":"{}","method":"GET","statusCode":"200","ip":"10.0.0.1:{}","direction":"{}"}})",
                           path, port, direction);
    };
    Ingest ingest(*store_, {});
    for (const int port : {1, 2})
        ingest.take(record("/a", port, 1), kNow);
    ASSERT_TRUE(ingest.flush({}, {}, kNow));
    ASSERT_TRUE(
        store_->database().script("CREATE TRIGGER refuse BEFORE INSERT ON endpoints WHEN NEW.template = '/refused' "
                                  "BEGIN SELECT RAISE(ABORT, 'not this one'); END"));
    ingest.take(record("/a", 1, 2), kNow);
    ingest.take(record("/refused", 3, 2), kNow);
    ASSERT_FALSE(ingest.flush({}, {}, kNow));
    ingest.take_back();
    for (const int port : {1, 2}) {
        ingest.take(record("/a", port, 2), kNow);
        ASSERT_TRUE(ingest.flush({}, {}, kNow));
    }
    auto rows = store_->database().query(
        "SELECT e.requests, e.requests_client, t.requests_client FROM endpoints e, traffic t WHERE t.collection_id = 0 "
        "AND "
        "t.step = 3600",
        {});
    ASSERT_EQ(rows.value().size(), 1u);
    for (const std::size_t column : {0, 1, 2})
        EXPECT_EQ(store::integer(rows.value()[0][column]), 2) << column;
}

TEST_F(IngestTest, a_batch_is_full_by_records_and_by_bytes) {
    IngestOptions few;
    few.batch_records = 2;
    Ingest by_count(*store_, std::move(few));
    by_count.take("x", kNow);
    EXPECT_FALSE(by_count.is_full());
    by_count.take("x", kNow);
    EXPECT_TRUE(by_count.is_full());
    IngestOptions small;
    small.batch_bytes = 10;
    Ingest by_bytes(*store_, std::move(small));
    by_bytes.take("0123456789", kNow);
    EXPECT_TRUE(by_bytes.is_full());
}

TEST_F(IngestTest, what_is_superseded_is_not_stored) {
    Ingest ingest(*store_, {});
    ingest.take(R"({"path":"/a","method":"GET","statusCode":"200"})", kNow);
    const auto applied = ingest.flush({{"t", 0, 5}}, {{"t", 0, 6}}, kNow);
    ASSERT_TRUE(applied);
    EXPECT_EQ(*applied, store::Applied::kSuperseded);
    EXPECT_EQ(ingest.counts().superseded, 1u);
    EXPECT_TRUE(ingest.is_empty());
}

TEST_F(IngestTest, what_was_not_seen_for_long_is_deleted) {
    constexpr std::int64_t kDay = 86400;
    IngestOptions options;
    options.keep_days = 30;
    Ingest ingest(*store_, std::move(options));
    const auto endpoints = [this] {
        auto rows = store_->database().query("SELECT template, requests FROM endpoints ORDER BY template", {});
        std::string text;
        for (const auto& row : *rows)
            text += store::text(row[0]) + " " + std::to_string(store::integer(row[1])) + ";";
        return text;
    };
    const auto see = [&ingest](const std::string& path, std::int64_t now_s) {
        ingest.take(R"({"path":")" + path + R"(","method":"GET","statusCode":"200"})", now_s);
        ASSERT_TRUE(ingest.flush({}, {}, now_s));
    };
    see("/old", kNow);
    see("/new", kNow + 20 * kDay);
    EXPECT_EQ(endpoints(), "/new 1;/old 1;");
    see("/new", kNow + 31 * kDay);
    EXPECT_EQ(endpoints(), "/new 2;");
    see("/old", kNow + 31 * kDay + 60);
    EXPECT_EQ(endpoints(), "/new 2;/old 1;");
}

TEST_F(IngestTest, minutes_and_offsets_of_runs_go_after_a_day_though_nothing_else_is_deleted) {
    constexpr std::int64_t kDay = 86400;
    Ingest ingest(*store_, {});
    const auto count = [this](std::string_view what) {
        return store::integer((*store_->database().query("SELECT COUNT(*) FROM " + std::string(what), {}))[0][0]);
    };
    for (const std::int64_t now_s : {kNow, kNow + 2 * kDay, kNow + 4 * kDay}) {
        ingest.take(R"({"path":"/a","method":"GET","statusCode":"200"})", now_s);
        ASSERT_TRUE(ingest.flush({}, {{"run of " + std::to_string(now_s), 0, 1}}, now_s));
    }
    EXPECT_EQ(count("traffic WHERE collection_id = 0 AND step = 60"), 1);
    EXPECT_EQ(count("traffic WHERE collection_id = 0 AND step = 3600"), 3);
    EXPECT_EQ(count("offsets"), 1);
}

TEST(SampleWriter, keeps_what_a_record_says_and_cuts_what_is_too_long) {
    SampleWriter writer({.redact = false, .redaction_key = {}, .payload_bytes = 4});
    records::Record record;
    record.method = "POST";
    record.target = "/a?x=\"1\"";
    record.request_headers = {{"host", "h"}};
    record.request_payload = "0123456789";
    record.response_payload = "ok";
    record.status = 201;
    record.client = {"2001:db8::1", "80"};
    const std::string sample = writer.write(record);
    EXPECT_THAT(sample, testing::HasSubstr(R"("path":"/a?x=\"1\"")"));
    EXPECT_THAT(sample, testing::HasSubstr(R"("requestHeaders":{"host":"h"})"));
    EXPECT_THAT(sample, testing::HasSubstr(R"("requestPayload":"0123")"));
    EXPECT_THAT(sample, testing::HasSubstr(R"("cut":"request")"));
    EXPECT_THAT(sample, testing::HasSubstr(R"("ip":"[2001:db8::1]:80")"));
}

TEST(SampleWriter, messages_on_a_websocket_are_redacted_and_bounded) {
    records::Record record;
    record.method = "WS";
    record.target = "/room";
    record.events =
        R"([{"opcode":1,"payload":"42[\"say\",{\"mail\":\"ann@example.org\"}]","direction":"outgoing","timestamp":"7","fin":true},)"
        R"({"opcode":2,"payload":"aGVsbG8=","encoding":"base64","direction":"incoming"},7,{"opcode":8,"payload":"","code":1000}])";
    const std::string plain = SampleWriter({.redact = false, .redaction_key = {}}).write(record);
    EXPECT_THAT(
        plain,
        testing::HasSubstr(
            R"([{"payload":"42[\"say\",{\"mail\":\"ann@example.org\"}]","direction":"outgoing","timestamp":"7","opcode":1,"fin":true},)"));
    EXPECT_THAT(plain, testing::HasSubstr(R"({"payload":"","opcode":8,"code":1000}])"));
    EXPECT_THAT(plain, testing::Not(testing::HasSubstr("\"cut\"")));
    const std::string redacted = SampleWriter({.redact = true, .redaction_key = "k"}).write(record);
    EXPECT_THAT(redacted, testing::HasSubstr(R"("payload":"42[\"say\",{\"mail\":\")"));
    EXPECT_THAT(redacted, testing::Not(testing::HasSubstr("ann@")));
    EXPECT_THAT(redacted, testing::Not(testing::HasSubstr("aGVsbG8")));
    const std::string cut = SampleWriter({.redact = false, .redaction_key = {}, .payload_bytes = 5}).write(record);
    EXPECT_THAT(cut,
                testing::HasSubstr(
                    R"("events":[{"payload":"42[\"s","direction":"outgoing","timestamp":"7","opcode":1,"fin":true}])"));
    EXPECT_THAT(cut, testing::HasSubstr(R"("cut":"events")"));
    record.events = "no array";
    EXPECT_THAT(SampleWriter({}).write(record), testing::HasSubstr(R"("events":[])"));
}

// The end of a text that is cut may be the beginning of a secret.
TEST(SampleWriter, the_end_of_a_message_that_is_cut_is_not_kept) {
    SampleWriter writer({.redact = true, .redaction_key = "k"});
    records::Record record;
    record.method = "WS";
    for (const std::string_view why :
         {R"("fin":false)", R"("truncated":true)", R"("not_seen":true)", R"("gap":true)"}) {
        const std::string events =
            R"([{"opcode":1,"payload":"card 4111 1111 1111",)" + std::string(why) + R"(,"direction":"incoming"}])";
        record.events = events;
        EXPECT_THAT(writer.write(record), testing::Not(testing::HasSubstr("4111"))) << why;
    }
}

TEST(SampleWriter, what_else_an_event_says_is_not_kept) {
    SampleWriter writer({.redact = true, .redaction_key = "k"});
    records::Record record;
    record.method = "WS";
    std::string events =
        R"([{"payload":"hello","note":"bob@example.org","card":4111111111111111,"bob@example.com":true,"direction":"bob",)"
        R"("encoding":"bob","timestamp":"4111111111111111","size":4111111111111111,"opcode":1)";
    for (int i = 0; i < 1000; ++i)
        events += R"(,"payload":"hello again")";
    events += "}]";
    record.events = events;
    const std::string sample = writer.write(record);
    for (const std::string_view not_kept : {"bob", "4111", "note", "again"})
        EXPECT_THAT(sample, testing::Not(testing::HasSubstr(std::string(not_kept))));
    EXPECT_THAT(sample, testing::HasSubstr(R"("opcode":1)"));
    EXPECT_LT(sample.size(), 1000u);
}

}  // namespace
}  // namespace apiarist::processor
