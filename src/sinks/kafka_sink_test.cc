// SPDX-License-Identifier: Apache-2.0
// Without a broker: what the sink does with settings, with an absent broker and with a queue that is full. With one:
// tests/live/test_kafka.py.
#include "sinks/kafka_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace apiarist::sinks {
namespace {

using ::testing::HasSubstr;

class KafkaClient : public ::testing::Test {
  protected:
    void SetUp() override {
#if defined(__SANITIZE_THREAD__)
        GTEST_SKIP()
            << "librdkafka makes its threads by C11's thrd_create(), which ThreadSanitizer does not know and dies of";
#endif
    }
};

// A port of loopback where nobody listens.
KafkaOptions absent_broker() {
    KafkaOptions options;
    options.drain_ns = 50'000'000;
    options.client = {{"bootstrap.servers", "127.0.0.1:1"}, {"log_level", "0"}, {"queue.buffering.max.messages", "10"}};
    return options;
}

policy::CleanTransaction exchange(const std::string& target) {
    policy::CleanTransaction clean;
    clean.transaction.request.method = "GET";
    clean.transaction.request.target = target;
    clean.transaction.request.headers = {{"Host", "shop:8080"}};
    clean.transaction.response.emplace();
    clean.transaction.response->status = 200;
    return clean;
}

TEST_F(KafkaClient, a_setting_that_is_none_is_an_error_that_names_it) {
    KafkaOptions options = absent_broker();
    options.client.emplace_back("compression.type", "best");
    const auto sink = KafkaSink::make(options);
    ASSERT_FALSE(sink);
    EXPECT_THAT(sink.error().what, HasSubstr("compression.type"));
}

TEST_F(KafkaClient, an_absent_broker_is_no_error_and_records_wait) {
    const auto sink = KafkaSink::make(absent_broker());
    ASSERT_TRUE(sink) << sink.error().what;
    for (int i = 0; i < 3; ++i)
        (*sink)->write(exchange("/a"));
    EXPECT_EQ((*sink)->counts().queued, 3U);
    EXPECT_FALSE((*sink)->takes_unanswered());
}

TEST_F(KafkaClient, what_the_queue_cannot_hold_is_dropped_and_counted) {
    const auto sink = KafkaSink::make(absent_broker());
    ASSERT_TRUE(sink);
    for (int i = 0; i < 30; ++i)
        (*sink)->write(exchange("/a"));
    const policy::SinkCounts counts = (*sink)->counts();
    EXPECT_EQ(counts.queued, 9U);  // and the init record
    EXPECT_EQ(counts.dropped_queue_full, 21U);
}

TEST_F(KafkaClient, what_is_not_acknowledged_at_the_end_is_counted_as_failed) {
    const auto sink = KafkaSink::make(absent_broker());
    ASSERT_TRUE(sink);
    (*sink)->write(exchange("/a"));
    const Status finished = (*sink)->finish();
    ASSERT_FALSE(finished);
    EXPECT_THAT(finished.error().what, HasSubstr("1 records were not acknowledged"));
    const policy::SinkCounts counts = (*sink)->counts();
    EXPECT_EQ(counts.dropped_failed, 1U);
    EXPECT_EQ(counts.queued, 0U);
}

TEST_F(KafkaClient, a_record_that_cannot_be_made_small_enough_is_counted) {
    KafkaOptions options = absent_broker();
    options.record_bytes = 2000;
    const auto sink = KafkaSink::make(options);
    ASSERT_TRUE(sink);
    (*sink)->write(exchange("/" + std::string(5000, 'a')));
    EXPECT_EQ((*sink)->counts().dropped_too_large, 1U);
    EXPECT_EQ((*sink)->counts().queued, 0U);
}

TEST(CollectionDetails, host_method_and_target_or_nothing) {
    EXPECT_EQ(collection_details(exchange("/a?b").transaction), "shop:8080|GET|/a?b");
    auto hostless = exchange("/a").transaction;
    hostless.request.headers.clear();
    EXPECT_EQ(collection_details(hostless), "");
    EXPECT_EQ(collection_details(exchange("").transaction), "");
}

}  // namespace
}  // namespace apiarist::sinks
