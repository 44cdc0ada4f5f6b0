// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records to a Kafka topic, by librdkafka: acknowledged, retried, batched, compressed, in a bounded queue. A broker
// that is absent or goes away costs nothing but room in the queue; what does not fit is dropped and counted.
//
// Threads: write() and counts() from any; a thread of its own takes delivery reports.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "policy/sink.h"
#include "sinks/akto_record.h"

struct rd_kafka_s;

namespace apiarist::sinks {

struct KafkaOptions {
    std::string topic = "akto.api.logs";
    std::size_t record_bytes = 1'000'000;     // of one record; the broker's default limit is a little above
    std::uint64_t drain_ns = 10'000'000'000;  // how long finish() waits for acknowledgements
    RecordOptions record;
    std::function<void(const std::string&)> on_trouble;  // from the sink's thread; may be empty
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
    void flush() override {}
    Status finish() override;

  private:
    struct Callbacks;
    struct DestroyClient {
        void operator()(rd_kafka_s* client) const;
    };

    explicit KafkaSink(const KafkaOptions& options);
    bool send(const std::string& payload, const std::string& details, bool is_record);
    void run();

    const KafkaOptions options_;
    std::unique_ptr<rd_kafka_s, DestroyClient> client_;
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> taken_{0};
    std::atomic<std::uint64_t> delivered_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<std::uint64_t> queue_full_{0};
    std::atomic<std::uint64_t> too_large_{0};
    std::thread thread_;
};

// "host|method|target", the record header of the reference; empty when a part is.
[[nodiscard]] std::string collection_details(const transactions::Transaction& transaction);

}  // namespace apiarist::sinks
