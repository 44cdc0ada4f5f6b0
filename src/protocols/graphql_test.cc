// SPDX-License-Identifier: Apache-2.0
#include "protocols/graphql.h"

#include <gmock/gmock.h>

#include <string>

namespace apiarist::protocols {
namespace {

using ::testing::SizeIs;

// "query Name: field field", "?" where none is chosen, "none" where it is no document.
std::string read(std::string_view document, std::string_view name = "") {
    const auto parsed = read_graphql(document, name);
    if (!parsed) return "none";
    if (!parsed->chosen) return "?";
    std::string text(to_string(parsed->chosen->kind));
    if (!parsed->chosen->name.empty()) text += " " + parsed->chosen->name;
    text += ":";
    for (const std::string& field : parsed->chosen->fields)
        text += " " + field;
    return text + (parsed->chosen->fields_cut ? " …" : "");
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

TEST(Graphql, kinds_and_names) {
    EXPECT_EQ(read("query Orders { orders { id } }"), "query Orders: orders");
    EXPECT_EQ(read("mutation Pay{pay(id:1){ok}}"), "mutation Pay: pay");
    EXPECT_EQ(read("subscription { news }"), "subscription: news");
    EXPECT_EQ(read("{ a b }"), "query: a b");
    EXPECT_EQ(read("query($id: ID!) { user(id: $id) { name } }"), "query: user");
    EXPECT_EQ(read("query query { query }"), "query query: query");
    EXPECT_EQ(read("query on { on fragment true }"), "query on: on fragment true");
}

TEST(Graphql, of_several_operations_the_named_one_runs) {
    constexpr std::string_view kTwo = "query A { a } mutation B { b } fragment F on T { f }";
    EXPECT_EQ(read(kTwo, "A"), "query A: a");
    EXPECT_EQ(read(kTwo, "B"), "mutation B: b");
    EXPECT_EQ(read(kTwo), "?");
    EXPECT_EQ(read(kTwo, "F"), "?");
    EXPECT_EQ(read("query A { a }", "C"), "?") << "a server refuses it";
}

TEST(Graphql, fields_by_name_and_not_by_alias_each_once) {
    EXPECT_EQ(read("{ x: user(id: 1) { id } y: user(id: 2) { id } z: shop }"), "query: user shop");
    EXPECT_EQ(read("{ a { b { c } } d }"), "query: a d");
}

TEST(Graphql, fields_of_the_root_stand_in_fragments_too) {
    EXPECT_EQ(read("{ ...F b } fragment F on Query { a ...G } fragment G on Query { g { deep } }"), "query: a g b");
    EXPECT_EQ(read("{ ... on Query { a } ... @skip(if: true) { b } ... { c ... { d } } e }"), "query: a b c d e");
    EXPECT_EQ(read("{ a { ...F } } fragment F on A { inner }"), "query: a");
    EXPECT_EQ(read("{ ...F } fragment F on Q { ...G a } fragment G on Q { ...F b }"), "query: b a") << "a cycle";
    EXPECT_EQ(read("{ a ...Missing }"), "query: a");
    EXPECT_EQ(read("fragment F on Query { a } query Q { ...F }"), "query Q: a");
}

TEST(Graphql, what_is_ignored) {
    EXPECT_EQ(read("\xef\xbb\xbf# query No { no }\r query , Yes # {\n{ , yes,,no }\t"), "query Yes: yes no");
    EXPECT_EQ(read("#"), "none");
    EXPECT_EQ(read(""), "none");
}

TEST(Graphql, strings_hide_what_is_in_them) {
    EXPECT_EQ(read(R"({ a(text: "} mutation No { no } \" {") b })"), "query: a b");
    EXPECT_EQ(read("{ a(text: \"\"\"} \"no\" \n \\\"\"\" } {\"\"\") b }"), "query: a b");
    EXPECT_EQ(read(R"({ a(text: "", more: """""") b })"), "query: a b");
    EXPECT_EQ(read("{ a(text: \"\n\") }"), "none");
    EXPECT_EQ(read(R"({ a(text: "no end) })"), "none");
    EXPECT_EQ(read(R"({ a(text: """no end"") })"), "none");
    EXPECT_EQ(read("{ a(text: \"\\"), "none");
}

