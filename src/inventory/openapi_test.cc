// SPDX-License-Identifier: Apache-2.0
#include "inventory/openapi.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "inventory/openapi_schema.h"

namespace apiarist::inventory {
namespace {

using testing::HasSubstr;
using testing::Not;

Schema schema_of(const std::vector<std::string>& messages) {
    Schema schema;
    for (const std::string& message : messages) {
        simdjson::dom::parser parser;
        simdjson::dom::element root;
        if (parser.parse(message).get(root) != simdjson::SUCCESS) ADD_FAILURE() << message;
        schema.observe(root);
    }
    return schema;
}

// Without its blanks and line ends.
std::string compact(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

std::string written(const std::vector<std::string>& messages) {
    JsonWriter json;
    write_schema(json, schema_of(messages));
    return compact(json.take());
}

TEST(NamedPath, names_parameters_by_the_word_before) {
    EXPECT_EQ(named_path("/users/{}/orders/{}").text, "/users/{userId}/orders/{orderId}");
    EXPECT_EQ(named_path("/flow_runs/{}.json").text, "/flow_runs/{flowRunId}.json");
    EXPECT_EQ(named_path("/batches/{}:cancel").text, "/batches/{batchId}:cancel");
    EXPECT_EQ(named_path("/repos/{}/{}/repos/{}").text, "/repos/{repoId}/{repoId2}/repos/{repoId3}");
    EXPECT_EQ(named_path("/categories/{}/status/{}").text, "/categories/{categoryId}/status/{statusId}");
    EXPECT_EQ(named_path("/{}/{*}").text, "/{id}/{rest}");
    EXPECT_EQ(named_path("/").text, "/");
    EXPECT_EQ(named_path("/a/%7Bb%7D/").text, "/a/%7Bb%7D/");
    EXPECT_EQ(named_path("/users/{}/x/{}").names, (std::map<std::size_t, std::string>{{1, "userId"}, {3, "xId"}}));
}

TEST(OpenApiSchema, says_types_null_among_them) {
    EXPECT_EQ(written({R"({"a":1,"b":null})", R"({"a":1.5,"b":"x"})"}),
              R"({"type":"object","properties":{"a":{"type":"number"},"b":{"type":["string","null"]}}})");
    EXPECT_EQ(written({"[[true],[]]"}), R"({"type":"array","items":{"type":"array","items":{"type":"boolean"}}})");
    EXPECT_EQ(written({"[]"}), R"({"type":"array"})");
}

TEST(OpenApiSchema, what_is_in_every_object_is_required_once_there_are_a_few) {
    EXPECT_THAT(written({R"({"a":1})", R"({"a":1,"b":2})"}), Not(HasSubstr("required")));
    EXPECT_THAT(written({R"({"a":1})", R"({"a":null,"b":2})", R"({"a":3})"}), HasSubstr(R"("required":["a"])"));
}

TEST(OpenApiSchema, a_format_is_that_of_all_texts) {
    const std::string date = R"({"a":"2026-01-02"})";
    EXPECT_THAT(written({date, date}), HasSubstr(R"("format":"date")"));
    EXPECT_THAT(written({date, R"({"a":"never"})"}), Not(HasSubstr("format")));
}

TEST(OpenApiSchema, few_words_seen_often_are_an_enumeration_unless_they_name_something) {
    std::vector<std::string> messages;
    for (int i = 0; i < 20; ++i)
        messages.push_back(fmt::format(R"({{"state":"{0}","name":"{0}"}})", i % 2 == 0 ? "open" : "closed"));
    const std::string text = written(messages);
    EXPECT_THAT(text, HasSubstr(R"("state":{"type":"string","enum":["closed","open"]})"));
    EXPECT_THAT(text, HasSubstr(R"("name":{"type":"string"})"));
    messages.resize(6);
    EXPECT_THAT(written(messages), Not(HasSubstr("enum")));
}

TEST(OpenApiSchema, an_object_whose_names_are_values_is_a_map) {
    std::vector<std::string> maps;
    for (const char* name : {"red", "green", "blue", "grey", "pink", "teal", "plum"})
        maps.push_back(fmt::format(R"({{"{}":{{"size":1}}}})", name));
    EXPECT_THAT(written(maps), HasSubstr(R"("additionalProperties":{"type":"object","properties":{"size")"));
    EXPECT_EQ(written({R"({"7":true,"8":false})"}), R"({"type":"object","additionalProperties":{"type":"boolean"}})");
    // Optional members of different kinds are none.
    std::vector<std::string> members;
    for (const char* member : {R"("a":1)", R"("b":"x")", R"("c":true)", R"("d":[])", R"("e":{})", R"("f":1.5)"})
        members.push_back(fmt::format("{{{}}}", member));
    EXPECT_THAT(written(members), Not(HasSubstr("additionalProperties")));
}

DocumentedEndpoint endpoint(std::string method, std::string template_text, std::string operation = {}) {
    return {std::move(method), std::move(template_text), std::move(operation), 4, {{200, 3}, {404, 1}}, {}};
}

TEST(OpenApi, has_parameters_bodies_and_responses) {
    DocumentedEndpoint one = endpoint("POST", "/users/{}");
    one.parts[{Part::kPath, 0, {}}].schema = schema_of({R"({"p1":1})", R"({"p1":1})", R"({"p1":1})", R"({"p1":1})"});
    one.parts[{Part::kQuery, 0, {}}].schema = schema_of({R"({"page":1})"});
    one.parts[{Part::kRequestHeaders, 0, {}}].schema = schema_of({R"({"x-shop":"a"})"});
    one.parts[{Part::kRequest, 0, "application/json"}].schema = schema_of({R"({"a":1})"});
    one.parts[{Part::kResponse, 200, "application/json"}].schema = schema_of({R"([1])"});
    one.parts[{Part::kResponse, 200, "text/csv"}];
    const std::string text = compact(openapi_document({"shop:8080", true, {one}}));
    EXPECT_THAT(text, HasSubstr(R"("openapi":"3.1.0")"));
    EXPECT_THAT(text, HasSubstr(R"("url":"https://shop:8080")"));
    EXPECT_THAT(text, HasSubstr(R"("/users/{userId}":{"post":{"parameters":[)"
                                R"({"name":"userId","in":"path","required":true,"schema":{"type":"integer"}},)"
                                R"({"name":"page","in":"query","schema":{"type":"integer"}},)"
                                R"({"name":"x-shop","in":"header","schema":{"type":"string"}}])"));
    EXPECT_THAT(text, HasSubstr(R"("requestBody":{"content":{"application/json":{"schema":{"type":"object")"));
    EXPECT_THAT(text, HasSubstr(R"("200":{"description":"seen3times","content":{"application/json":{"schema":{)"));
    EXPECT_THAT(text, HasSubstr(R"("text/csv":{}}})"));
    EXPECT_THAT(text, HasSubstr(R"("404":{"description":"seen1time"})"));
}

TEST(OpenApi, values_of_a_path_that_are_not_all_known_have_no_type) {
    DocumentedEndpoint one = endpoint("GET", "/users/{}");
    one.parts[{Part::kPath, 0, {}}].schema = schema_of({R"({"p1":1})"});
    EXPECT_THAT(compact(openapi_document({"shop", false, {one}})), HasSubstr(R"("schema":{"type":"string"})"));
}

TEST(OpenApi, operations_of_one_path_are_one_and_unknown_methods_are_named) {
    const std::string text = compact(openapi_document(
        {"shop",
         false,
         {endpoint("POST", "/graphql", "query b"), endpoint("POST", "/graphql", "query a"), endpoint("PURGE", "/c")}}));
    EXPECT_THAT(text, HasSubstr(R"("x-apiarist-operations":["querya","queryb"])"));
    EXPECT_THAT(text, HasSubstr(R"("200":{"description":"seen6times"})"));
    EXPECT_THAT(text, HasSubstr(R"("/c":{"x-apiarist-methods":["PURGE"]})"));
}

TEST(OpenApi, does_not_depend_on_the_order_of_endpoints) {
    const DocumentedEndpoint a = endpoint("GET", "/a");
    const DocumentedEndpoint b = endpoint("POST", "/a");
    EXPECT_EQ(openapi_document({"shop", false, {a, b}}), openapi_document({"shop", false, {b, a}}));
}

TEST(OpenApiDocument, says_how_callers_authenticate) {
    DocumentedEndpoint orders{"GET", "/orders", {}, 3, {{200, 3}}, {}, {"bearer", "jwt RS256", "none"}};
    DocumentedEndpoint keys{"POST",
                            "/keys",
                            {},
                            1,
                            {{200, 1}},
                            {},
                            {"api_key api_key", "api_key x-api-key", "cookie a/b", "mtls", "custom"}};
    PartFacts query;
    query.schema.observe(std::vector<std::pair<std::string_view, std::string_view>>{{"API_key", "1"}});
    keys.parts[{Part::kQuery, 0, {}}] = query;
    DocumentedEndpoint unknown{"GET", "/unknown", {}, 1, {{200, 1}}, {}, {}};
    const std::string document = compact(openapi_document({"shop", false, {orders, keys, unknown}}));
    EXPECT_THAT(document, HasSubstr(R"("security":[{"bearer":[]},{"jwt-RS256":[]},{}])"));
    EXPECT_THAT(document, HasSubstr(R"("bearer":{"type":"http","scheme":"bearer"})"));
    EXPECT_THAT(document, HasSubstr(R"("jwt-RS256":{"type":"http","scheme":"bearer","bearerFormat":"JWT"})"));
    EXPECT_THAT(document, HasSubstr(R"("api_key-api_key":{"type":"apiKey","name":"api_key","in":"query"})"));
    EXPECT_THAT(document, HasSubstr(R"("api_key-x-api-key":{"type":"apiKey","name":"x-api-key","in":"header"})"));
    EXPECT_THAT(document, HasSubstr(R"("cookie-a_b":{"type":"apiKey","name":"a/b","in":"cookie"})"));
    EXPECT_THAT(document, HasSubstr(R"("mtls":{"type":"mutualTLS"})"));
    EXPECT_THAT(document, HasSubstr(R"("custom":{"type":"apiKey","name":"Authorization","in":"header"})"));
    EXPECT_EQ(document.find("security", document.find("/unknown")), document.find("\"securitySchemes\"") + 1)
        << "nothing is said of what is not known";
}

}  // namespace
}  // namespace apiarist::inventory
