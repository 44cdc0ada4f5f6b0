// SPDX-License-Identifier: Apache-2.0
#include "protocols/json_rpc.h"

#include <gtest/gtest.h>

namespace apiarist::protocols {
namespace {

// "mcp: request method(object), -", "-" for what is not known.
std::string read(std::string_view body, bool mcp = false, bool cut = false) {
    const auto calls = read_json_rpc({body, cut}, mcp);
    if (!calls) return "none";
    std::string text;
    for (const JsonRpcMessage& message : calls->messages) {
        text += text.empty() ? calls->mcp ? "mcp: " : "" : ", ";
        text += message.kind ? to_string(*message.kind) : "-";
        if (!message.method.empty()) text += " " + message.method;
        if (!message.object.empty()) text += "(" + message.object + ")";
    }
    return text + (calls->cut ? " …" : "");
}

TEST(JsonRpc, requests_notifications_and_responses) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"subtract","params":[42,23],"id":1})"), "request subtract");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"a.b","id":null})"), "request a.b");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"update","params":{"name":"x"}})"), "notification update");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","result":19,"id":1})"), "response");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","error":{"code":-1},"id":null})"), "response");
    EXPECT_EQ(read(R"({"jsonrpc":"1.0","id":"curltest","method":"getblockcount","params":[]})"),
              "request getblockcount");
}

TEST(JsonRpc, a_batch_in_its_order) {
    EXPECT_EQ(read(R"([{"jsonrpc":"2.0","method":"a","id":1},{"jsonrpc":"2.0","method":"b"},1,{"foo":"boo"}])"),
              "request a, notification b");
    std::string many = "[";
    for (int i = 0; i < 40; ++i)
        many += R"({"jsonrpc":"2.0","method":"m","id":1},)";
    const auto calls = read_json_rpc({many + "1]"}, false);
    ASSERT_TRUE(calls);
    EXPECT_EQ(calls->messages.size(), 32U);
    EXPECT_TRUE(calls->cut);
}

TEST(JsonRpc, what_only_looks_like_one) {
    for (const char* body : {R"({"method":"card","id":1,"params":{}})", R"({"jsonrpc":2,"method":"a"})",
                             R"({"jsonrpc":"3.0","method":"a"})", R"({"jsonrpc":"2.0","method":1})",
                             R"({"jsonrpc":"2.0"})", R"({"x":{"jsonrpc":"2.0","method":"a"}})", "[]",
                             R"([1,"jsonrpc"])", R"("jsonrpc")", "", R"({"jsonrpc":"2.0","method":"a")"})
        EXPECT_EQ(read(body), "none") << body;
}

TEST(JsonRpc, mcp_is_told_by_its_methods) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_weather","arguments":{}}})"),
              "mcp: request tools/call(get_weather)");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"review"}})"),
              "mcp: request prompts/get(review)");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})"),
              "mcp: request initialize");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":1}})"), "request initialize");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"notifications/initialized"})"),
              "mcp: notification notifications/initialized");
}

TEST(JsonRpc, mcp_is_told_by_a_header) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", true), "mcp: request ping");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"result":{}})", true), "mcp: response");
    EXPECT_EQ(read(R"({"a":1})", true), "none");
}

TEST(JsonRpc, no_value_of_the_client_is_told) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///a","name":"x"}})"),
              "mcp: request resources/read");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"create","params":{"name":"alice"}})"), "request create");
}

TEST(JsonRpc, of_a_cut_body_what_is_beyond_doubt) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"put","params":["xx)", false, true), "- put");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"put","params":["xx)", false, true), "request put");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"pu)", false, true), "none");
    EXPECT_EQ(read(R"([{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b","params":[1,)", false, true),
              "notification a, - b …");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"x":"y)", false, true),
              "mcp: request tools/call");
}

TEST(JsonRpc, a_name_that_is_too_long_is_left_out) {
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(257, 'm') + "\"}"), "request …");
}

}  // namespace
}  // namespace apiarist::protocols