TEST(Graphql, variables_directives_and_values) {
    EXPECT_EQ(
        read("query Q($a: [[Int!]!]! = [1, -2.5e+3], $b: In = {x: {y: [ENUM, true, null, $v, \"s\"]}} @d) @e(f: 1) "
             "@g { h @include(if: $a) @k { l } }"),
        "query Q: h");
    EXPECT_EQ(read("\"says what\" query Q(\"of it\" $a: Int) { a }"), "query Q: a");
    EXPECT_EQ(read("{ a(x: [], y: {}, z: [-1, -2.5E-3, 1e+2]) }"), "query: a");
}

TEST(Graphql, what_is_no_executable_document) {
    for (const char* text : {"shoes",
                             "{}",
                             "{ a",
                             "a }",
                             "{ a } }",
                             "query",
                             "query Q",
                             "query Q { }",
                             "{ a() }",
                             "{ a(b) }",
                             "{ a(b:) }",
                             "{ a: }",
                             "{ \"a\": 1 }",
                             "{\"a\":1}",
                             "{app=\"x\"}",
                             "up{job=\"x\"}",
                             "{ ... }",
                             "{ ...on }",
                             "{ 1 }",
                             "fragment on on T { a }",
                             "fragment F on T { a }",
                             "type T { a: Int }",
                             "schema { query: Q }",
                             "query Q() { a }",
                             "query Q($a) { a }",
                             "query Q($a: ) { a }",
                             "query Q($a: [Int) { a }",
                             "SELECT * { ?a ?b }",
                             "{ a } \x80",
                             "{ a \xc3\xa4 }",
                             "{ a . b }",
                             "{ a | b }",
                             "query @ { a }",
                             "{ a(b: $) }",
                             "{ a(b: -2-2) }",
                             "{ a(b: 1+1) }",
                             "{ a(b: [1) }"})
        EXPECT_EQ(read(text), "none") << text;
}

TEST(Graphql, what_is_beyond_the_bounds_is_not_told) {
    EXPECT_EQ(read(repeated("{a", 256) + repeated("}", 256)), "query: a");
    EXPECT_EQ(read(repeated("{a", 257) + repeated("}", 257)), "none");
    EXPECT_EQ(read("{a(b:" + repeated("[", 1'000'000)), "none");
    EXPECT_EQ(read("query($a:" + repeated("[", 1'000'000)), "none");
    EXPECT_EQ(read(repeated("{...", 1'000'000)), "none");
    EXPECT_EQ(read("query Q { a }" + repeated(" fragment F on T { a }", 1023)), "query Q: a");
    EXPECT_EQ(read("query Q { a }" + repeated(" fragment F on T { a }", 1024)), "none");
    EXPECT_EQ(read("query " + std::string(257, 'Q') + " { a }"), "?");
    EXPECT_EQ(read("{ " + std::string(257, 'a') + " b }"), "query: b …");
}

TEST(Graphql, fields_are_cut_at_their_limit) {
    std::string many = "{";
    for (int i = 0; i < 65; ++i)
        many += " f" + std::to_string(i);
    const auto parsed = read_graphql(many + "}", "");
    ASSERT_TRUE(parsed && parsed->chosen);
    EXPECT_THAT(parsed->chosen->fields, SizeIs(64));
    EXPECT_TRUE(parsed->chosen->fields_cut);
    EXPECT_EQ(read("{" + repeated("x: a ", 5000) + "b }"), "query: a …")
        << "of so many selections the rest is not kept";
}

TEST(Graphql, names) {
    EXPECT_TRUE(is_graphql_name("_Get2"));
    for (const char* text : {"", "2", "a b", " a", "a ", "a-b", "\xc3\xa4", "a,"})
        EXPECT_FALSE(is_graphql_name(text)) << text;
}

}  // namespace
}  // namespace apiarist::protocols
