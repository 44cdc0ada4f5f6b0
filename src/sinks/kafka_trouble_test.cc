// SPDX-License-Identifier: Apache-2.0
// The reports are what librdkafka 2.0.2 says to a real broker; tests/live/test_kafka_security.py makes them there.
#include "sinks/kafka_trouble.h"

#include <gmock/gmock.h>
#include <librdkafka/rdkafka.h>
#include <openssl/x509_vfy.h>

namespace apiarist::sinks {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr const char* kUnverified =
    "ssl://localhost:9093/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: "
    "broker "
    "certificate could not be verified, verify that ssl.ca.location is correctly configured or root CA certificates "
    "are "
    "installed (install ca-certificates package) (after 23ms in state SSL_HANDSHAKE)";

struct Report {
    int error;
    const char* reason;
    int certificate;
    Cause cause;
    const char* said;
};

TEST(TroubleOf, names_the_cause_the_broker_and_what_to_check) {
    const Report reports[] = {
        {RD_KAFKA_RESP_ERR__SSL, kUnverified, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, Cause::kUntrusted, "--kafka-ca"},
        {RD_KAFKA_RESP_ERR__SSL, kUnverified, X509_V_ERR_HOSTNAME_MISMATCH, Cause::kWrongName, "another name"},
        {RD_KAFKA_RESP_ERR__SSL, kUnverified, X509_V_ERR_CERT_HAS_EXPIRED, Cause::kExpired, "has expired"},
        {RD_KAFKA_RESP_ERR__SSL, kUnverified, X509_V_ERR_CERT_NOT_YET_VALID, Cause::kExpired, "the clocks"},
        {RD_KAFKA_RESP_ERR__SSL, kUnverified, X509_V_ERR_CERT_REVOKED, Cause::kBadCertificate, "certificate revoked"},
        {RD_KAFKA_RESP_ERR__SSL, kUnverified, 0, Cause::kTls, "could not be verified"},
        {RD_KAFKA_RESP_ERR__SSL,
         "ssl://localhost:9093/bootstrap: SSL handshake failed: error:0A000126:SSL routines::unexpected eof while "
         "reading "
         "(after 1ms in state SSL_HANDSHAKE)",
         X509_V_ERR_CERT_HAS_EXPIRED, Cause::kSpeaksNoTls, "does not speak TLS there"},
        {RD_KAFKA_RESP_ERR__TRANSPORT, "ssl://localhost:9093/1: Disconnected (after 0ms in state SSL_HANDSHAKE)", 0,
         Cause::kSpeaksNoTls, "does not speak TLS there"},
        {RD_KAFKA_RESP_ERR__TRANSPORT,
         "localhost:9093/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect "
         "security.protocol configuration (connecting to a SSL listener?) or broker version is < 0.10 (see "
         "api.version.request) (after 2ms in state APIVERSION_QUERY)",
         0, Cause::kWantsTls, "--kafka-tls"},
        {RD_KAFKA_RESP_ERR__TRANSPORT,
         "ssl://localhost:9093/bootstrap: Disconnected: verify that security.protocol is correctly configured, broker "
         "might require SASL authentication (after 301ms in state UP)",
         0, Cause::kWantsLogin, "--kafka-sasl"},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION,
         "sasl_ssl://localhost:9093/bootstrap: SASL authentication error: Authentication failed: Invalid username or "
         "password (after 303ms in state AUTH_REQ)",
         0, Cause::kWrongLogin, "user name or the password"},
        {RD_KAFKA_RESP_ERR__AUTHENTICATION,
         "sasl_ssl://localhost:9093/bootstrap: SASL PLAIN mechanism handshake failed: Broker: Request not valid in "
         "current SASL state: broker's supported mechanisms:  (after 4ms in state AUTH_HANDSHAKE)",
         0, Cause::kWrongMechanism, "--kafka-sasl-mechanism"},
        {RD_KAFKA_RESP_ERR__RESOLVE,
         "localhost:9093/bootstrap: Failed to resolve 'localhost:9093': Name or service not known (after 1ms in state "
         "CONNECT)",
         0, Cause::kUnresolved, "(Name or service not known)"},
        {RD_KAFKA_RESP_ERR__TRANSPORT,
         "localhost:9093/bootstrap: Connect to ipv4#127.0.0.1:9093 failed: Connection refused (after 0ms in state "
         "CONNECT)",
         0, Cause::kUnreachable, "(Connection refused)"},
        {RD_KAFKA_RESP_ERR__TRANSPORT, "localhost:9093/1: Disconnected (after 9ms in state UP)", 0, Cause::kUnreachable,
         "(Disconnected)"},
    };
    for (const Report& report : reports) {
        const auto trouble = trouble_of(report.error, report.reason, report.certificate);
        ASSERT_TRUE(trouble) << report.reason;
        EXPECT_EQ(trouble->cause, report.cause) << trouble->text;
        EXPECT_THAT(trouble->text, HasSubstr(report.said));
        EXPECT_THAT(trouble->text, HasSubstr("localhost:9093"));
        EXPECT_THAT(trouble->text, Not(HasSubstr("bootstrap")));
        EXPECT_THAT(trouble->text, Not(HasSubstr("(after ")));
    }
}

