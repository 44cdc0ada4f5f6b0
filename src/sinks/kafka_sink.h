// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records to a Kafka topic, by librdkafka: acknowledged, retried, batched, compressed, in a bounded queue. A broker
// that is absent or goes away, or does not let us in, costs nothing but room in the queue; what does not fit is dropped
// and counted.
//
// Threads: write() and counts() from any; a thread of its own takes delivery reports and sends heartbeats.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "policy/sink.h"
#include "sinks/akto_record.h"
#include "sinks/heartbeat.h"
#include "sinks/kafka_trouble.h"

struct rd_kafka_s;

namespace apiarist::sinks {

struct HeartbeatOptions {
    std::string topic = "akto.daemonset.producer.heartbeats";
    std::uint64_t interval_ns = 60'000'000'000;
    std::function<HeartbeatValues()> values;  // asked in the sink's thread; empty: no heartbeats
};

struct KafkaOptions {
    std::string topic = "akto.api.logs";
    std::size_t queue_bytes = 64 << 20;       // of memory for records that wait for their acknowledgement
    std::size_t record_bytes = 1'000'000;     // of one record; the broker's default limit is a little above
    std::uint64_t drain_ns = 10'000'000'000;  // how long finish() waits for acknowledgements
    RecordOptions record;
    HeartbeatOptions heartbeat;
    std::function<void(const std::string&)> on_trouble;  // a line, from the sink's thread; may be empty
    // librdkafka's own settings, by its names ("bootstrap.servers").
    std::vector<std::pair<std::string, std::string>> client;
};

class KafkaSink final : public policy::Sink {
  public:
    // An error: librdkafka does not take a setting. That no broker answers is none.
    static Result<std::unique_ptr<KafkaSink>> make(const KafkaOptions& options);
    ~KafkaSink() override;

    void write(const policy::CleanTransaction& transaction) override;
    [[nodiscard]] policy::SinkCounts counts() const override;
    // The consumer drops records without a status.
    [[nodiscard]] bool takes_unanswered() const override { return false; }
    [[nodiscard]] bool takes_unidentified() const override { return false; }
    void flush() override {}
    Status finish() override;

  private:
    struct Callbacks;
    struct DestroyClient {
        void operator()(rd_kafka_s* client) const;
    };

    // `mark`: an address by which the delivery report tells what it was.
    struct Letter {
        const std::string& topic;
        const std::string& payload;
        const std::string& key;  // empty: any partition
        const std::string& details;
        void* mark;
    };

    explicit KafkaSink(const KafkaOptions& options);
    bool send(const Letter& letter);
    // Of a record that librdkafka did not take.
    void count_refusal(int error);
    void run();
    void beat();
    [[nodiscard]] bool take_room(std::size_t bytes);
    void tell(const std::optional<std::string>& what) const;

    const KafkaOptions options_;
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> taken_{0};
    std::atomic<std::uint64_t> delivered_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<std::uint64_t> queue_full_{0};
    std::atomic<std::uint64_t> too_large_{0};
    std::atomic<std::size_t> queued_bytes_{0};  // of records
    bool heart_waits_ = false;                  // a heartbeat is on its way; of the thread that takes reports
    TroubleTeller teller_;                      // likewise
    Certificates certificates_;
    std::unique_ptr<rd_kafka_s, DestroyClient> client_;  // its threads use what stands above
    std::thread thread_;
};

// An error: no certificates can be read from this file, or folder of hashed files.
[[nodiscard]] Status check_certificates(const std::string& path);

// "host|method|target", the record header of the reference; empty when a part is.
[[nodiscard]] std::string collection_details(const transactions::Transaction& transaction);

}  // namespace apiarist::sinks
