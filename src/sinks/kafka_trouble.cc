// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka_trouble.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <openssl/x509_vfy.h>

namespace apiarist::sinks {
namespace {

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// "ssl://localhost:9093/bootstrap" → "localhost:9093".
std::string_view address_of(std::string_view broker) {
    if (const auto scheme = broker.find("://"); scheme != std::string_view::npos) broker.remove_prefix(scheme + 3);
    return broker.substr(0, broker.rfind('/'));
}

// What stands behind the broker's name, without "(after 5ms in state CONNECT)".
std::string_view detail_of(std::string_view reason) {
    const std::string_view name = broker_name(reason);
    if (!name.empty()) reason.remove_prefix(name.size() + 2);
    return reason.substr(0, reason.find(" (after "));
}

// "Connect to ipv4#127.0.0.1:1 failed: Connection refused" → "Connection refused".
std::string_view last_part(std::string_view detail) {
    const auto colon = detail.rfind(": ");
    return colon == std::string_view::npos ? detail : detail.substr(colon + 2);
}

Trouble certificate_trouble(std::string_view broker, int error) {
    switch (error) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return {Cause::kWrongName, fmt::format("the certificate of broker {} is for another name; check the "
                                                   "address, or the names in the certificate",
                                                   broker)};
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {Cause::kExpired, fmt::format("the certificate of broker {} (or one that signed it) has expired; "
                                                 "it must be renewed",
                                                 broker)};
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {Cause::kExpired, fmt::format("the certificate of broker {} (or one that signed it) is not valid "
                                                 "yet; check the clocks",
                                                 broker)};
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return {Cause::kUntrusted, fmt::format("the certificate of broker {} is signed by nobody who is trusted "
                                                   "here; check --kafka-ca (TLS_CA_CERT_PATH)",
                                                   broker)};
        default:
            return {Cause::kBadCertificate, fmt::format("the certificate of broker {} does not verify: {}", broker,
                                                        ::X509_verify_cert_error_string(error))};
    }
}

Trouble tls_trouble(std::string_view broker, std::string_view detail, int certificate_error) {
    if (has(detail, "certificate verify failed") && certificate_error != 0)
        return certificate_trouble(broker, certificate_error);
    if (has(detail, "unexpected eof") || has(detail, "wrong version number") || has(detail, "Disconnected"))
        return {Cause::kSpeaksNoTls, fmt::format("broker {} does not speak TLS there; check the port, or leave out "
                                                 "--kafka-tls (USE_TLS)",
                                                 broker)};
    return {Cause::kTls, fmt::format("TLS with broker {} fails: {}", broker, last_part(detail))};
}

Trouble login_trouble(std::string_view broker, std::string_view detail) {
    if (has(detail, "handshake failed"))
        return {Cause::kWrongMechanism, fmt::format("broker {} does not take this way to log in; check "
                                                    "--kafka-sasl-mechanism (AKTO_KAFKA_SASL_MECHANISM) and the port",
                                                    broker)};
    return {Cause::kWrongLogin, fmt::format("broker {} refuses the user name or the password; check --kafka-user and "
                                            "APIARIST_KAFKA_PASSWORD (KAFKA_USERNAME, KAFKA_PASSWORD)",
                                            broker)};
}

Trouble transport_trouble(std::string_view broker, std::string_view detail) {
    if (has(detail, "connecting to a SSL listener"))
        return {Cause::kWantsTls, fmt::format("broker {} ends the connection at our first word; if it wants TLS there, "
                                              "check the port or set --kafka-tls (USE_TLS)",
                                              broker)};
    if (has(detail, "might require SASL"))
        return {Cause::kWantsLogin, fmt::format("broker {} ends the connection; if it wants a login there, check the "
                                                "port or set --kafka-sasl (IS_AUTH_IMPLEMENTED)",
                                                broker)};
    return {Cause::kUnreachable, fmt::format("no connection to broker {} ({}); check that it runs and the address",
                                             broker, last_part(detail))};
}

}  // namespace

std::string_view broker_name(std::string_view reason) {
    const std::string_view name = reason.substr(0, reason.find(": "));
    return has(name, "/") && !has(name, " ") ? name : std::string_view{};
}

std::optional<Trouble> trouble_of(int error, std::string_view reason, int certificate_error) {
    const std::string_view broker = address_of(broker_name(reason));
    const std::string_view detail = detail_of(reason);
    const bool in_handshake = has(reason, "in state SSL_HANDSHAKE");
    switch (error) {
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
            return std::nullopt;
        case RD_KAFKA_RESP_ERR__RESOLVE:
            return Trouble{Cause::kUnresolved, fmt::format("the host name of broker {} is not known ({}); check it "
                                                           "and the name service",
                                                           broker, last_part(detail))};
        case RD_KAFKA_RESP_ERR__SSL:
            return tls_trouble(broker, detail, certificate_error);
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
            return login_trouble(broker, detail);
        case RD_KAFKA_RESP_ERR__TRANSPORT:
        case RD_KAFKA_RESP_ERR__TIMED_OUT:
            return in_handshake ? tls_trouble(broker, detail, certificate_error) : transport_trouble(broker, detail);
        default:
            return Trouble{Cause::kOther, fmt::format("{}{}{} ({})", broker, broker.empty() ? "" : ": ", detail,
                                                      ::rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error)))};
    }
}

std::optional<Trouble> refusal_of(int error, bool is_record) {
    const char* why = ::rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(error));
    switch (error) {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
        case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
        case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
        case RD_KAFKA_RESP_ERR__DESTROY:
            return std::nullopt;
        default:
            if (!is_record) return Trouble{Cause::kHeartRefused, fmt::format("heartbeats are refused: {}", why)};
            return Trouble{Cause::kRefused, fmt::format("records are refused, dropped and counted: {}", why)};
    }
}

std::optional<std::string> TroubleTeller::heard(const Trouble& trouble, std::uint64_t now_ns) {
    const auto [found, is_new] = told_.try_emplace(trouble.cause, Told{.at_ns = now_ns, .since = 0});
    if (is_new) return trouble.text;
    Told& told = found->second;
    ++told.since;
    if (now_ns - told.at_ns < kPauseNs) return std::nullopt;
    std::string text =
        fmt::format("{} (reported {} times in {} s)", trouble.text, told.since, (now_ns - told.at_ns) / 1'000'000'000);
    told = {.at_ns = now_ns, .since = 0};
    return text;
}

std::optional<std::string> TroubleTeller::delivered(std::uint64_t now_ns) {
    if (!down_) return std::nullopt;
    if (mended_ns_ && now_ns - *mended_ns_ < kPauseNs) return std::nullopt;
    down_ = false;
    if (told_.empty()) return std::nullopt;
    told_.clear();
    mended_ns_ = now_ns;
    return "records are stored again";
}

void Certificates::found(std::string_view broker, int error) {
    const std::scoped_lock lock(mutex_);
    const auto at = errors_.find(address_of(broker));
    if (at != errors_.end())
        at->second = error;
    else if (error != 0)
        errors_.emplace(address_of(broker), error);
}

int Certificates::error_of(std::string_view broker) const {
    const std::scoped_lock lock(mutex_);
    const auto at = errors_.find(address_of(broker));
    return at == errors_.end() ? 0 : at->second;
}

}  // namespace apiarist::sinks
