// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/policy.h"
#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

using testing::with_marks;
using transactions::Transaction;

Transaction exchange() {
    Transaction transaction;
    transaction.request.method = "POST";
    transaction.request.target = "/u/alice@example.com?token=abc";
    transaction.request.headers = {{"Host", "shop"}, {"Authorization", "Bearer abc"}};
    transaction.request.trailers = {{"X-Secret", "abc"}};
    transaction.request.body = R"({"mail":"alice@example.com"})";
    transaction.response.emplace();
    transaction.response->reason = "OK";
    transaction.response->headers = {{"Set-Cookie", "a=abc"}};
    transaction.response->body = "hello alice@example.com";
    return transaction;
}

TEST(Redactor, equal_values_get_equal_marks_wherever_they_stand) {
    Transaction transaction = exchange();
    Redactor redactor(testing::kKey);
    EXPECT_EQ(redactor.redact(transaction), 7U);
    EXPECT_EQ(transaction.request.target, with_marks("/u/⟦email:alice@example.com⟧?token=⟦secret:abc⟧"));
    EXPECT_EQ(transaction.request.headers[0].value, "shop");
    EXPECT_EQ(transaction.request.headers[1].value, with_marks("Bearer ⟦secret:abc⟧"));
    EXPECT_EQ(transaction.request.trailers[0].value, with_marks("⟦secret:abc⟧"));
    EXPECT_EQ(transaction.request.body, with_marks(R"({"mail":"⟦email:alice@example.com⟧"})"));
    EXPECT_EQ(transaction.response->headers[0].value, with_marks("a=⟦secret:abc⟧"));
    EXPECT_EQ(transaction.response->body, with_marks("hello ⟦email:alice@example.com⟧"));
    EXPECT_EQ(redactor.redact(transaction), 0U) << "marks are left as they are";
}

TEST(Redactor, each_message_on_a_websocket_is_a_body) {
    using protocols::WebsocketOpcode;
    Transaction transaction = exchange();
    const auto add = [&transaction](WebsocketOpcode opcode, std::string payload) -> protocols::WebsocketMessage& {
        auto& message = transaction.events.emplace_back().message;
        message.opcode = opcode;
        message.payload = std::move(payload);
        message.fin = true;
        return message;
    };
    add(WebsocketOpcode::kText, R"({"type":"login","password":"abc"})");
    add(WebsocketOpcode::kText, "hello alice@example.com");
    add(WebsocketOpcode::kBinary, "\xff\x01");
    add(WebsocketOpcode::kClose, "\x03\xe8 alice@example.com left");
    add(WebsocketOpcode::kText, "coded").not_decoded = true;
    add(WebsocketOpcode::kText, R"({"password":"ab)").truncated = true;
    EXPECT_EQ(Redactor(testing::kKey).redact(transaction), 7U + 6U);
    const auto payload = [&transaction](std::size_t i) { return transaction.events[i].message.payload; };
    EXPECT_EQ(payload(0), with_marks(R"({"type":"login","password":"⟦secret:abc⟧"})"));
    EXPECT_EQ(payload(1), with_marks("hello ⟦email:alice@example.com⟧"));
    EXPECT_EQ(payload(2), testing::mark("binary", "\xff\x01"));
    EXPECT_EQ(payload(3), with_marks("\x03\xe8 ⟦email:alice@example.com⟧ left"));
    EXPECT_EQ(payload(4), testing::mark("binary", "coded"));
    EXPECT_EQ(payload(5).find("ab"), std::string::npos);
}

TEST(Redactor, json_on_a_websocket_may_stand_behind_a_word) {
    Transaction transaction = exchange();
    const std::string secret = R"({\"password\":\"hunter2x\"})";
    for (const char* kind : {"", "a", "42", "42/admin,7"})
        transaction.events.emplace_back().message.payload = kind + std::string("[\"") + secret + "\"]";
    transaction.events.emplace_back().message.payload = "451-/a[\"alice@example.com\"]";
    for (auto& event : transaction.events)
        event.message.fin = true;
    Redactor(testing::kKey).redact(transaction);
    EXPECT_EQ(transaction.events[1].message.payload, with_marks("a[\"{\\\"password\\\":\\\"⟦secret:hunter2x⟧\\\"}\"]"));
    for (const auto& event : transaction.events) {
        EXPECT_EQ(event.message.payload.find("hunter2"), std::string::npos) << event.message.payload;
        EXPECT_EQ(event.message.payload.find("alice"), std::string::npos) << event.message.payload;
    }
}

TEST(Redactor, half_the_status_of_a_close_is_not_told) {
    Transaction transaction = exchange();
    auto& message = transaction.events.emplace_back().message;
    message.opcode = protocols::WebsocketOpcode::kClose;
    message.payload = "\x03";
    message.gap = true;
    Redactor(testing::kKey).redact(transaction);
    EXPECT_FALSE(close_status(message));
}

