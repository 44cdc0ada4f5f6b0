// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka_sink.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string_view>

namespace apiarist::sinks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 100;
constexpr int kOthersMs = 1000;
constexpr int kPurgeMs = 5000;
// What librdkafka keeps for a record besides its bytes.
constexpr std::size_t kRecordOverhead = 512;
constexpr const char* kDetailsHeader = "collection_details";

// Their addresses mark what a message is.
char record_mark = 0;
char heartbeat_mark = 0;

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count());
}

// Of a record's parts.
std::size_t cost_of(std::size_t payload, std::size_t others) {
    return payload + others + kRecordOverhead;
}

std::size_t cost_of(const rd_kafka_message_t* message) {
    rd_kafka_headers_t* headers = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        (void)rd_kafka_header_get_last(headers, kDetailsHeader, &value, &size);
    return cost_of(message->len, message->key_len + size);
}

}  // namespace

std::string collection_details(const transactions::Transaction& transaction) {
    const protocols::Message& request = transaction.request;
    const std::string_view host = protocols::header_value(request.headers, "host");
    if (host.empty() || request.method.empty() || request.target.empty()) return {};
    return fmt::format("{}|{}|{}", host, request.method, request.target);
}

Status check_certificates(const std::string& path) {
    const std::unique_ptr<X509_STORE, Destroy<X509_STORE_free>> store(X509_STORE_new());
    std::error_code error;
    const bool is_folder = std::filesystem::is_directory(path, error);
    const int taken =
        is_folder ? X509_STORE_load_path(store.get(), path.c_str()) : X509_STORE_load_file(store.get(), path.c_str());
    if (taken == 1) return Done{};
    const bool is_there = std::filesystem::exists(path, error);
    return Error{std::errc::invalid_argument,
                 fmt::format("{}: {}", path, is_there ? "holds no certificates that can be read" : "no such file")};
}

// librdkafka calls these from rd_kafka_poll(), in the sink's own thread; but on_certificate in threads of its own.
struct KafkaSink::Callbacks {
    static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
        auto* sink = static_cast<KafkaSink*>(opaque);
        const bool stored = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
        const bool is_record = message->_private == &record_mark;
        if (message->_private == &heartbeat_mark) sink->heart_waits_ = false;
        if (is_record) {
            sink->queued_bytes_.fetch_sub(cost_of(message), std::memory_order_relaxed);
            (stored ? sink->delivered_ : sink->failed_).fetch_add(1, std::memory_order_relaxed);
            if (stored) sink->tell(sink->teller_.delivered(now_ns()));
        }
        if (const auto trouble = refusal_of(message->err, is_record))
            sink->tell(sink->teller_.heard(*trouble, now_ns()));
    }

    static void on_error(rd_kafka_t* client, int error, const char* reason, void* opaque) {
        auto* sink = static_cast<KafkaSink*>(opaque);
        std::array<char, 512> why{};
        if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) sink->teller_.all_down();
        if (error == RD_KAFKA_RESP_ERR__FATAL) {
            error = rd_kafka_fatal_error(client, why.data(), why.size());
            reason = why.data();
        }
        if (const auto trouble = trouble_of(error, reason, sink->certificates_.error_of(broker_name(reason))))
            sink->tell(sink->teller_.heard(*trouble, now_ns()));
    }

    // Changes nothing of the verdict; librdkafka itself does not say what is wrong with a certificate.
    static int on_certificate(rd_kafka_t*, const char* broker, std::int32_t, int* error, int, const char*, std::size_t,
                              char*, std::size_t, void* opaque) {
        static_cast<KafkaSink*>(opaque)->certificates_.found(broker, *error);
        return *error == X509_V_OK ? 1 : 0;
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
    (void)rd_kafka_conf_set_ssl_cert_verify_cb(conf.get(), Callbacks::on_certificate);
    sink->client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size()));
    if (!sink->client_) return Error{std::errc::invalid_argument, fmt::format("kafka: {}", why.data())};
    (void)conf.release();  // the client's now
    // The reference's first record, by which its consumers know a collector. It waits in the queue like any other.
    sink->send({options.topic, R"({"testConnectionString":"kafkaInit"})", {}, {}, nullptr});
    KafkaSink* raw = sink.get();
    sink->thread_ = std::thread([raw] { raw->run(); });
    return sink;
}

void KafkaSink::tell(const std::optional<std::string>& what) const {
    if (what && options_.on_trouble) options_.on_trouble("kafka: " + *what);
}

