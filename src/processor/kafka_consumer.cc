// SPDX-License-Identifier: Apache-2.0
#include "processor/kafka_consumer.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/handles.h"

namespace apiarist::processor {
namespace {

constexpr int kPollMs = 100;
constexpr std::size_t kTaken = 1000;  // messages at once

using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(Clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

}  // namespace

std::int64_t unix_seconds() {
    return std::chrono::system_clock::now().time_since_epoch() / std::chrono::seconds(1);
}

// librdkafka calls these from within rd_kafka_consume_batch_queue(), in run()'s thread; on_certificate in threads of
// its own.
struct KafkaConsumer::Callbacks {
    static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* partitions,
                             void* opaque) {
        auto* self = static_cast<KafkaConsumer*>(opaque);
        if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
            self->assign(partitions);
            return;
        }
        self->revoke();
        rd_kafka_assign(client, nullptr);
    }

    static void on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
        auto* self = static_cast<KafkaConsumer*>(opaque);
        if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) self->teller_.all_down();
        const auto trouble = sinks::trouble_of(error, reason, self->certificates_.error_of(sinks::broker_name(reason)));
        if (!trouble) return;
        if (const auto line = self->teller_.heard(*trouble, now_ns())) self->tell("kafka: " + *line);
    }

    static int on_certificate(rd_kafka_t*, const char* broker, std::int32_t, int* error, int, const char*, std::size_t,
                              char*, std::size_t, void* opaque) {
        static_cast<KafkaConsumer*>(opaque)->certificates_.found(broker, *error);
        return *error == 0 ? 1 : 0;
    }

    static void on_log(const rd_kafka_t*, int, const char*, const char*) {}
};

void KafkaConsumer::DestroyClient::operator()(rd_kafka_s* client) const {
    rd_kafka_destroy(client);
}

KafkaConsumer::KafkaConsumer(const KafkaConsumerOptions& options, store::Store& store, Ingest& ingest)
    : options_(options), store_(store), ingest_(ingest), pace_(options.batch_time) {}

KafkaConsumer::~KafkaConsumer() {
    if (client_) rd_kafka_consumer_close(client_.get());
}

Result<std::unique_ptr<KafkaConsumer>> KafkaConsumer::make(const KafkaConsumerOptions& options, store::Store& store,
                                                           Ingest& ingest) {
    std::unique_ptr<KafkaConsumer> consumer(new KafkaConsumer(options, store, ingest));
    std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>> conf(rd_kafka_conf_new());
    std::array<char, 512> why{};
    for (const auto& [name, value] : options.client)
        if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
            return Error{std::errc::invalid_argument, fmt::format("kafka: {}: {}", name, why.data())};
    rd_kafka_conf_set_opaque(conf.get(), consumer.get());
    rd_kafka_conf_set_rebalance_cb(conf.get(), Callbacks::on_rebalance);
    rd_kafka_conf_set_error_cb(conf.get(), Callbacks::on_error);
    rd_kafka_conf_set_log_cb(conf.get(), Callbacks::on_log);
    (void)rd_kafka_conf_set_ssl_cert_verify_cb(conf.get(), Callbacks::on_certificate);
    consumer->client_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size()));
    if (!consumer->client_) return Error{std::errc::invalid_argument, fmt::format("kafka: {}", why.data())};
    (void)conf.release();  // the client's now
    rd_kafka_poll_set_consumer(consumer->client_.get());
    return consumer;
}

void KafkaConsumer::tell(const std::string& what) const {
    if (options_.on_trouble) options_.on_trouble(what);
}

void KafkaConsumer::tell_failure(const Error& error) {
    if (std::exchange(failing_, true)) return;
    tell(fmt::format("store: {}; it is tried again, and nothing is read until it takes what was read", error.what));
}

