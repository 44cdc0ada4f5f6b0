// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records of a Kafka topic into a store, as a member of a consumer group. Where a partition is read from is what the
// store says, not the group: what is stored is stored with its offset in one transaction, so whichever processor dies,
// each record counts once. The group's own offset follows, for others to look at.
//
// run() is one thread's; counts(), assigned() and stop() are any's.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "processor/ingest.h"
#include "processor/pace.h"
#include "processor/refusals.h"
#include "sinks/kafka_trouble.h"
#include "store/store.h"

struct rd_kafka_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_topic_partition_s;
struct rd_kafka_message_s;

namespace apiarist::processor {

struct KafkaConsumerOptions {
    std::string topic = "akto.api.logs";
    std::chrono::nanoseconds batch_time = std::chrono::seconds(1);
    std::function<void(const std::string&)> on_trouble;  // a line, from run()'s thread; may be empty
    // librdkafka's own settings, by its names ("bootstrap.servers", "group.id").
    std::vector<std::pair<std::string, std::string>> client;
};

class KafkaConsumer {
  public:
    // Borrows the store and ingest. An error: librdkafka does not take a setting.
    static Result<std::unique_ptr<KafkaConsumer>> make(const KafkaConsumerOptions& options, store::Store& store,
                                                       Ingest& ingest);
    ~KafkaConsumer();

    // Until stop(); then what was read is stored, if the store takes it. An error: the group cannot be joined for good.
    Status run();
    void stop();
    // Partitions that this processor reads.
    [[nodiscard]] std::size_t assigned() const { return assigned_.load(); }

  private:
    struct Callbacks;
    struct DestroyClient {
        void operator()(rd_kafka_s* client) const;
    };
    struct Position {
        std::int64_t stored = -1;  // what the store has; -1: nothing
        std::int64_t next = -1;    // what the batch is up to
    };

    KafkaConsumer(const KafkaConsumerOptions& options, store::Store& store, Ingest& ingest);
    void assign(rd_kafka_topic_partition_list_s* partitions);
    void revoke();
    // Reads where the partitions are in the store, until that succeeds or the run ends.
    bool read_positions(rd_kafka_topic_partition_list_s* partitions);
    void check_watermarks(rd_kafka_topic_partition_s& partition);
    void take(const rd_kafka_message_s* message);
    // False: the store failed.
    bool flush();
    void seek_to_stored();
    // The store refuses what the batch says, and will not take it later. False: it failed.
    bool read_in_parts(const Error& error);
    bool leave_out(const Error& error);
    [[nodiscard]] bool is_full() const;
    void pause(bool paused);
    void commit() const;
    void tell(const std::string& what) const;
    void tell_failure(const Error& error);

    const KafkaConsumerOptions options_;
    store::Store& store_;
    Ingest& ingest_;
    Pace pace_;
    std::map<std::int32_t, Position> positions_;  // of the partitions that are assigned
    Refusals refusals_;
    std::uint64_t seeks_ = 0;
    bool paused_ = false;
    bool failing_ = false;
    bool refused_ = false;  // the last batch, for what it says
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::condition_variable stopped_;  // stop_ was set
    std::atomic<std::size_t> assigned_{0};
    sinks::TroubleTeller teller_;
    sinks::Certificates certificates_;
    std::unique_ptr<rd_kafka_s, DestroyClient> client_;
};

[[nodiscard]] std::int64_t unix_seconds();

}  // namespace apiarist::processor
