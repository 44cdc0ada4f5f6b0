// SPDX-License-Identifier: Apache-2.0
#include "inventory/schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include <fmt/format.h>

namespace apiarist::inventory {
namespace {

Schema schema_of(std::initializer_list<std::string> documents) {
    Schema schema;
    for (const std::string& document : documents) {
        simdjson::dom::parser parser;
        simdjson::dom::element root;
        if (parser.parse(document).get(root) != simdjson::SUCCESS) ADD_FAILURE() << document;
        schema.observe(root);
    }
    return schema;
}

// The node at "/a/b", "[]" for items, "*" for any field.
const SchemaNode* at(const Schema& schema, std::initializer_list<std::string_view> path) {
    const SchemaNode* node = &schema.root();
    for (const std::string_view step : path) {
        std::uint32_t next = 0;
        if (step == "[]")
            next = node->items;
        else if (step == "*")
            next = node->any_field;
        else
            for (const auto& [name, index] : node->fields)
                if (name == step) next = index;
        if (next == 0) return nullptr;
        node = &schema.node(next);
    }
    return node;
}

TEST(Schema, counts_types_and_presence) {
    const Schema schema = schema_of(
        {R"({"id":1,"name":"x","tags":["a","b"],"owner":null})", R"({"id":2.5,"tags":[],"owner":{"id":7},"ok":true})"});
    EXPECT_EQ(schema.root().count(JsonType::kObject), 2u);
    EXPECT_EQ(at(schema, {"id"})->count(JsonType::kInteger), 1u);
    EXPECT_EQ(at(schema, {"id"})->count(JsonType::kNumber), 1u);
    EXPECT_EQ(at(schema, {"id"})->least, 1);
    EXPECT_EQ(at(schema, {"id"})->largest, 2.5);
    EXPECT_EQ(at(schema, {"name"})->count(), 1u);
    EXPECT_EQ(at(schema, {"tags"})->least_size, 0u);
    EXPECT_EQ(at(schema, {"tags"})->largest_size, 2u);
    EXPECT_EQ(at(schema, {"tags", "[]"})->count(JsonType::kString), 2u);
    EXPECT_EQ(at(schema, {"owner"})->count(JsonType::kNull), 1u);
    EXPECT_EQ(at(schema, {"owner", "id"})->count(), 1u);
    EXPECT_EQ(at(schema, {"ok"})->count(JsonType::kBoolean), 1u);
    EXPECT_EQ(at(schema, {"none"}), nullptr);
}

TEST(Schema, tells_formats_and_enumerations) {
    const Schema schema = schema_of(
        {R"({"state":"open","id":"550e8400-e29b-41d4-a716-446655440000","at":"2026-11-29T10:00:00Z","day":"2026-11-29"})",
         R"({"state":"closed","mail":"a@example.org","url":"https://example.org/","ip":"10.0.0.1"})"});
    EXPECT_EQ(at(schema, {"state"})->values, (std::vector<std::string>{"closed", "open"}));
    const auto format = [&schema](std::string_view name) {
        const SchemaNode* node = at(schema, {name});
        const auto most = std::max_element(node->formats.begin(), node->formats.end());
        return std::string(to_string(static_cast<Format>(most - node->formats.begin())));
    };
    EXPECT_EQ(format("id"), "uuid");
    EXPECT_EQ(format("at"), "date-time");
    EXPECT_EQ(format("day"), "date");
    EXPECT_EQ(format("mail"), "email");
    EXPECT_EQ(format("url"), "uri");
    EXPECT_EQ(format("ip"), "ipv4");
    EXPECT_EQ(format("state"), "");
    EXPECT_TRUE(at(schema, {"mail"})->values.empty()) << "what is no word of an enumeration is not kept";
}

TEST(Schema, bounds_of_numbers_are_rounded_outwards) {
    const Schema schema = schema_of({R"({"a":4111111111111111,"b":-123456,"c":0.0123456,"d":42,"e":0,"f":1e300})"});
    const auto bounds = [&schema](std::string_view name) {
        return std::pair{at(schema, {name})->least, at(schema, {name})->largest};
    };
    EXPECT_EQ(bounds("a"), (std::pair{4.11e15, 4.12e15}));
    EXPECT_EQ(bounds("b"), (std::pair{-124000.0, -123000.0}));
    EXPECT_EQ(bounds("c"), (std::pair{0.0123, 0.0124}));
    EXPECT_EQ(bounds("d"), (std::pair{42.0, 42.0}));
    EXPECT_EQ(bounds("e"), (std::pair{0.0, 0.0}));
    EXPECT_NEAR(bounds("f").first / 1e300, 1, 1e-9);
}

TEST(Schema, gives_up_an_enumeration_with_many_values) {
    Schema schema;
    for (int i = 0; i < 40; ++i)
        schema.merge(schema_of({fmt::format(R"("v{}")", std::string(static_cast<std::size_t>(i + 1), 'a'))}));
    EXPECT_TRUE(schema.root().many_values);
    EXPECT_TRUE(schema.root().values.empty());
    EXPECT_EQ(schema.root().count(JsonType::kString), 40u);
}

TEST(Schema, names_that_are_values_are_one_place) {
    const Schema schema = schema_of({R"({"2026-11-29":{"n":1},"2026-11-30":{"n":2},"total":3})",
                                     R"({"550e8400-e29b-41d4-a716-446655440000":{"n":1}})"});
    EXPECT_EQ(at(schema, {"*", "n"})->count(), 3u);
    EXPECT_EQ(at(schema, {"total"})->count(), 1u);
}

TEST(Schema, an_object_with_too_many_names_joins_them) {
    std::string document = "{";
    for (std::size_t i = 0; i <= SchemaLimits::kFields; ++i)
        document += fmt::format("{}\"name_{}\":{{\"n\":1}}", i > 0 ? "," : "",
                                std::string(i % 50 + 1, 'a') + std::string(i / 50, 'b'));
    const Schema schema = schema_of({document + "}"});
    EXPECT_TRUE(schema.root().fields.empty());
    EXPECT_EQ(at(schema, {"*", "n"})->count(), SchemaLimits::kFields + 1);
}

TEST(Schema, is_bounded_in_depth_and_places) {
    const std::string deep = std::string(200, '[') + std::string(200, ']');
    EXPECT_GT(schema_of({deep}).left_out(), 0u);
    Schema wide;
    for (int i = 0; i < 30; ++i) {
        std::string document = fmt::format("{{\"k{}\":{{", std::string(static_cast<std::size_t>(i + 1), 'x'));
        for (int k = 0; k < 150; ++k)
            document += fmt::format("{}\"f{}\":1", k > 0 ? "," : "", std::string(static_cast<std::size_t>(k + 1), 'y'));
        wide.merge(schema_of({document + "}}"}));
    }
    EXPECT_LE(wide.size(), SchemaLimits::kNodes);
    EXPECT_GT(wide.left_out(), 0u);
    const auto again = Schema::decode(wide.encode());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->encode(), wide.encode());
}

TEST(Schema, texts_of_a_query_are_what_they_look_like) {
    Schema schema;
    schema.observe({{"page", "2"}, {"sort", "name"}, {"all", "true"}, {"id", "1"}, {"id", "2"}, {"zip", "01234"}});
    EXPECT_EQ(at(schema, {"page"})->count(JsonType::kInteger), 1u);
    EXPECT_EQ(at(schema, {"sort"})->count(JsonType::kString), 1u);
    EXPECT_EQ(at(schema, {"all"})->count(JsonType::kBoolean), 1u);
    EXPECT_EQ(at(schema, {"id"})->count(JsonType::kArray), 1u);
    EXPECT_EQ(at(schema, {"id", "[]"})->count(JsonType::kInteger), 2u);
    EXPECT_EQ(at(schema, {"zip"})->count(JsonType::kString), 1u);
}

TEST(Schema, what_it_encodes_it_decodes) {
    const Schema schema =
        schema_of({R"({"a\"\u0000":1,"b":["x",{"c":null}],"d":{"2026-01-01":-1e300}})", "[[]]", "\"t\"", "null"});
    const auto again = Schema::decode(schema.encode());
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->encode(), schema.encode());
    const auto empty = Schema::decode(Schema().encode());
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->empty());
}

