// SPDX-License-Identifier: Apache-2.0
#include "inventory/message_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace apiarist::inventory {
namespace {

using records::Record;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string collection(std::string_view host) {
    Record record;
    record.server = {"10.0.0.9", "8080"};
    if (!host.empty()) record.request_headers = {{"Host", host}};
    return collection_of(record);
}

TEST(Collection, is_the_host_that_was_asked) {
    EXPECT_EQ(collection("Shop.Example"), "shop.example");
    EXPECT_EQ(collection("shop.example:443"), "shop.example");
    EXPECT_EQ(collection("shop.example:8443"), "shop.example:8443");
    EXPECT_EQ(collection("shop.example."), "shop.example");
    EXPECT_EQ(collection("[::1]:80"), "[::1]");
    EXPECT_EQ(collection("[::80]"), "[::80]");
    EXPECT_EQ(collection("10.1.1.1:9000"), "10.1.1.1:9000");
    EXPECT_EQ(collection(""), "10.0.0.9:8080");
    EXPECT_EQ(collection("<script>"), "(invalid host)");
    EXPECT_EQ(collection("a b"), "(invalid host)");
    Record none;
    EXPECT_EQ(collection_of(none), "(no host)");
    none.server = {"2001:db8::1", "443"};
    EXPECT_EQ(collection_of(none), "[2001:db8::1]:443");
}

TEST(MediaType, is_without_parameters) {
    EXPECT_EQ(media_type("Application/JSON; charset=utf-8"), "application/json");
    EXPECT_EQ(media_type(""), "");
    EXPECT_EQ(media_type("text/html, text/plain"), "text/html");
    EXPECT_EQ(media_type("<b>"), "other");
    EXPECT_EQ(media_type(std::string(300, 'a')), "other");
    EXPECT_TRUE(is_json("application/problem+json"));
    EXPECT_FALSE(is_json("text/html"));
}

TEST(Form, is_decoded_and_bounded) {
    EXPECT_THAT(read_form("a=1&b=x+y%21&&c&=d"),
                ElementsAre(Pair("a", "1"), Pair("b", "x y!"), Pair("c", ""), Pair("", "d")));
    EXPECT_THAT(read_form("a=%ff"), ElementsAre(Pair("a", "\xEF\xBF\xBD")));
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "a=1&";
    EXPECT_EQ(read_form(many).size(), 200u);
}

std::vector<std::string> auth(records::Headers headers, std::string_view target = "/") {
    Record record;
    record.request_headers = std::move(headers);
    record.target = target;
    return auth_types(record);
}

TEST(Auth, is_told_by_headers_cookies_and_parameters) {
    const std::string jwt = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
    EXPECT_THAT(auth({}), ElementsAre("none"));
    EXPECT_THAT(auth({{"authorization", "Bearer abc"}}), ElementsAre("bearer"));
    EXPECT_THAT(auth({{"Authorization", "bearer " + jwt}}), ElementsAre("jwt RS256"));
    EXPECT_THAT(auth({{"authorization", "Basic YTpi"}}), ElementsAre("basic"));
    EXPECT_THAT(auth({{"authorization", "Digest username=x"}}), ElementsAre("digest"));
    EXPECT_THAT(auth({{"authorization", "ApiKey 123"}}), ElementsAre("custom"));
    EXPECT_THAT(auth({{"authorization", jwt}}), ElementsAre("jwt RS256"));
    EXPECT_THAT(auth({{"x-user-token", jwt}}), ElementsAre("jwt RS256"));
    EXPECT_THAT(auth({{"X-Api-Key", "k"}}), ElementsAre("api_key x-api-key"));
    EXPECT_THAT(auth({{"cookie", "theme=dark; sessionid=1"}}), ElementsAre("cookie sessionid"));
    EXPECT_THAT(auth({{"cookie", "theme=dark"}}), ElementsAre("none"));
    EXPECT_THAT(auth({{"x-forwarded-client-cert", "Hash=1"}}), ElementsAre("mtls"));
    EXPECT_THAT(auth({}, "/a?api_key=k&x=1"), ElementsAre("api_key api_key"));
    EXPECT_THAT(auth({}, "/a?api_key="), ElementsAre("none"));
    EXPECT_THAT(auth({{"authorization", "Bearer a"}, {"cookie", "sid=2"}}), ElementsAre("bearer", "cookie sid"));
    EXPECT_THAT(auth({{"authorization", "Bearer eyJ!.e30.x"}}), ElementsAre("bearer"));
    EXPECT_THAT(auth({{"authorization", ""}}), ElementsAre("none"));
    EXPECT_THAT(auth({}, "/a?x,none,apikey=1"), ElementsAre("api_key x_none_apikey")) << "lists have commas in between";
    EXPECT_THAT(auth({{"cookie", "a,none,sid=1"}}), testing::Each(testing::Not(testing::HasSubstr(","))));
}

TEST(OwnHeaders, are_those_that_no_standard_has) {
    EXPECT_THAT(
        own_headers({{"Host", "h"}, {"X-Tenant", "acme"}, {"sec-fetch-mode", "cors"}, {"idempotency-key", "1"}}),
        ElementsAre(Pair("x-tenant", "acme"), Pair("idempotency-key", "1")));
}

TEST(Folded, files_and_health_checks) {
    EXPECT_EQ(folded("GET", "/app/main.js", ""), "static");
    EXPECT_EQ(folded("GET", "/logo", "image/png"), "static");
    EXPECT_EQ(folded("GET", "/healthz", "text/plain"), "health");
    EXPECT_EQ(folded("GET", "/api/health", "application/json"), "health");
    EXPECT_EQ(folded("GET", "/api/users/{}", "application/json"), "");
    EXPECT_EQ(folded("GET", "/api/users.json", "application/json"), "");
    EXPECT_EQ(folded("POST", "/upload.png", "application/json"), "");
    EXPECT_EQ(folded("GET", "/openapi.json", "application/json"), "");
}

std::vector<std::string> operations(std::string_view protocol, std::string_view types, std::string_view names,
                                    std::string_view fields) {
    Record record;
    record.operation_protocol = protocol;
    record.operation_type = types;
    record.operation_name = names;
    record.operation_fields = fields;
    return operations_of(record);
}

TEST(Operations, are_what_the_server_offers) {
    EXPECT_THAT(operations("", "", "", ""), IsEmpty());
    EXPECT_THAT(operations("graphql", "query", "Mine", "me orders"), ElementsAre("query me", "query orders"));
    EXPECT_THAT(operations("graphql", "query, mutation", "A, B", "x, y"), ElementsAre("query x", "mutation y"));
    EXPECT_THAT(operations("graphql", "", "Persisted", ""), ElementsAre("operation Persisted"));
    EXPECT_THAT(operations("json-rpc", "request", "eth_call", ""), ElementsAre("eth_call"));
    EXPECT_THAT(operations("json-rpc", "request, request", "a, a", ", "), ElementsAre("a"));
    EXPECT_THAT(operations("json-rpc", "response", "", ""), IsEmpty());
    EXPECT_THAT(operations("mcp", "request", "tools/call", "search"), ElementsAre("tools/call search"));
    EXPECT_THAT(operations("mcp", "request", "tools/list", ""), ElementsAre("tools/list"));
    EXPECT_THAT(operations("soap", "request", "GetPrice", ""), ElementsAre("GetPrice"));
}

}  // namespace
}  // namespace apiarist::inventory