// The topic may have been made anew, or have lost what was not read yet.
void KafkaConsumer::check_watermarks(rd_kafka_topic_partition_s& partition) {
    constexpr int kTimeoutMs = 5000;
    Position& position = positions_[partition.partition];
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (position.stored < 0 ||
        rd_kafka_query_watermark_offsets(client_.get(), options_.topic.c_str(), partition.partition, &low, &high,
                                         kTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    if (position.stored > high) {
        tell(fmt::format(
            "kafka: partition {} of {} ends at {}, and the store is at {}: the topic was made anew, and is read from "
            "its beginning",
            partition.partition, options_.topic, high, position.stored));
        position.next = low;
        partition.offset = RD_KAFKA_OFFSET_BEGINNING;
    } else if (position.stored < low) {
        tell(fmt::format("kafka: partition {} of {} begins at {}, and the store is at {}: {} records are gone",
                         partition.partition, options_.topic, low, position.stored, low - position.stored));
    }
}

bool KafkaConsumer::read_positions(rd_kafka_topic_partition_list_s* partitions) {
    while (!stop_.load()) {
        bool done = true;
        for (int i = 0; i < partitions->cnt && done; ++i) {
            rd_kafka_topic_partition_t& one = partitions->elems[i];
            if (store_.database().lost()) (void)store_.reconnect();
            auto next = store_.next_offset(options_.topic, one.partition);
            done = next.has_value();
            if (!done) {
                tell_failure(next.error());
                break;
            }
            positions_[one.partition] = {*next, *next};
            one.offset = *next >= 0 ? *next : RD_KAFKA_OFFSET_BEGINNING;
            check_watermarks(one);
        }
        if (done) return true;
        std::unique_lock lock(mutex_);
        stopped_.wait_for(lock, std::chrono::milliseconds(kPollMs), [this] { return stop_.load(); });
    }
    return false;
}

void KafkaConsumer::assign(rd_kafka_topic_partition_list_s* partitions) {
    positions_.clear();
    if (!read_positions(partitions)) partitions->cnt = 0;
    rd_kafka_assign(client_.get(), partitions);
    assigned_.store(static_cast<std::size_t>(partitions->cnt));
}

// Another processor gets the partitions: what is in the batch is stored now, or read again by that one.
void KafkaConsumer::revoke() {
    if (!ingest_.is_empty() && !flush()) ingest_.drop();
    pause(false);  // librdkafka would remember it of a partition that comes back
    positions_.clear();
    refusals_ = {};
    assigned_.store(0);
}

void KafkaConsumer::take(const rd_kafka_message_s* message) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
        if (const auto trouble = sinks::trouble_of(message->err, rd_kafka_message_errstr(message), 0))
            if (const auto line = teller_.heard(*trouble, now_ns())) tell("kafka: " + *line);
        return;
    }
    const auto position = positions_.find(message->partition);
    // What was on its way when partitions went or were set back.
    if (position == positions_.end() || message->offset < position->second.next) return;
    if (ingest_.is_empty()) pace_.began(Clock::now());
    ingest_.take({static_cast<const char*>(message->payload), message->len}, unix_seconds());
    position->second.next = message->offset + 1;
}

bool KafkaConsumer::flush() {
    std::vector<store::Offset> begin;
    std::vector<store::Offset> end;
    for (const auto& [partition, position] : positions_) {
        if (position.next == position.stored) continue;
        begin.push_back({options_.topic, partition, position.stored});
        end.push_back({options_.topic, partition, position.next});
    }
    if (store_.database().lost()) (void)store_.reconnect();
    const std::uint64_t records = ingest_.taken();
    auto applied = ingest_.flush(std::move(begin), std::move(end), unix_seconds());
    refused_ = !applied && store::refuses_values(applied.error());
    if (!applied) {
        switch (refused_ ? refusals_.refused(records) : Refusals::Then::kTryAgain) {
            case Refusals::Then::kTryAgain:
                break;
            case Refusals::Then::kParts:
                return read_in_parts(applied.error());
            case Refusals::Then::kLeaveOut:
                return leave_out(applied.error());
        }
        tell_failure(applied.error());
        pace_.failed(Clock::now());
        return false;
    }
    if (std::exchange(failing_, false)) tell("store: takes records again");
    pace_.succeeded();
    refusals_.passed(records);
    if (*applied == store::Applied::kSuperseded) {
        seek_to_stored();
    } else {
        for (auto& [partition, position] : positions_)
            position.stored = position.next;
        commit();
    }
    return true;
}

