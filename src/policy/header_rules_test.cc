// SPDX-License-Identifier: Apache-2.0
#include "policy/header_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace apiarist::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Headers = std::vector<protocols::Header>;

HeaderRules rules(std::string_view json) {
    std::vector<std::string> complaints;
    auto parsed = HeaderRules::parse(json, complaints);
    EXPECT_TRUE(parsed) << json;
    EXPECT_THAT(complaints, IsEmpty());
    return parsed ? std::move(*parsed) : HeaderRules();
}

TEST(HeaderRules, none_pass_everything) {
    EXPECT_TRUE(HeaderRules().pass({}));
    EXPECT_TRUE(rules("[]").pass(Headers{{"a", "b"}}));
}

TEST(HeaderRules, a_header_that_is_absent_passes_unless_it_is_needed) {
    EXPECT_TRUE(rules(R"([{"key":{"eq":"x-a","ifAbsent":"accept"},"value":{"regex":"b"}}])").pass({}));
    EXPECT_TRUE(rules(R"([{"key":{"eq":"x-a"},"value":{"regex":"b"}}])").pass({}));
    EXPECT_FALSE(rules(R"([{"key":{"eq":"x-a","ifAbsent":"reject"},"value":{"regex":"b"}}])").pass({}));
}

TEST(HeaderRules, a_part_of_the_value_is_enough_and_names_have_no_case) {
    const HeaderRules book = rules(
        R"~([{"key":{"eq":"X-Forwarded-Client-Cert","ifAbsent":"reject"},"value":{"regex":"ns/bookinfo(/|$)"}}])~");
    EXPECT_TRUE(book.pass({{"x-forwarded-client-cert", "By=spiffe://c/ns/bookinfo/sa/x"}}));
    EXPECT_TRUE(book.pass({{"X-FORWARDED-CLIENT-CERT", "By=spiffe://c/ns/bookinfo"}}));
    EXPECT_FALSE(book.pass({{"x-forwarded-client-cert", "By=spiffe://c/ns/bookinfo2/sa/x"}}));
    EXPECT_FALSE(book.pass({{"x-forwarded-client", "ns/bookinfo/"}}));
    EXPECT_FALSE(book.pass({{"x-forwarded-client-cert", "By=NS/BOOKINFO/"}}));
}

TEST(HeaderRules, one_of_repeated_headers_is_enough) {
    const HeaderRules any = rules(R"([{"key":{"eq":"x-a","ifAbsent":"reject"},"value":{"regex":"^yes$"}}])");
    EXPECT_TRUE(any.pass({{"X-A", "no"}, {"x-a", "yes"}}));
    EXPECT_FALSE(any.pass({{"X-A", "no"}, {"x-a", "yes, no"}}));
}

TEST(HeaderRules, all_rules_must_hold) {
    const HeaderRules both = rules(
        R"([{"key":{"eq":"a","ifAbsent":"reject"},"value":{"regex":"1"}},{"key":{"eq":"b"},"value":{"regex":"2"}}])");
    EXPECT_TRUE(both.pass({{"a", "1"}}));
    EXPECT_TRUE(both.pass({{"a", "1"}, {"b", "2"}}));
    EXPECT_FALSE(both.pass({{"a", "1"}, {"b", "3"}}));
    EXPECT_FALSE(both.pass({{"b", "2"}}));
}

TEST(HeaderRules, a_rule_that_names_no_header_is_left_out_alone_and_named) {
    for (const char* rule : {"1", "{}", R"({"key":{}})", R"({"key":{"eq":1}})"}) {
        std::vector<std::string> complaints;
        const auto parsed =
            HeaderRules::parse(std::string("[") + rule + R"(,{"key":{"eq":"a","ifAbsent":"Reject"}}])", complaints);
        ASSERT_TRUE(parsed) << rule;
        EXPECT_EQ(complaints.size(), 1u) << rule;
        EXPECT_FALSE(parsed->pass({})) << rule;
        EXPECT_TRUE(parsed->pass({{"a", ""}})) << rule;
    }
}

TEST(HeaderRules, without_a_regular_expression_every_value_passes) {
    EXPECT_TRUE(rules(R"([{"key":{"eq":"a","ifAbsent":"reject"}}])").pass({{"a", ""}}));
}

TEST(HeaderRules, a_pattern_that_is_none_passes_every_value_and_is_named) {
    std::vector<std::string> complaints;
    const auto parsed =
        HeaderRules::parse(R"([{"key":{"eq":"a","ifAbsent":"reject"},"value":{"regex":"(("}}])", complaints);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->pass({{"a", "anything"}}));
    EXPECT_FALSE(parsed->pass({}));
    EXPECT_THAT(complaints, ElementsAre(HasSubstr("\"((\" is no regular expression")));
}

TEST(HeaderRules, what_is_no_list_of_rules) {
    for (const char* text : {"", "{", "{}", R"("x")"}) {
        std::vector<std::string> complaints;
        EXPECT_FALSE(HeaderRules::parse(text, complaints)) << text;
    }
}

}  // namespace
}  // namespace apiarist::policy