void KafkaSink::run() {
    const auto interval = std::chrono::nanoseconds(options_.heartbeat.interval_ns);
    auto next_beat = Clock::now();
    while (!stop_.load(std::memory_order_relaxed)) {
        if (options_.heartbeat.values && Clock::now() >= next_beat) {
            beat();
            next_beat = Clock::now() + interval;
        }
        rd_kafka_poll(client_.get(), kPollMs);
    }
}

// One at a time: an absent broker does not gather them.
void KafkaSink::beat() {
    if (heart_waits_) return;
    heart_waits_ =
        send({options_.heartbeat.topic, heartbeat_json(options_.heartbeat.values()), {}, {}, &heartbeat_mark});
}

bool KafkaSink::take_room(std::size_t bytes) {
    const std::size_t before = queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes <= options_.queue_bytes) return true;
    queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
}

bool KafkaSink::send(const Letter& letter) {
    rd_kafka_headers_t* headers = nullptr;
    if (!letter.details.empty()) {
        headers = rd_kafka_headers_new(1);
        rd_kafka_header_add(headers, kDetailsHeader, -1, letter.details.data(),
                            static_cast<ssize_t>(letter.details.size()));
    }
    std::array<rd_kafka_vu_t, 6> arguments{};
    std::size_t count = 0;
    const auto argument = [&arguments, &count ](rd_kafka_vtype_t type) -> auto& {
        arguments[count].vtype = type;
        return arguments[count++].u;
    };
    argument(RD_KAFKA_VTYPE_TOPIC).cstr = letter.topic.c_str();
    argument(RD_KAFKA_VTYPE_VALUE).mem = {const_cast<char*>(letter.payload.data()), letter.payload.size()};
    argument(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
    argument(RD_KAFKA_VTYPE_OPAQUE).ptr = letter.mark;
    if (!letter.key.empty())
        argument(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(letter.key.data()), letter.key.size()};
    if (headers != nullptr) argument(RD_KAFKA_VTYPE_HEADERS).headers = headers;
    rd_kafka_error_t* error = rd_kafka_produceva(client_.get(), arguments.data(), count);
    if (error == nullptr) return true;
    if (headers != nullptr) rd_kafka_headers_destroy(headers);
    if (letter.mark == &record_mark) count_refusal(rd_kafka_error_code(error));
    rd_kafka_error_destroy(error);
    return false;
}

void KafkaSink::count_refusal(int error) {
    auto& count = error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ? too_large_
                  : error == RD_KAFKA_RESP_ERR__QUEUE_FULL      ? queue_full_
                                                                : failed_;
    count.fetch_add(1, std::memory_order_relaxed);
}

void KafkaSink::write(const policy::CleanTransaction& transaction) {
    static thread_local std::string payload;
    payload.clear();
    taken_.fetch_add(1, std::memory_order_relaxed);
    if (!append_bounded_akto_record(payload, transaction, options_.record, options_.record_bytes)) {
        too_large_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const std::string details = collection_details(transaction.transaction);
    // What both ends of a connection say is then in one partition, in order, also when two nodes say it.
    const std::string client = transaction.transaction.client().to_string();
    const std::size_t cost = cost_of(payload.size(), client.size() + details.size());
    if (!take_room(cost)) {
        queue_full_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    if (!send({options_.topic, payload, client, details, &record_mark}))
        queued_bytes_.fetch_sub(cost, std::memory_order_relaxed);
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
    // Records are waited for; a heartbeat or the first record, whose topic may not exist, only for a moment.
    constexpr std::uint64_t kLongestNs = 3'600'000'000'000;
    const auto end = Clock::now() + std::chrono::nanoseconds(std::min(options_.drain_ns, kLongestNs));
    while (counts().queued != 0 && Clock::now() < end)
        rd_kafka_flush(client_.get(), kPollMs);
    const auto flushed = rd_kafka_flush(client_.get(), counts().queued == 0 ? kOthersMs : 0);
    const std::uint64_t refused = failed_.load();
    const std::uint64_t left = counts().queued;
    if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_flush(client_.get(), kPurgeMs);  // the reports of what was purged
    }
    if (left != 0)
        return Error{std::errc::timed_out,
                     fmt::format("kafka: {} records were not acknowledged in the time that is left for it", left)};
    if (refused != 0) return Error{std::errc::io_error, fmt::format("kafka: {} records were refused", refused)};
    return Done{};
}

}  // namespace apiarist::sinks
