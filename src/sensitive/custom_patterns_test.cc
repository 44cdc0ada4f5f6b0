// SPDX-License-Identifier: Apache-2.0
#include "sensitive/custom_patterns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sensitive/scanner_testing.h"

namespace apiarist::sensitive {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CustomPattern pattern(std::string id, std::string value, std::string name = "") {
    return {std::move(id), "", std::move(value), std::move(name), Where::kAnywhere};
}

std::string error_of(const std::vector<CustomPattern>& patterns) {
    const auto scanner = Scanner::compile(patterns);
    return scanner ? "" : scanner.error().what;
}

TEST(CustomPatterns, found_in_values_by_offset) {
    testing::Tool tool({pattern("badge", R"(B-\d{4})"), pattern("ticket", "^TKT-[0-9]+$")});
    EXPECT_THAT(tool.shown("", "B-1234 and B-5678"), ElementsAre("badge:B-1234", "badge:B-5678"));
    EXPECT_THAT(tool.shown("", "TKT-17"), ElementsAre("ticket:TKT-17"));
    EXPECT_THAT(tool.shown("", "a TKT-17"), IsEmpty());
}

TEST(CustomPatterns, found_in_long_values) {
    testing::Tool tool({pattern("pair", "@[a-z]")});
    for (std::size_t size = 0; size < 400; ++size)
        ASSERT_EQ(tool.find("", std::string(size, '.') + "@x").size(), 1U) << size;
}

TEST(CustomPatterns, with_a_name) {
    testing::Tool tool({pattern("ward", R"(\d+)", "^ward$")});
    EXPECT_THAT(tool.shown("Ward", "17"), ElementsAre("ward:17"));
    EXPECT_THAT(tool.shown("award", "17"), IsEmpty());
    EXPECT_THAT(tool.shown("", "17"), IsEmpty());
}

TEST(CustomPatterns, beside_a_known_type_and_bounded) {
    testing::Tool tool({pattern("letter", "[a-z]"), pattern("host", "shop.example")});
    const auto found = tool.shown("", "jane@shop.example");
    EXPECT_THAT(found, ::testing::Contains("email:jane@shop.example"));
    EXPECT_THAT(found, ::testing::Contains("host:shop.example"));
    EXPECT_EQ(tool.find("", std::string(100000, 'a')).size(), kMostFindings);
}

TEST(CustomPatterns, bad_ones_are_named) {
    EXPECT_THAT(error_of({pattern("open", "(a")}), HasSubstr("pattern open: missing )"));
    EXPECT_THAT(error_of({pattern("nothing", "a*")}), HasSubstr("pattern nothing: it matches nothing"));
    EXPECT_THAT(error_of({pattern("large", R"(((\d{1,200}x){1,200}y){1,200})")}), HasSubstr("pattern large: "));
    EXPECT_THAT(error_of({pattern("large", R"([^a]{1,900}b[^a]{1,900})")}),
                HasSubstr("pattern large: it is too expensive"));
    EXPECT_THAT(error_of({pattern("named", "a", "[")}), HasSubstr("pattern named: "));
    EXPECT_THAT(error_of({pattern("long", std::string(2000, 'a'))}), HasSubstr("pattern long: "));
    EXPECT_THAT(error_of({pattern("email", "a")}), HasSubstr("there is a type of this id"));
    EXPECT_THAT(error_of({pattern("twice", "a"), pattern("twice", "b")}), HasSubstr("there is a type of this id"));
    EXPECT_THAT(error_of({pattern("Bad id", "a")}), HasSubstr("not an id"));
    EXPECT_THAT(error_of({pattern("empty", "")}), HasSubstr("it has no expression"));
    std::vector<CustomPattern> many;
    for (std::size_t i = 0; i <= kMostCustomPatterns; ++i)
        many.push_back(pattern("p" + std::to_string(i), "a"));
    EXPECT_THAT(error_of(many), HasSubstr("too many"));
}

TEST(CustomPatterns, have_a_title_and_a_place) {
    CustomPattern ward = pattern("ward", "a");
    ward.title = "Ward";
    ward.where = Where::kResponses;
    testing::Tool tool({ward, pattern("bed", "b")});
    const auto types = tool.scanner().types();
    EXPECT_EQ(types[types.size() - 2].title, "Ward");
    EXPECT_EQ(types[types.size() - 2].where, Where::kResponses);
    EXPECT_EQ(types.back().title, "bed");
}

TEST(CustomPatterns, quick_look_knows_them_inside_payloads) {
    testing::Tool tool({pattern("ticket", "^TKT-[0-9]+$"), pattern("path", R"(\b/srv/[a-z]+\b)")});
    EXPECT_TRUE(tool.may_hold(R"({"t":"TKT-17"})"));
    EXPECT_TRUE(tool.may_hold(R"({"t":"\u0054KT-17"})"));
    EXPECT_TRUE(tool.may_hold(R"({"t":"x\/srv\/data"})"));
    EXPECT_TRUE(tool.may_hold("t=TKT%2D17"));
    EXPECT_FALSE(tool.may_hold(R"({"t":"TKT-"})"));
}

TEST(WithoutAnchors, keeps_the_rest) {
    EXPECT_EQ(without_anchors("^a$"), "(?:)a(?:)");
    EXPECT_EQ(without_anchors(R"(\ba[$^\]b]\$\z)"), R"((?:)a[$^\]b]\$(?:))");
    EXPECT_EQ(without_anchors("(?i)[[:alpha:]^]x"), "(?i)[[:alpha:]^]x");
    EXPECT_EQ(without_anchors("[]^]"), "[]^]");
    EXPECT_EQ(without_anchors(R"(\Qa\E)"), std::nullopt);
}

}  // namespace
}  // namespace apiarist::sensitive