TEST(TroubleOf, what_is_in_no_list_is_told_as_it_is) {
    EXPECT_FALSE(trouble_of(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down", 0));
    EXPECT_EQ(trouble_of(RD_KAFKA_RESP_ERR__BAD_MSG, "a:1/1: Strange (after 1ms in state UP)", 0)->text,
              "a:1: Strange (_BAD_MSG)");
    EXPECT_EQ(trouble_of(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "Lost", 0)->text,
              "Lost (OUT_OF_ORDER_SEQUENCE_NUMBER)");
    EXPECT_EQ(trouble_of(RD_KAFKA_RESP_ERR__TRANSPORT, "", 0)->cause, Cause::kUnreachable);
}

TEST(RefusalOf, what_the_brokers_refuse_but_not_what_we_give_up) {
    EXPECT_FALSE(refusal_of(RD_KAFKA_RESP_ERR_NO_ERROR, true));
    EXPECT_FALSE(refusal_of(RD_KAFKA_RESP_ERR__PURGE_QUEUE, true));
    EXPECT_FALSE(refusal_of(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, false));
    EXPECT_EQ(refusal_of(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, true)->text,
              "records are refused, dropped and counted: Broker: Topic authorization failed");
    EXPECT_EQ(refusal_of(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, false)->text,
              "heartbeats are refused: Broker: Topic authorization failed");
}

TEST(BrokerName, stands_before_the_first_colon_and_blank) {
    EXPECT_EQ(broker_name("ssl://a:1/bootstrap: Gone"), "ssl://a:1/bootstrap");
    EXPECT_EQ(broker_name("[::1]:9092/1: Gone"), "[::1]:9092/1");
    EXPECT_EQ(broker_name("1/1 brokers are down"), "");
    EXPECT_EQ(broker_name(""), "");
}

TEST(TroubleTeller, a_cause_is_told_once_and_then_once_a_minute_with_a_count) {
    TroubleTeller teller;
    const Trouble gone{Cause::kUnreachable, "gone"};
    EXPECT_EQ(teller.heard(gone, 10 * kSecond), "gone");
    for (std::uint64_t second = 11; second < 70; ++second)
        EXPECT_EQ(teller.heard(gone, second * kSecond), std::nullopt);
    EXPECT_EQ(teller.heard(gone, 70 * kSecond), "gone (reported 60 times in 60 s)");
    EXPECT_EQ(teller.heard(gone, 71 * kSecond), std::nullopt);
    EXPECT_EQ(teller.heard(gone, 200 * kSecond), "gone (reported 2 times in 130 s)");
}

TEST(TroubleTeller, causes_that_take_turns_are_told_once_each) {
    TroubleTeller teller;
    EXPECT_TRUE(teller.heard({Cause::kUnreachable, "gone"}, kSecond));
    EXPECT_EQ(teller.heard({Cause::kExpired, "expired"}, kSecond), "expired");
    EXPECT_FALSE(teller.heard({Cause::kUnreachable, "gone"}, 2 * kSecond));
    EXPECT_FALSE(teller.heard({Cause::kExpired, "expired"}, 2 * kSecond));
}

TEST(TroubleTeller, the_end_of_trouble_is_told_when_no_broker_was_left) {
    TroubleTeller teller;
    const Trouble gone{Cause::kUnreachable, "gone"};
    (void)teller.heard(gone, kSecond);
    EXPECT_FALSE(teller.delivered(2 * kSecond));  // by another broker
    teller.all_down();
    EXPECT_EQ(teller.delivered(3 * kSecond), "records are stored again");
    EXPECT_FALSE(teller.delivered(4 * kSecond));
    EXPECT_EQ(teller.heard(gone, 5 * kSecond), "gone");  // it is news again
}

TEST(TroubleTeller, a_broker_that_comes_and_goes_fills_no_log) {
    TroubleTeller teller;
    int lines = 0;
    for (std::uint64_t second = 0; second < 600; ++second) {
        teller.all_down();
        lines += teller.heard({Cause::kUnreachable, "gone"}, second * kSecond) ? 1 : 0;
        lines += teller.delivered(second * kSecond) ? 1 : 0;
    }
    EXPECT_LE(lines, 21);
    EXPECT_GE(lines, 10);
}

TEST(Certificates, the_last_look_counts_whatever_the_broker_is_called) {
    Certificates certificates;
    EXPECT_EQ(certificates.error_of("ssl://a:1/bootstrap"), 0);
    certificates.found("a:1", 10);
    EXPECT_EQ(certificates.error_of("ssl://a:1/bootstrap"), 10);
    EXPECT_EQ(certificates.error_of("ssl://b:1/bootstrap"), 0);
    certificates.found("sasl_ssl://a:1/2", 0);
    EXPECT_EQ(certificates.error_of("a:1"), 0);
}

}  // namespace
}  // namespace apiarist::sinks
