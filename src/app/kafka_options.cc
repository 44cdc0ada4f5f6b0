// SPDX-License-Identifier: Apache-2.0
#include "app/kafka_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/brokers.h"
#include "app/record_options.h"

namespace apiarist::app {
namespace {

using Client = std::vector<std::pair<std::string, std::string>>;

bool is_ours(const Value& value) {
    return value.origin == Origin::kCommandLine || value.source.starts_with("APIARIST_");
}

bool is_topic(const std::string& text) {
    return !text.empty() && text.size() <= 249 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return (c < 0x80 && std::isalnum(c) != 0) || c == '.' || c == '_' || c == '-';
    });
}

Status add_tls(const Settings& settings, Client& client, std::vector<std::string>& warnings) {
    const std::string ca = settings.text("kafka-ca");
    const Value& origin = settings.value("kafka-ca");
    if (!ca.empty()) {
        if (auto checked = sinks::check_certificates(ca)) {
            client.emplace_back("ssl.ca.location", ca);
        } else if (is_ours(origin)) {
            return std::move(checked).error().context(origin.source);
        } else {
            warnings.push_back(fmt::format("{}: {}; the system's certificates are used", origin.source,
                                           std::move(checked).error().what));
        }
    }
    const bool verify = settings.flag("kafka-verify");
    client.emplace_back("enable.ssl.certificate.verification", verify ? "true" : "false");
    client.emplace_back("ssl.endpoint.identification.algorithm", verify ? "https" : "none");
    if (!verify)
        warnings.push_back(
            fmt::format("{}: the brokers' certificates are not verified; whoever is on the way to them "
                        "can read what is sent",
                        settings.value("kafka-verify").source));
    return Done{};
}

// Whether there is something to log in with.
Result<bool> add_login(const Settings& settings, Client& client, std::vector<std::string>& warnings) {
    const Value& origin = settings.value("kafka-sasl");
    if (settings.text("kafka-user").empty() || settings.text("kafka-password").empty()) {
        const std::string what = fmt::format("{}: wants a user name and a password", origin.source);
        if (is_ours(origin)) return Error{std::errc::invalid_argument, what};
        warnings.push_back(what + "; without them there is no login");
        return false;
    }
    client.emplace_back("sasl.mechanisms", settings.text("kafka-sasl-mechanism"));
    client.emplace_back("sasl.username", settings.text("kafka-user"));
    client.emplace_back("sasl.password", settings.text("kafka-password"));
    return true;
}

std::uint64_t linger_ms(const Settings& settings) {
    const std::uint64_t batch = settings.duration_ns("kafka-batch-time");
    const std::uint64_t poll = settings.duration_ns("kafka-poll-interval");
    return (poll == 0 ? batch : std::min(batch, poll)) / 1'000'000;
}

void add_basics(const Settings& settings, sinks::KafkaOptions& options) {
    const std::size_t message_bytes = options.record_bytes + (16 << 10);
    options.client = {{"acks", settings.text("kafka-acks")},
                      {"enable.idempotence", settings.text("kafka-idempotence")},
                      {"compression.type", settings.text("kafka-compression")},
                      {"batch.num.messages", fmt::format("{}", settings.count("kafka-batch-records"))},
                      {"linger.ms", fmt::format("{}", linger_ms(settings))},
                      // The sink itself keeps the queue within its bound, and counts what librdkafka does not.
                      {"queue.buffering.max.kbytes", "2147483647"},
                      {"queue.buffering.max.messages", "0"},
                      {"message.max.bytes", fmt::format("{}", message_bytes)},
                      // A record waits as long as the queue has room; for a topic that the broker, once reached, does
                      // not have (yet), half an hour from the start: librdkafka computes with 32 bits, and what is
                      // longer would be no time at all.
                      {"message.timeout.ms", "0"},
                      {"topic.metadata.propagation.max.ms", "2147000"}};
}

}  // namespace

Result<Client> kafka_connection(const Settings& settings, std::vector<std::string>& warnings) {
    Client client{{"bootstrap.servers", parse_brokers(settings.text("kafka")).value_or("")}, {"client.id", "apiarist"}};
    const bool tls = settings.flag("kafka-tls");
    if (tls) APIARIST_TRY(add_tls(settings, client, warnings));
    bool login = settings.flag("kafka-sasl");
    if (login) {
        auto added = add_login(settings, client, warnings);
        if (!added) return std::move(added).error();
        login = *added;
    }
    client.emplace_back("security.protocol", fmt::format("{}{}", login ? "sasl_" : "", tls ? "ssl" : "plaintext"));
    return client;
}

Result<sinks::KafkaOptions> kafka_options(const Settings& settings, const std::string& instance_id,
                                          std::vector<std::string>& warnings) {
    sinks::KafkaOptions options;
    options.topic = settings.text("kafka-topic");
    if (!is_topic(options.topic))
        return Error{std::errc::invalid_argument, fmt::format("--kafka-topic: \"{}\" is no topic", options.topic)};
    if (settings.flag("kafka-idempotence") && settings.text("kafka-acks") != "all")
        return Error{std::errc::invalid_argument, "--kafka-idempotence: wants --kafka-acks all"};
    options.queue_bytes = settings.count("kafka-queue-bytes");
    options.record_bytes = settings.count("kafka-record-bytes");
    options.drain_ns = settings.duration_ns("kafka-drain-time");
    options.record = record_options(settings, instance_id);
    options.record.no_cut_json = true;
    add_basics(settings, options);
    auto connection = kafka_connection(settings, warnings);
    if (!connection) return std::move(connection).error();
    options.client.insert(options.client.end(), connection->begin(), connection->end());
    return options;
}

}  // namespace apiarist::app