TEST(Schema, refuses_what_it_did_not_encode) {
    for (const char* text : {"", "[]", "{\"t\":[\"x\"]}", "{\"t\":[1,2,3,4,5,6,7,8]}", "{\"p\":{\"a\":3}}", "{"})
        EXPECT_FALSE(Schema::decode(text)) << text;
    std::string deep;
    for (int i = 0; i < 100; ++i)
        deep += "{\"i\":";
    EXPECT_FALSE(Schema::decode(deep + "{}" + std::string(100, '}')));
}

// What several processors saw must add up to what one would have seen.
TEST(Schema, adds_up_in_any_order) {
    std::mt19937 random(7);
    std::vector<std::string> documents;
    for (int i = 0; i < 60; ++i)
        documents.push_back(fmt::format(R"({{"id":{},"k{}":"{}","list":[{},"x"],"o":{{"s":"{}"}}}})", i, random() % 5,
                                        random() % 2 != 0 ? "open" : "closed", random() % 9,
                                        std::string(random() % 30, 'z')));
    Schema whole;
    for (const std::string& document : documents)
        whole.merge(schema_of({document}));
    for (int round = 0; round < 5; ++round) {
        std::shuffle(documents.begin(), documents.end(), random);
        Schema left;
        Schema right;
        for (std::size_t i = 0; i < documents.size(); ++i)
            (i % 3 == 0 ? left : right).merge(schema_of({documents[i]}));
        right.merge(left);
        EXPECT_EQ(right.encode(), whole.encode());
    }
}

}  // namespace
}  // namespace apiarist::inventory
