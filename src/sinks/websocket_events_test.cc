// SPDX-License-Identifier: Apache-2.0
#include "sinks/websocket_events.h"

#include <gmock/gmock.h>
#include <simdjson.h>

#include <string>

#include "sinks/akto_record.h"

namespace apiarist::sinks {
namespace {

using protocols::WebsocketMessage;
using protocols::WebsocketOpcode;
using transactions::WebsocketEvent;

WebsocketMessage message(WebsocketOpcode opcode, std::string payload) {
    WebsocketMessage made;
    made.opcode = opcode;
    made.size = payload.size();
    made.payload = std::move(payload);
    made.fin = true;
    return made;
}

policy::CleanTransaction with(std::vector<WebsocketEvent> events) {
    policy::CleanTransaction clean;
    clean.time_ns = 1'700'000'000'900'000'000;
    transactions::Transaction& transaction = clean.transaction;
    transaction.request.method = "GET";
    transaction.request.target = "/chat";
    transaction.request.headers = {{"Host", "shop"}};
    transaction.request.begin = 5'000'000'000;
    transaction.response.emplace();
    transaction.response->status = 101;
    transaction.response->reason = "Switching Protocols";
    for (WebsocketEvent& event : events)
        event.message.begin += transaction.request.begin;
    transaction.events = std::move(events);
    return clean;
}

TEST(WebsocketEvents, the_keys_of_each) {
    WebsocketMessage later = message(WebsocketOpcode::kText, R"({"type":"order"})");
    later.begin = 200'000'000;
    EXPECT_EQ(
        websocket_events_json(with({{message(WebsocketOpcode::kText, "hi"), true}, {later, false}})),
        R"([{"opcode":1,"payload":"hi","direction":"outgoing","timestamp":1700000000,"fin":true},)"
        R"({"opcode":1,"payload":"{\"type\":\"order\"}","direction":"incoming","timestamp":1700000001,"fin":true}])");
}

TEST(WebsocketEvents, bytes_that_are_no_text_are_base64_and_say_so) {
    EXPECT_EQ(websocket_events_json(with({{message(WebsocketOpcode::kBinary, "\xff\x01"), true}})),
              R"([{"opcode":2,"payload":"/wE=","encoding":"base64","direction":"outgoing",)"
              R"("timestamp":1700000000,"fin":true}])");
}

TEST(WebsocketEvents, a_close_has_a_code_and_a_reason) {
    EXPECT_EQ(
        websocket_events_json(with({{message(WebsocketOpcode::kClose, "\x03\xe9going"), false}})),
        R"([{"opcode":8,"payload":"going","direction":"incoming","timestamp":1700000000,"fin":true,"code":1001}])");
    EXPECT_EQ(websocket_events_json(with({{message(WebsocketOpcode::kClose, ""), false}})),
              R"([{"opcode":8,"payload":"","direction":"incoming","timestamp":1700000000,"fin":true}])");
}

TEST(WebsocketEvents, what_is_not_whole_says_how_long_it_was) {
    WebsocketMessage cut = message(WebsocketOpcode::kText, "a");
    cut.size = 9;
    cut.truncated = cut.gap = cut.not_seen = cut.not_decoded = true;
    cut.fin = false;
    EXPECT_EQ(websocket_events_json(with({{cut, true}})),
              R"([{"opcode":1,"payload":"a","direction":"outgoing","timestamp":1700000000,"fin":false,"size":9,)"
              R"("truncated":true,"not_seen":true,"gap":true,"not_decoded":true}])");
}

TEST(WebsocketEvents, the_record_around_them) {
    std::string out;
    append_akto_record(out, with({{message(WebsocketOpcode::kText, "hi"), true}}), {});
    for (const char* part :
         {R"("path":"/chat","method":"WS","type":"WEBSOCKET","requestHeaders":"{\"host\":\"shop\"}")",
          R"("statusCode":"101","status":"101 Switching Protocols")", R"("requestPayload":"",)",
          R"("responsePayload":"",)", R"("time":"1700000000")", R"("latency_us":"0")",
          R"("events":"[{\"opcode\":1,\"payload\":\"hi\",)", R"("headers":"{\"host\":\"shop\"}"})"})
        EXPECT_THAT(out, ::testing::HasSubstr(part));
}

TEST(WebsocketEvents, a_record_over_the_limit_loses_the_ends_of_its_longest_payloads) {
    const auto clean = with({{message(WebsocketOpcode::kText, "short"), true},
                             {message(WebsocketOpcode::kText, std::string(5000, '"')), true},
                             {message(WebsocketOpcode::kBinary, std::string(5000, '\xff')), false}});
    std::string whole;
    append_akto_record(whole, clean, {});
    for (const std::size_t limit : {whole.size() - 1, whole.size() / 2, std::size_t{2000}}) {
        std::string out;
        ASSERT_TRUE(append_bounded_akto_record(out, clean, {}, limit));
        EXPECT_LE(out.size(), limit);
        EXPECT_THAT(out, ::testing::HasSubstr(R"(\"payload\":\"short\",)"));
        EXPECT_THAT(out, ::testing::HasSubstr("request_truncated"));
        simdjson::dom::parser parser;
        EXPECT_EQ(parser.parse(out).error(), simdjson::SUCCESS);
    }
    std::string out;
    EXPECT_FALSE(append_bounded_akto_record(out, clean, {}, 100));
    EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace apiarist::sinks
