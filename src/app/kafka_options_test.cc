// SPDX-License-Identifier: Apache-2.0
#include "app/kafka_options.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>

namespace apiarist::app {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using Given = std::map<std::string, std::vector<std::string>, std::less<>>;
using Variables = std::map<std::string, std::string, std::less<>>;

struct Made {
    Result<sinks::KafkaOptions> options;
    std::vector<std::string> warnings;
};

Made make(Given given, const Variables& variables = {}) {
    given.try_emplace("kafka", std::vector<std::string>{"broker:9092"});
    const auto settings = Settings::make(given, [&variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    });
    Made made{Error{}, {}};
    if (!settings) return {settings.error(), {}};
    made.options = kafka_options(*settings, "instance", made.warnings);
    return made;
}

TEST(KafkaOptions, by_default_in_clear_and_without_a_login) {
    const Made made = make({{"kafka", {" kafka://a:9092, b "}}});
    ASSERT_TRUE(made.options) << made.options.error().what;
    EXPECT_THAT(made.options->client, Contains(Pair("security.protocol", "plaintext")));
    EXPECT_THAT(made.options->client, Contains(Pair("bootstrap.servers", "a:9092,b")));
    EXPECT_THAT(made.options->client, Not(Contains(Key("sasl.password"))));
    EXPECT_EQ(made.options->record.instance_id, "instance");
    EXPECT_THAT(made.warnings, IsEmpty());
}

TEST(KafkaOptions, tls_verifies_unless_told_not_to_and_warns_then) {
    const Made strict = make({{"kafka-tls", {"true"}}});
    ASSERT_TRUE(strict.options);
    EXPECT_THAT(strict.options->client, Contains(Pair("security.protocol", "ssl")));
    EXPECT_THAT(strict.options->client, Contains(Pair("enable.ssl.certificate.verification", "true")));
    EXPECT_THAT(strict.options->client, Contains(Pair("ssl.endpoint.identification.algorithm", "https")));
    EXPECT_THAT(strict.warnings, IsEmpty());
    const Made lax = make({}, {{"USE_TLS", "true"}, {"INSECURE_SKIP_VERIFY", "true"}});
    ASSERT_TRUE(lax.options);
    EXPECT_THAT(lax.options->client, Contains(Pair("enable.ssl.certificate.verification", "false")));
    EXPECT_THAT(lax.options->client, Contains(Pair("ssl.endpoint.identification.algorithm", "none")));
    EXPECT_THAT(lax.warnings,
                ElementsAre(HasSubstr("INSECURE_SKIP_VERIFY: the brokers' certificates are not verified")));
}

TEST(KafkaOptions, an_authority_that_is_not_there_is_an_error_of_ours_and_a_warning_of_the_references) {
    const Made ours = make({{"kafka-tls", {"true"}}, {"kafka-ca", {"/no/such/file"}}});
    ASSERT_FALSE(ours.options);
    EXPECT_EQ(ours.options.error().what, "--kafka-ca: /no/such/file: no such file");
    const Made variable = make({{"kafka-tls", {"true"}}}, {{"APIARIST_KAFKA_CA", "/no/such/file"}});
    EXPECT_FALSE(variable.options);
    const Made theirs = make({}, {{"USE_TLS", "true"}, {"TLS_CA_CERT_PATH", "/no/such/file"}});
    ASSERT_TRUE(theirs.options);
    EXPECT_THAT(theirs.options->client, Not(Contains(Key("ssl.ca.location"))));
    EXPECT_THAT(theirs.warnings, ElementsAre(HasSubstr("TLS_CA_CERT_PATH: /no/such/file: no such file; the system's")));
    const Made unused = make({}, {{"TLS_CA_CERT_PATH", "/no/such/file"}});
    ASSERT_TRUE(unused.options);
    EXPECT_THAT(unused.warnings, IsEmpty());
}

TEST(KafkaOptions, a_login_wants_a_name_and_a_password) {
    const Made whole = make({{"kafka-sasl", {"true"}}, {"kafka-user", {"alice"}}}, {{"KAFKA_PASSWORD", "hunter2"}});
    ASSERT_TRUE(whole.options);
    EXPECT_THAT(whole.options->client, Contains(Pair("security.protocol", "sasl_plaintext")));
    EXPECT_THAT(whole.options->client, Contains(Pair("sasl.password", "hunter2")));
    EXPECT_THAT(whole.options->client, Contains(Pair("sasl.mechanisms", "PLAIN")));
    const Made ours = make({{"kafka-sasl", {"true"}}, {"kafka-user", {"alice"}}});
    ASSERT_FALSE(ours.options);
    EXPECT_EQ(ours.options.error().what, "--kafka-sasl: wants a user name and a password");
    const Made theirs = make({}, {{"IS_AUTH_IMPLEMENTED", "true"}, {"USE_TLS", "true"}, {"KAFKA_USERNAME", "alice"}});
    ASSERT_TRUE(theirs.options);
    EXPECT_THAT(theirs.options->client, Contains(Pair("security.protocol", "ssl")));
    EXPECT_THAT(theirs.warnings, ElementsAre(HasSubstr("IS_AUTH_IMPLEMENTED: wants a user name and a password")));
}

TEST(KafkaOptions, contradictions_and_bad_topics) {
    EXPECT_EQ(make({{"kafka-idempotence", {"true"}}}).options.error().what,
              "--kafka-idempotence: wants --kafka-acks all");
    EXPECT_TRUE(make({{"kafka-idempotence", {"true"}}, {"kafka-acks", {"all"}}}).options);
    for (const std::string& topic : {std::string(), std::string("a b"), std::string("a/b"), std::string(250, 'a')})
        EXPECT_FALSE(make({{"kafka-topic", {topic}}}).options) << topic;
}

// librdkafka multiplies it by a thousand in 32 bits; beyond, records for a topic in the making are refused at once.
TEST(KafkaOptions, a_topic_in_the_making_is_waited_for) {
    const Made made = make({});
    ASSERT_TRUE(made.options);
    const auto& client = made.options->client;
    const auto found = std::find_if(client.begin(), client.end(),
                                    [](const auto& one) { return one.first == "topic.metadata.propagation.max.ms"; });
    ASSERT_NE(found, client.end());
    EXPECT_GT(std::stoll(found->second), 30 * 60 * 1000);
    EXPECT_LE(std::stoll(found->second) * 1000, std::numeric_limits<std::int32_t>::max());
}

// Whatever the settings let through, librdkafka takes.
TEST(KafkaOptions, the_borders_of_every_range_are_taken) {
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "librdkafka's threads are not ThreadSanitizer's";
#endif
    const Given borders[] = {
        {{"kafka-batch-records", {"1"}}},
        {{"kafka-batch-records", {"1000000"}}},
        {{"kafka-batch-time", {"0"}}},
        {{"kafka-batch-time", {"900s"}}},
        {{"kafka-record-bytes", {"1000"}}},
        {{"kafka-record-bytes", {"900M"}}},
        {{"kafka-acks", {"0"}}},
        {{"kafka-acks", {"all"}}},
        {{"kafka-compression", {"none"}}},
        {{"kafka-compression", {"gzip"}}},
        {{"kafka-compression", {"snappy"}}},
        {{"kafka-compression", {"zstd"}}},
        {{"kafka-queue-bytes", {"0"}}},
        {{"kafka-tls", {"true"}}},
        {{"kafka-idempotence", {"true"}}, {"kafka-acks", {"all"}}},
        {{"kafka-sasl", {"true"}},
         {"kafka-user", {"a"}},
         {"kafka-password", {"b"}},
         {"kafka-sasl-mechanism", {"PLAIN"}}},
        {{"kafka-sasl", {"true"}},
         {"kafka-user", {"a"}},
         {"kafka-password", {"b"}},
         {"kafka-sasl-mechanism", {"SCRAM-SHA-256"}}},
        {{"kafka-sasl", {"true"}},
         {"kafka-user", {"a"}},
         {"kafka-password", {"b"}},
         {"kafka-sasl-mechanism", {"SCRAM-SHA-512"}}},
    };
    for (Given given : borders) {
        given["kafka"] = {"127.0.0.1:1"};
        const std::string name =
            given.begin()->first == "kafka" ? std::next(given.begin())->first : given.begin()->first;
        const Made made = make(given);
        ASSERT_TRUE(made.options) << name << made.options.error().what;
        const auto sink = sinks::KafkaSink::make(*made.options);
        EXPECT_TRUE(sink) << name << ": " << sink.error().what;
    }
}

}  // namespace
}  // namespace apiarist::app
