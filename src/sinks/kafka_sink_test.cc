// SPDX-License-Identifier: Apache-2.0
// Without a broker: what the sink does with settings, with an absent broker and with a queue that is full. With one:
// tests/live/test_kafka.py.
#include "sinks/kafka_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

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
    EXPECT_FALSE((*sink)->takes_unidentified());
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

TEST_F(KafkaClient, the_queue_is_bounded_by_memory_and_not_by_bytes_of_records_alone) {
    constexpr std::size_t kQueue = 1 << 20;
    KafkaOptions options = absent_broker();
    options.client.back() = {"queue.buffering.max.messages", "0"};
    options.queue_bytes = kQueue;
    const auto sink = KafkaSink::make(options);
    ASSERT_TRUE(sink) << sink.error().what;
    std::string record;
    append_akto_record(record, exchange("/a"), {});
    for (std::size_t i = 0; i < 2 * kQueue / record.size(); ++i)
        (*sink)->write(exchange("/a"));
    const std::size_t queued = (*sink)->counts().queued;
    EXPECT_LT(queued * (record.size() + 500), kQueue);  // of each librdkafka keeps more than its bytes
    EXPECT_GT(queued * (record.size() + 600), kQueue);
    EXPECT_GT((*sink)->counts().dropped_queue_full, 0U);
}

TEST_F(KafkaClient, what_leaves_the_queue_makes_room) {
    KafkaOptions options = absent_broker();
    options.queue_bytes = 3000;
    options.client.emplace_back("message.timeout.ms", "100");
    const auto sink = KafkaSink::make(options);
    ASSERT_TRUE(sink) << sink.error().what;
    const auto write_until = [&](auto done) {
        while (!done((*sink)->counts()))
            (*sink)->write(exchange("/a"));
    };
    write_until([](const policy::SinkCounts& counts) { return counts.dropped_queue_full > 0; });
    const std::uint64_t first = (*sink)->counts().queued + (*sink)->counts().dropped_failed;
    write_until([first](const policy::SinkCounts& counts) { return counts.queued + counts.dropped_failed > first; });
    EXPECT_GT((*sink)->counts().dropped_failed, 0U);  // by librdkafka, as they grew too old
}

TEST_F(KafkaClient, trouble_is_told_in_a_line) {
    std::mutex mutex;
    std::vector<std::string> lines;
    KafkaOptions options = absent_broker();
    options.on_trouble = [&](const std::string& line) {
        const std::scoped_lock lock(mutex);
        lines.push_back(line);
    };
    const auto sink = KafkaSink::make(options);
    ASSERT_TRUE(sink);
    const auto told = [&] {
        const std::scoped_lock lock(mutex);
        return !lines.empty();
    };
    while (!told())
        std::this_thread::yield();
    const std::scoped_lock lock(mutex);
    EXPECT_EQ(lines.front(),
              "kafka: no connection to broker 127.0.0.1:1 (Connection refused); check that it runs and the address");
}

TEST_F(KafkaClient, without_records_an_absent_broker_is_no_failure_at_the_end) {
    const auto sink = KafkaSink::make(absent_broker());
    ASSERT_TRUE(sink);
    EXPECT_TRUE((*sink)->finish());
}

TEST_F(KafkaClient, heartbeats_do_not_gather_while_the_broker_is_absent) {
    std::atomic<int> asked{0};
    std::atomic<bool> told{false};
    KafkaOptions options = absent_broker();
    options.on_trouble = [&told](const std::string&) { told = true; };
    options.client.back() = {"queue.buffering.max.messages", "0"};
    options.heartbeat.interval_ns = 1;
    options.heartbeat.values = [&asked] {
        ++asked;
        return HeartbeatValues{};
    };
    const auto sink = KafkaSink::make(options);
    ASSERT_TRUE(sink);
    while (!told)  // by then the sink has gone its round again
        std::this_thread::yield();
    ASSERT_TRUE((*sink)->finish());
    EXPECT_EQ(asked.load(), 1);
}

TEST(CheckCertificates, a_file_that_is_none) {
    EXPECT_THAT(check_certificates("/no/such/file").error().what, HasSubstr("/no/such/file: no such file"));
    EXPECT_THAT(check_certificates("/proc/self/status").error().what, HasSubstr("no certificates that can be read"));
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
