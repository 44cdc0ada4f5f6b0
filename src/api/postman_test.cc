// SPDX-License-Identifier: Apache-2.0
#include "api/postman.h"

#include <gmock/gmock.h>
#include <simdjson.h>

namespace apiarist::api {
namespace {

using simdjson::dom::element;
using testing::HasSubstr;
using testing::Not;

// What a pointer of RFC 6901 leads to, as JSON on one line; empty: nothing.
std::string at(const std::string& json, std::string_view pointer) {
    simdjson::dom::parser parser;
    element root;
    EXPECT_EQ(parser.parse(json).get(root), simdjson::SUCCESS) << json;
    element found;
    if (root.at_pointer(pointer).get(found) != simdjson::SUCCESS) return {};
    return simdjson::minify(found);
}

const PostmanEndpoint kOrder{
    .host = "shop.example:8443",
    .tls = true,
    .method = "POST",
    .template_text = "/orders/{}/items",
    .operation = "",
    .auth = "none,jwt RS256,basic",
    .sample =
        R"({"path":"/orders/7/items?dry=1&note","requestHeaders":{"content-type":"application/json","accept":"*/*"},)"
        R"("requestPayload":"{\"sku\":\"a\"}"})"};

TEST(Postman, a_request_has_what_a_sample_had) {
    const std::string json = postman_collection({kOrder});
    EXPECT_EQ(at(json, "/info/schema"), R"("https://schema.getpostman.com/json/collection/v2.1.0/collection.json")");
    EXPECT_EQ(at(json, "/item/0/name"), R"("shop.example:8443")");
    EXPECT_EQ(at(json, "/item/0/item/0/name"), R"("POST /orders/{orderId}/items")");
    const std::string request = at(json, "/item/0/item/0/request");
    EXPECT_EQ(at(request, "/method"), R"("POST")");
    EXPECT_EQ(at(request, "/header"), R"([{"key":"Content-Type","value":"application/json"}])");
    EXPECT_EQ(at(request, "/body"), R"({"mode":"raw","raw":"{\"sku\":\"a\"}","options":{"raw":{"language":"json"}}})");
    EXPECT_EQ(at(request, "/url/raw"), R"("{{baseUrl}}/orders/:orderId/items?dry=1&note")");
    EXPECT_EQ(at(request, "/url/host"), R"(["{{baseUrl}}"])");
    EXPECT_EQ(at(request, "/url/path"), R"(["orders",":orderId","items"])");
    EXPECT_EQ(at(request, "/url/query"), R"([{"key":"dry","value":"1"},{"key":"note","value":""}])");
    EXPECT_EQ(at(request, "/url/variable"), R"([{"key":"orderId","value":""}])");
    EXPECT_EQ(at(request, "/auth"), R"({"type":"bearer","bearer":[{"key":"token","value":"{{token}}"}]})");
    EXPECT_EQ(at(json, "/variable"),
              R"([{"key":"baseUrl","value":"https://shop.example:8443"},{"key":"token","value":""}])");
}

TEST(Postman, ways_to_be_let_in) {
    const auto auth_of = [](const std::string& auth, const std::string& sample = {}) {
        PostmanEndpoint endpoint{"shop", false, "GET", "/", "", auth, sample};
        return at(postman_collection({endpoint}), "/item/0/item/0/request/auth");
    };
    EXPECT_EQ(auth_of(""), "");
    EXPECT_EQ(auth_of("none"), "");
    EXPECT_EQ(auth_of("mtls"), "");
    EXPECT_EQ(auth_of("basic"), R"({"type":"basic","basic":[{"key":"username","value":"{{username}}"},)"
                                R"({"key":"password","value":"{{password}}"}]})");
    EXPECT_EQ(auth_of("api_key x-api-key"),
              R"({"type":"apikey","apikey":[{"key":"key","value":"x-api-key"},{"key":"value","value":"{{apiKey}}"},)"
              R"({"key":"in","value":"header"}]})");
    EXPECT_THAT(auth_of("api_key apikey", R"({"path":"/?ApiKey=1"})"), HasSubstr(R"("value":"query")"));
    PostmanEndpoint cookie{"shop", false, "GET", "/", "", "cookie sid", ""};
    const std::string json = postman_collection({cookie});
    EXPECT_EQ(at(json, "/item/0/item/0/request/header"), R"([{"key":"Cookie","value":"sid={{cookie}}"}])");
    EXPECT_EQ(at(json, "/item/0/item/0/request/auth"), "");
}

TEST(Postman, hosts_have_folders_addresses_and_secrets_of_their_own) {
    PostmanEndpoint other = kOrder;
    other.host = "evil.example";
    other.tls = false;
    PostmanEndpoint third = other;
    third.host = "evil-example";
    const std::string json = postman_collection({third, other, kOrder, kOrder});
    EXPECT_EQ(at(json, "/item/0/item/0/request/auth/bearer"), R"([{"key":"token","value":"{{token_evil_example}}"}])");
    EXPECT_EQ(at(json, "/item/1/item/0/request/auth/bearer"),
              R"([{"key":"token","value":"{{token_evil_example_2}}"}])");
    EXPECT_EQ(at(json, "/item/2/item/1/request/url/host"), R"(["{{baseUrl_shop_example_8443}}"])");
    EXPECT_EQ(at(json, "/item/3"), "");
    EXPECT_EQ(at(json, "/variable/2"), R"({"key":"baseUrl_shop_example_8443","value":"https://shop.example:8443"})");
}

TEST(Postman, what_was_captured_is_not_filled_in) {
    for (const char* sample :
         {R"({"path":"/?a={{token}}","requestPayload":"x"})",
          R"({"path":"/?a=1","requestPayload":"{\"a\":\"{{token}}\"}"})",
          R"({"path":"/?a=1","requestHeaders":{"content-type":"a/b; c={{token}}"},"requestPayload":"x"})",
          R"({"path":"/?a=1","requestPayload":"{\u007btoken}}"})"}) {
        PostmanEndpoint endpoint{"shop", false, "POST", "/", "", "none", sample};
        const std::string json = postman_collection({endpoint});
        EXPECT_THAT(json, Not(HasSubstr("{{token"))) << sample;
        EXPECT_EQ(at(json, "/item/0/item/0/request/body"), "") << sample;
    }
}

TEST(Postman, nor_is_the_name_of_a_key) {
    for (const char* auth : {"api_key {{token}}apikey", "cookie {{token}}"}) {
        PostmanEndpoint endpoint{"shop", false, "GET", "/", "", auth, ""};
        EXPECT_THAT(postman_collection({endpoint}), Not(HasSubstr("{{token"))) << auth;
    }
}

TEST(Postman, without_endpoints) {
    EXPECT_EQ(at(postman_collection({}), "/item"), "[]");
    EXPECT_EQ(at(postman_collection({}), "/variable"), "[]");
    PostmanEndpoint endpoint{"shop", false, "GET", "/a", "query me", "", "no JSON"};
    EXPECT_EQ(at(postman_collection({endpoint}), "/item/0/item/0/name"), R"("GET /a query me")");
}

}  // namespace
}  // namespace apiarist::api
