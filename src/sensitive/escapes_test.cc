// SPDX-License-Identifier: Apache-2.0
#include "sensitive/escapes.h"

#include <gtest/gtest.h>

namespace apiarist::sensitive {
namespace {

std::string json(std::string_view text) {
    std::string out;
    return decode_json(text, out) ? out : "(none)";
}
std::string percent(std::string_view text) {
    std::string out;
    return decode_percent(text, out) ? out : "(none)";
}
std::string form(std::string_view text) {
    std::string out;
    return decode_form(text, out) ? out : "(none)";
}

TEST(Escapes, json) {
    EXPECT_EQ(json("abc"), "(none)");
    EXPECT_EQ(json(R"(a\u0040b\/\"\\\n\u00e4\ud83d\ude00)"), "a@b/\"\\\n\u00e4\U0001F600");
    EXPECT_EQ(json(R"(\\u0040)"), R"(\u0040)");
    EXPECT_EQ(json(R"(a\)"), R"(a\)");
    EXPECT_EQ(json(R"(\u00g0\x)"), R"(\u00g0\x)");
}

TEST(Escapes, which_of_json_may_hide_something) {
    EXPECT_TRUE(hides_characters(R"(a\u0040)"));
    EXPECT_TRUE(hides_characters(R"(\\\/)"));
    EXPECT_TRUE(hides_characters(R"(\b1)"));
    EXPECT_FALSE(hides_characters(R"(\n\"\\u0040)"));
    EXPECT_FALSE(hides_characters("a\\"));
}

TEST(Escapes, percent_and_form) {
    EXPECT_EQ(percent("a+b"), "(none)");
    EXPECT_EQ(percent("100% of %zz"), "(none)");
    EXPECT_EQ(percent("a%40b%2"), "a@b%2");
    EXPECT_EQ(percent("%2540"), "%40");
    EXPECT_EQ(form("a+b%2Bc"), "a b+c");
    EXPECT_EQ(form("abc"), "(none)");
}

TEST(Escapes, offsets_lead_back) {
    std::string out;
    std::vector<std::uint32_t> offsets;
    ASSERT_TRUE(decode_percent("a%40b", out, offsets));
    EXPECT_EQ(out, "a@b");
    EXPECT_EQ(offsets, (std::vector<std::uint32_t>{0, 1, 4, 5}));
}

}  // namespace
}  // namespace apiarist::sensitive
