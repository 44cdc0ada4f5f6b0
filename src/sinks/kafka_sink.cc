// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka_sink.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <string_view>

namespace apiarist::sinks {
namespace {

constexpr int kPollMs = 100;

// Its address marks the messages that are records.
char record_mark = 0;

}  // namespace

std::string collection_details(const transactions::Transaction& transaction) {
    const protocols::Message& request = transaction.request;
    const std::string_view host = protocols::header_value(request.headers, "host");
    if (host.empty() || request.method.empty() || request.target.empty()) return {};
    return fmt::format("{}|{}|{}", host, request.method, request.target);
}

// librdkafka calls these from rd_kafka_poll(), in the sink's own thread.
struct KafkaSink::Callbacks {
    static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
        auto* sink = static_cast<KafkaSink*>(opaque);
        if (message->_private != &record_mark) return;
        auto& count = message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? sink->delivered_ : sink->failed_;
        count.fetch_add(1, std::memory_order_relaxed);
    }
    static void on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
        const auto& tell = static_cast<KafkaSink*>(opaque)->options_.on_trouble;
        if (tell)
            tell(fmt::format("kafka: {} ({})", reason, rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error))));
    }
    static void on_log(const rd_kafka_t*, int, const char*, const char*) {}
};

void KafkaSink::DestroyClient::operator()(rd_kafka_s* client) const {
    rd_kafka_destroy(client);
}

KafkaSink::KafkaSink(const KafkaOptions& options) : options_(options) {}

KafkaSink::~KafkaSink() {
    stop_.store(true);
    if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<KafkaSink>> KafkaSink::make(const KafkaOptions& options) {
    std::unique_ptr<KafkaSink> sink(new KafkaSink(options));
    std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>> conf(rd_kafka_conf_new());
    std::array<char, 512> why{};
    for (const auto& [name, value] : options.client)
        if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
            return Error{std::errc::invalid_argument, fmt::format("kafka: {}: {}", name, why.data())};
    rd_kafka_conf_set_opaque(conf.get(), sink.get());
    rd_kafka_conf_set_dr_msg_cb(conf.get(), Callbacks::on_delivery);
    rd_kafka_conf_set_error_cb(conf.get(), Callbacks::on_error);
    rd_kafka_conf_set_log_cb(conf.get(), Callbacks::on_log);
    sink->client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size()));
    if (!sink->client_) return Error{std::errc::invalid_argument, fmt::format("kafka: {}", why.data())};
    (void)conf.release();  // the client's now
    // The reference's first record, by which its consumers know a collector. It waits in the queue like any other.
    sink->send(R"({"testConnectionString":"kafkaInit"})", {}, false);
    KafkaSink* raw = sink.get();
    sink->thread_ = std::thread([raw] { raw->run(); });
    return sink;
}

void KafkaSink::run() {
    while (!stop_.load(std::memory_order_relaxed))
        rd_kafka_poll(client_.get(), kPollMs);
}

bool KafkaSink::send(const std::string& payload, const std::string& details, bool is_record) {
    rd_kafka_headers_t* headers = nullptr;
    if (!details.empty()) {
        headers = rd_kafka_headers_new(1);
        rd_kafka_header_add(headers, "collection_details", -1, details.data(), static_cast<ssize_t>(details.size()));
    }
    std::array<rd_kafka_vu_t, 5> arguments{};
    arguments[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    arguments[0].u.cstr = options_.topic.c_str();
    arguments[1].vtype = RD_KAFKA_VTYPE_VALUE;
    arguments[1].u.mem.ptr = const_cast<char*>(payload.data());
    arguments[1].u.mem.size = payload.size();
    arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    arguments[2].u.i = RD_KAFKA_MSG_F_COPY;
    arguments[3].vtype = RD_KAFKA_VTYPE_OPAQUE;
    arguments[3].u.ptr = is_record ? &record_mark : nullptr;
    arguments[4].vtype = RD_KAFKA_VTYPE_HEADERS;
    arguments[4].u.headers = headers;
    rd_kafka_error_t* error = rd_kafka_produceva(client_.get(), arguments.data(), headers != nullptr ? 5 : 4);
    if (error == nullptr) return true;
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    if (is_record) {
        const bool large = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
        (large ? too_large_ : queue_full_).fetch_add(1, std::memory_order_relaxed);
    }
    rd_kafka_error_destroy(error);
    return false;
}

void KafkaSink::write(const policy::CleanTransaction& transaction) {
    static thread_local std::string payload;
    payload.clear();
    taken_.fetch_add(1, std::memory_order_relaxed);
    if (!append_bounded_akto_record(payload, transaction, options_.record, options_.record_bytes)) {
        too_large_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    send(payload, collection_details(transaction.transaction), true);
}

policy::SinkCounts KafkaSink::counts() const {
    policy::SinkCounts counts;
    counts.delivered = delivered_.load();
    counts.dropped_failed = failed_.load();
    counts.dropped_queue_full = queue_full_.load();
    counts.dropped_too_large = too_large_.load();
    const std::uint64_t over =
        counts.delivered + counts.dropped_failed + counts.dropped_queue_full + counts.dropped_too_large;
    const std::uint64_t taken = taken_.load();
    counts.queued = taken > over ? taken - over : 0;
    return counts;
}

Status KafkaSink::finish() {
    stop_.store(true);
    if (thread_.joinable()) thread_.join();
    const auto drain_ms = static_cast<int>(std::min<std::uint64_t>(options_.drain_ns / 1'000'000, 3'600'000));
    const auto flushed = rd_kafka_flush(client_.get(), drain_ms);
    if (flushed == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const std::uint64_t failed = failed_.load();
        if (failed == 0) return Done{};
        return Error{std::errc::io_error, fmt::format("kafka: {} records were refused", failed)};
    }
    const std::uint64_t left = counts().queued;
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client_.get(), kPollMs);  // the reports of what was purged
    return Error{std::errc::timed_out,
                 fmt::format("kafka: {} records were not acknowledged in the time that is left for it", left)};
}

}  // namespace apiarist::sinks