bool KafkaConsumer::read_in_parts(const Error& error) {
    pace_.succeeded();
    failing_ = false;
    tell(fmt::format("store: {}; the {} records of the batch are read again in smaller ones", error.what,
                     ingest_.taken()));
    ingest_.drop();
    seek_to_stored();
    return true;
}

bool KafkaConsumer::leave_out(const Error& error) {
    pace_.succeeded();
    failing_ = false;
    for (const auto& [partition, position] : positions_)
        if (position.next != position.stored)
            tell(fmt::format("store: the record at {} of partition {} of {} is left out: {}", position.next - 1,
                             partition, options_.topic, error.what));
    ingest_.refuse(error.what);
    return flush();
}

bool KafkaConsumer::is_full() const {
    return ingest_.is_full() || refusals_.is_full(ingest_.taken());
}

// The batch was stored after all before its connection broke, or by another processor that had the partitions.
void KafkaConsumer::seek_to_stored() {
    ++seeks_;
    const Partitions partitions(rd_kafka_topic_partition_list_new(static_cast<int>(positions_.size())));
    for (const auto& [partition, position] : positions_)
        rd_kafka_topic_partition_list_add(partitions.get(), options_.topic.c_str(), partition);
    if (read_positions(partitions.get())) rd_kafka_assign(client_.get(), partitions.get());
}

void KafkaConsumer::pause(bool paused) {
    if (std::exchange(paused_, paused) == paused) return;
    rd_kafka_topic_partition_list_t* raw = nullptr;
    if (rd_kafka_assignment(client_.get(), &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    const Partitions assigned(raw);
    (void)(paused ? rd_kafka_pause_partitions(client_.get(), assigned.get())
                  : rd_kafka_resume_partitions(client_.get(), assigned.get()));
}

void KafkaConsumer::commit() const {
    const Partitions partitions(rd_kafka_topic_partition_list_new(static_cast<int>(positions_.size())));
    for (const auto& [partition, position] : positions_) {
        if (position.stored < 0) continue;
        rd_kafka_topic_partition_list_add(partitions.get(), options_.topic.c_str(), partition)->offset =
            position.stored;
    }
    if (partitions->cnt > 0) (void)rd_kafka_commit(client_.get(), partitions.get(), 1);
}

void KafkaConsumer::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stop_.store(true);
    }
    stopped_.notify_all();
}

Status KafkaConsumer::run() {
    const Partitions topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), options_.topic.c_str(), RD_KAFKA_PARTITION_UA);
    if (const auto error = rd_kafka_subscribe(client_.get(), topics.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return Error{std::errc::invalid_argument, fmt::format("kafka: {}", rd_kafka_err2str(error))};
    const Queue queue(rd_kafka_queue_get_consumer(client_.get()));
    std::array<rd_kafka_message_t*, kTaken> messages{};
    while (!stop_.load()) {
        const ssize_t got = rd_kafka_consume_batch_queue(queue.get(), kPollMs, messages.data(), messages.size());
        const std::uint64_t seeks = seeks_;
        for (ssize_t i = 0; i < got; ++i) {
            const Message message(messages[static_cast<std::size_t>(i)]);
            if (seeks != seeks_) continue;  // it is read again
            take(message.get());
            // What is behind it in the array must not come into a batch that is refused.
            if (!failing_ && refusals_.has_parts() && is_full())
                while (!flush() && refused_) {
                }
            pause(failing_);
        }
        if (ingest_.is_empty()) continue;
        const bool due = pace_.is_due(Clock::now());
        if (failing_ ? due : due || is_full()) pause(!flush());
    }
    if (!ingest_.is_empty() && !flush()) ingest_.drop();
    return Done{};
}

}  // namespace apiarist::processor
