// SPDX-License-Identifier: Apache-2.0
// Records on their way through ingest, as those see them who look on.
#include "processor/live_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdint>
#include <limits>
#include <string>

#include "processor/fixture_test.h"
#include "processor/ingest.h"

namespace apiarist::processor {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kNow = 1'800'000'000;
constexpr const char* kRecord =
    R"({"path":"/pay?token=secret-token-1","method":"POST","type":"HTTP/1.1","statusCode":"201","time":"1799999999",
    "latency_us":"1500","direction":"1","requestHeaders":"{\"host\":\"Shop:80\",\"authorization\":\"Bearer secret-token-2\",\"content-type\":\"application/json\"}",
    "responseHeaders":"{\"content-type\":\"application/json\"}","requestPayload":"{\"mail\":\"jane@example.org\"}","responsePayload":"{\"id\":1}"})";

class LiveWriterTest : public WithStore {
  protected:
    Ingest ingest(bool redact = true) {
        IngestOptions options;
        options.live = &feed_;
        options.samples.redact = redact;
        options.samples.redaction_key = "key";
        return Ingest(*store_, std::move(options));
    }
    // The one event that waits; valid JSON.
    std::string event(live::Reader& reader) {
        live::Taken taken = reader.take();
        if (taken.events.size() != 1) {
            ADD_FAILURE() << taken.events.size() << " events";
            return {};
        }
        EXPECT_EQ(parser_.parse(taken.events[0].json).error(), simdjson::SUCCESS) << taken.events[0].json;
        return taken.events[0].json;
    }

    live::Feed feed_;
    simdjson::dom::parser parser_;
};

TEST_F(LiveWriterTest, a_record_passes_by_as_it_is_taken) {
    const auto reader = feed_.subscribe({});
    Ingest one = ingest();
    one.take("no record", kNow);
    one.take(kRecord, kNow);
    const std::string got = event(*reader);
    EXPECT_THAT(
        got, testing::StartsWith(R"({"time":1799999999000,"collection":"shop","method":"POST","target":"/pay?token=)"));
    EXPECT_THAT(got, HasSubstr(R"(,"status":201,"latency":1500,"record":{"method":"POST","path":"/pay?token=)"));
    EXPECT_THAT(got, HasSubstr("responsePayload"));
}

TEST_F(LiveWriterTest, it_is_redacted_as_samples_are) {
    const auto reader = feed_.subscribe({});
    Ingest redacting = ingest();
    redacting.take(kRecord, kNow);
    const std::string redacted = event(*reader);
    Ingest plain = ingest(false);
    plain.take(kRecord, kNow);
    const std::string open = event(*reader);
    for (const char* secret : {"secret-token-1", "secret-token-2", "jane@example.org"}) {
        EXPECT_THAT(redacted, Not(HasSubstr(secret)));
        EXPECT_THAT(open, HasSubstr(secret));
    }
}

TEST_F(LiveWriterTest, who_searches_for_a_secret_does_not_learn_of_it) {
    const auto reader = feed_.subscribe({.collection = {}, .method = {}, .search = "secret-token", .status = {}});
    const auto path = feed_.subscribe({.collection = {}, .method = {}, .search = "/PAY", .status = {}});
    Ingest one = ingest();
    one.take(kRecord, kNow);
    EXPECT_TRUE(reader->take().events.empty());
    EXPECT_THAT(event(*path), HasSubstr("/pay"));
}

TEST_F(LiveWriterTest, long_payloads_are_cut_and_the_record_says_so) {
    LiveWriter writer({.redact = false, .redaction_key = {}});
    records::Record record;
    const std::string payload(40'000, 'x');
    record.response_payload = payload;
    const live::Written written = writer.write(record, kNow);
    EXPECT_LT(written.json.size(), 20'000U);
    EXPECT_THAT(written.json, HasSubstr(R"("cut":"response")"));
    EXPECT_THAT(written.json, testing::StartsWith(R"x({"time":1800000000000,"collection":"(no host)",)x"));
    EXPECT_THAT(written.json, HasSubstr(R"("latency":null)"));
}

TEST_F(LiveWriterTest, a_time_that_cannot_be_is_the_present) {
    LiveWriter writer({.redact = false, .redaction_key = {}});
    records::Record record;
    for (const std::int64_t time :
         {std::int64_t{0}, kNow + 3601, std::int64_t{1} << 55, std::numeric_limits<std::int64_t>::max()}) {
        record.time_s = time;
        EXPECT_THAT(writer.write(record, kNow).json, testing::StartsWith(R"({"time":1800000000000,)")) << time;
    }
    record.time_s = kNow + 3600;
    EXPECT_THAT(writer.write(record, kNow).json, testing::StartsWith(R"({"time":1800003600000,)"));
}

TEST_F(LiveWriterTest, hostile_texts_stay_in_one_line) {
    const auto reader = feed_.subscribe({});
    Ingest one = ingest();
    one.take(R"({"path":"/a\nevent: record\r\n\n\u2028","method":"GE\nT","statusCode":"200"})", kNow);
    EXPECT_THAT(event(*reader), Not(testing::AnyOf(HasSubstr("\n"), HasSubstr("\r"))));
}

}  // namespace
}  // namespace apiarist::processor
