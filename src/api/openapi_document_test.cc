// SPDX-License-Identifier: Apache-2.0
#include "api/openapi_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace apiarist::api {
namespace {

using testing::ElementsAre;

TEST(OpenApiDocumentTest, a_parameter_is_one_whatever_its_name) {
    EXPECT_GT(likeness("/orders/{order}", "/orders/{}"), 0U);
    EXPECT_GT(likeness("/orders/{order}", "/orders/mine"), 0U) << "a parameter covers words";
    EXPECT_GT(likeness("/orders/mine", "/orders/mine"), likeness("/orders/{order}", "/orders/mine"));
    EXPECT_GT(likeness("/orders/{order}", "/orders/{}"), likeness("/{x}/{y}", "/orders/{}"));
    EXPECT_EQ(likeness("/orders/mine", "/orders/{}"), 0U) << "a word is not all values";
    EXPECT_EQ(likeness("/orders/{order}", "/orders"), 0U);
    EXPECT_EQ(likeness("/orders/{order}", "/orders/{}/items"), 0U);
    EXPECT_EQ(likeness("/Orders", "/orders"), 0U);
    EXPECT_GT(likeness("/orders/", "/orders"), 0U);
    EXPECT_GT(likeness("/", "/"), 0U);
}

TEST(OpenApiDocumentTest, a_parameter_is_a_part_of_a_segment) {
    EXPECT_GT(likeness("/report-{id}.json", "/report-7.json"), 0U);
    EXPECT_GT(likeness("/{name}.{format}", "/a.json"), 0U);
    EXPECT_GT(likeness("/{name}.{format}", "/{}"), 0U);
    EXPECT_EQ(likeness("/report-{id}.json", "/report-.json"), 0U);
    EXPECT_EQ(likeness("/report-{id}.json", "/report-7.xml"), 0U);
}

TEST(OpenApiDocumentTest, servers_have_base_paths) {
    const auto document = OpenApiDocument::parse(R"({"openapi":"3.1.0","servers":[{"url":"https://x/api/"},
        {"url":"/{v}","variables":{"v":{"default":"v2"}}}],"paths":{"/a":{"get":{},"parameters":[]},
        "/b":{"servers":[{"url":"//host"}],"post":{"deprecated":true}}}})");
    ASSERT_TRUE(document) << document.error().what;
    ASSERT_EQ(document->operations.size(), 2U);
    EXPECT_EQ(document->operations[0].method, "GET");
    EXPECT_THAT(document->operations[0].templates, ElementsAre("/api/a", "/v2/a"));
    EXPECT_FALSE(document->operations[0].deprecated);
    EXPECT_THAT(document->operations[1].templates, ElementsAre("/b"));
    EXPECT_TRUE(document->operations[1].deprecated);
}

TEST(OpenApiDocumentTest, of_the_second_version) {
    const auto document =
        OpenApiDocument::parse(R"({"swagger":"2.0","info":{"title":"T"},"basePath":"/v1/","paths":{"/a":{"get":{}}}})");
    ASSERT_TRUE(document) << document.error().what;
    EXPECT_EQ(document->title, "T");
    EXPECT_THAT(document->operations[0].templates, ElementsAre("/v1/a"));
}

TEST(OpenApiDocumentTest, scalars_of_yaml_without_quotes) {
    const auto read = [](std::string_view yaml) {
        const auto json = OpenApiDocument::json(yaml);
        EXPECT_TRUE(json) << json.error().what;
        return OpenApiDocument::parse(json.value());
    };
    const auto second = read("swagger: 2.0\ninfo: {title: 2024}\nbasePath: /v1\npaths: {/a: {get: {}}}\n");
    ASSERT_TRUE(second) << second.error().what;
    EXPECT_EQ(second->title, "2024");
    EXPECT_THAT(second->operations[0].templates, ElementsAre("/v1/a"));
    const auto third =
        read("openapi: 3.1\nservers:\n- url: /v{n}\n  variables: {n: {default: 2}}\npaths: {/a: {get: {}}}\n");
    ASSERT_TRUE(third) << third.error().what;
    EXPECT_THAT(third->operations[0].templates, ElementsAre("/v2/a"));
    EXPECT_FALSE(read("openapi: 4.0\npaths: {}\n"));
}

TEST(OpenApiDocumentTest, what_begins_like_json_may_be_yaml_and_its_line_is_told_if_it_is_neither) {
    EXPECT_EQ(OpenApiDocument::json("{openapi: 3.0.0, paths: {}}").value(), R"({"openapi":"3.0.0","paths":{}})");
    EXPECT_EQ(OpenApiDocument::json("{\"a\":\n 1}").value(), "{\"a\":\n 1}") << "JSON stays as it is";
    const auto neither = OpenApiDocument::json("{\n \"a\": 1,\n \"b\": [1, 2\n}\n");
    ASSERT_FALSE(neither);
    EXPECT_THAT(neither.error().what, testing::StartsWith("the document is no JSON: line "));
}

TEST(OpenApiDocumentTest, odd_documents_are_refused_or_read_as_far_as_they_go) {
    for (const char* bad : {"", "null", "[]", "{", R"({"openapi":3})", R"({"swagger":"1.2","paths":{}})",
                            R"({"openapi":"3.0.0","paths":[]})"})
        EXPECT_FALSE(OpenApiDocument::parse(bad)) << bad;
    EXPECT_FALSE(OpenApiDocument::parse(std::string(100'000, '[')));
    const auto odd = OpenApiDocument::parse(
        R"({"openapi":"3.0.0","info":[],"servers":[1,{"url":5}],"paths":{"/a":1,"b":{"get":{}},"/c":{"get":2},"/d":{"put":{"deprecated":"x"}}}})");
    ASSERT_TRUE(odd) << odd.error().what;
    ASSERT_EQ(odd->operations.size(), 1U);
    EXPECT_EQ(odd->operations[0].path, "/d");
    std::string many = R"({"openapi":"3.0.0","paths":{)";
    for (int i = 0; i < 30'000; ++i)
        many += (i > 0 ? ",\"/" : "\"/") + std::to_string(i) + "\":{\"get\":{}}";
    const auto full = OpenApiDocument::parse(many + "}}");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->operations.size(), OpenApiDocument::kOperations);
}

}  // namespace
}  // namespace apiarist::api