TEST(Redactor, names_of_operations_are_judged_as_segments_of_a_path_are) {
    Transaction transaction = exchange();
    auto& operations = transaction.operations.emplace();
    operations.list = {{.type = "request", .name = "user.get", .fields = {"get_weather"}},
                       {.type = "request", .name = "alice@example.com", .fields = {"{\"token\":\"abc\"}"}}};
    operations.namespace_name = "http://shop.example/orders?token=abc";
    operations.action = "alice@example.com";
    Redactor(testing::kKey).redact(transaction);
    EXPECT_EQ(operations.list[0].name, "user.get");
    EXPECT_EQ(operations.list[0].fields[0], "get_weather");
    EXPECT_EQ(operations.list[1].name, with_marks("⟦email:alice@example.com⟧"));
    EXPECT_EQ(operations.list[1].fields[0], with_marks("{\"token\":\"⟦secret:abc⟧\"}"));
    EXPECT_EQ(operations.namespace_name, with_marks("http://shop.example/orders?token=⟦secret:abc⟧"));
    EXPECT_EQ(operations.action, with_marks("⟦email:alice@example.com⟧"));
}

TEST(Redactor, the_authority_that_a_tunnel_goes_to_stays) {
    Transaction tunnel = exchange();
    tunnel.request.method = "CONNECT";
    tunnel.request.target = "token.example:443";
    Redactor(testing::kKey).redact(tunnel);
    EXPECT_EQ(tunnel.request.target, "token.example:443");
    tunnel.request.target = "alice@example.com:443";
    Redactor(testing::kKey).redact(tunnel);
    EXPECT_EQ(tunnel.request.target, with_marks("⟦email:alice@example.com⟧:443"));
}

TEST(Redactor, bodies_that_are_still_encoded_become_one_mark) {
    for (const char* coding : {"snappy", "gzip, snappy", " odd"}) {
        Transaction transaction = exchange();
        transaction.request.headers.push_back({"Content-Encoding", coding});
        transaction.request.body = "plain";
        transaction.request.body_truncated = true;
        Redactor(testing::kKey).redact(transaction);
        EXPECT_EQ(transaction.request.body, with_marks("⟦binary:plain⟧")) << coding;
    }
    Transaction corrupt = exchange();
    corrupt.request.headers.push_back({"Content-Encoding", "GZIP , br"});
    Redactor(testing::kKey).redact(corrupt);
    EXPECT_EQ(corrupt.request.body, with_marks(R"({"mail":"⟦email:alice@example.com⟧"})"));
    corrupt.response->body_not_decoded = true;
    corrupt.response->body = "plain";
    Redactor(testing::kKey).redact(corrupt);
    EXPECT_EQ(corrupt.response->body, with_marks("⟦binary:plain⟧"));
}

TEST(Redactor, every_way_in_which_a_body_is_not_whole_counts_as_cut) {
    for (bool protocols::Message::*flag :
         {&protocols::Message::body_truncated, &protocols::Message::gap, &protocols::Message::body_not_seen}) {
        Transaction transaction = exchange();
        transaction.response->body = "alice@exa";
        transaction.response.value().*flag = true;
        Redactor(testing::kKey).redact(transaction);
        EXPECT_EQ(transaction.response->body, with_marks("⟦secret:alice@exa⟧"));
    }
}

TEST(Redaction, names_of_the_modes) {
    EXPECT_EQ(parse_redaction("off"), Redaction::kOff);
    EXPECT_EQ(parse_redaction("samples"), Redaction::kSamples);
    EXPECT_EQ(parse_redaction("all"), Redaction::kAll);
    for (const char* text : {"", "ALL", "on", "true"})
        EXPECT_EQ(parse_redaction(text), std::nullopt) << text;
}

std::uint64_t redacted_by_policy(Redaction redaction, bool for_samples) {
    PolicyOptions options;
    options.redaction = redaction;
    options.redaction_key = testing::kKey;
    Policy policy(options, for_samples, 0);
    const auto clean = std::get<CleanTransaction>(policy.apply(exchange()));
    EXPECT_EQ(clean.transaction.request.target != exchange().request.target, clean.redacted_values > 0);
    return clean.redacted_values;
}

TEST(Policy, redacts_for_the_sinks_that_the_mode_means) {
    EXPECT_EQ(redacted_by_policy(Redaction::kOff, false), 0U);
    EXPECT_EQ(redacted_by_policy(Redaction::kOff, true), 0U);
    EXPECT_EQ(redacted_by_policy(Redaction::kSamples, false), 0U);
    EXPECT_EQ(redacted_by_policy(Redaction::kSamples, true), 7U);
    EXPECT_EQ(redacted_by_policy(Redaction::kAll, false), 7U);
    EXPECT_EQ(redacted_by_policy(Redaction::kAll, true), 7U);
}

TEST(Policy, filters_see_what_was_not_redacted) {
    PolicyOptions options;
    std::vector<std::string> complaints;
    options.headers = std::move(
        *HeaderRules::parse(R"([{"key":{"eq":"authorization"},"value":{"regex":"^Bearer abc$"}}])", complaints));
    options.redaction = Redaction::kAll;
    options.redaction_key = testing::kKey;
    Policy policy(options, false, 0);
    EXPECT_TRUE(std::holds_alternative<CleanTransaction>(policy.apply(exchange())));
}

}  // namespace
}  // namespace apiarist::policy
