// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_target.h"

#include <gtest/gtest.h>

#include "policy/redaction_testing.h"

namespace apiarist::policy {
namespace {

using testing::with_marks;

std::string target(std::string_view text) {
    ValueRedactor values(testing::kKey);
    return redact_target(values, text, {}).value_or(std::string(text));
}

std::string form(std::string_view text, bool cut = false) {
    ValueRedactor values(testing::kKey);
    return redact_form(values, text, {0, cut}).value_or(std::string(text));
}

TEST(RedactTarget, what_holds_nothing_stays) {
    for (const char* text : {"", "/", "*", "//", "/a//b?", "/a?b", "/a?b=c&d=e&&=f#g", "shop.example:443", "/a;b=c/d",
                             "/%zz?%=%4", "https://shop.example", "/orders/1041?expand=items%20all+of+them"})
        EXPECT_EQ(target(text), text);
}

TEST(RedactTarget, query_parameters_by_name) {
    EXPECT_EQ(target("/a?user=bob&password=hunter2&x=1"), with_marks("/a?user=bob&password=⟦secret:hunter2⟧&x=1"));
    EXPECT_EQ(target("/a?p%61ssword=hunter%32&token="), with_marks("/a?p%61ssword=⟦secret:hunter2⟧&token="));
    EXPECT_EQ(target("/a?user[pin]=12"), with_marks("/a?user[pin]=⟦number:12⟧"));
}

TEST(RedactTarget, values_by_their_looks) {
    EXPECT_EQ(target("/users/alice@example.com/orders?mail=alice%40example.com"),
              with_marks("/users/⟦email:alice@example.com⟧/orders?mail=⟦email:alice@example.com⟧"));
    EXPECT_EQ(target("/a?to=Alice+%3Calice%40example.com%3E"),
              with_marks("/a?to=Alice+%3C⟦email:alice@example.com⟧%3E"));
    EXPECT_EQ(target("/a?alice@example.com"), with_marks("/a?⟦email:alice@example.com⟧"));
    EXPECT_EQ(target("/a?tel=+14155552671&tel=%2B14155552671"),
              with_marks("/a?tel=⟦phone:+14155552671⟧&tel=⟦phone:+14155552671⟧"));
    EXPECT_EQ(target("/reset/d41d8cd98f00b204e9800998ecf8427e"),
              with_marks("/reset/⟦token:d41d8cd98f00b204e9800998ecf8427e⟧"));
}

TEST(RedactTarget, segments_keep_their_number) {
    EXPECT_EQ(target("/a%2Falice%40example.com/b"), with_marks("/a%2F⟦email:alice@example.com⟧/b"));
    EXPECT_EQ(target("/a;jsessionid=0123/b;v=1"), with_marks("/a;jsessionid=⟦number:0123⟧/b;v=1"));
}

TEST(RedactTarget, absolute_form_with_user_information) {
    EXPECT_EQ(target("http://bob:hunter2@shop.example:80/a?b=c"),
              with_marks("http://⟦secret:bob⟧:⟦secret:hunter2⟧@shop.example:80/a?b=c"));
    EXPECT_EQ(target("https://abc@shop.example"), with_marks("https://⟦secret:abc⟧@shop.example"));
    EXPECT_EQ(target("//bob:p%40ss@shop/"), with_marks("//⟦secret:bob⟧:⟦secret:p@ss⟧@shop/"));
}

TEST(RedactTarget, fragments) {
    EXPECT_EQ(target("https://app/cb#access_token=abc&state=1"),
              with_marks("https://app/cb#access_token=⟦secret:abc⟧&state=1"));
    EXPECT_EQ(target("/a#/login?token=abc"), with_marks("/a#/login?token=⟦secret:abc⟧"));
}

TEST(RedactTarget, urls_and_json_in_parameters) {
    EXPECT_EQ(target("/login?next=https%3A%2F%2Fa%2Fb%3Ftoken%3Dabc%26x%3D1"),
              with_marks("/login?next=https://a/b?token%3D⟦secret:abc⟧%26x%3D1"));
    EXPECT_EQ(target("/a?q=%7B%22pin%22%3A12%7D"), with_marks("/a?q=%7B%22pin%22:%22⟦number:12⟧%22%7D"));
}

TEST(RedactForm, fields_by_name_and_looks) {
    EXPECT_EQ(form("user=bob&password=two+words%21&mail=alice%40example.com"),
              with_marks("user=bob&password=⟦secret:two words!⟧&mail=⟦email:alice@example.com⟧"));
    EXPECT_EQ(form("a=1&b="), "a=1&b=");
}

TEST(RedactForm, the_end_of_what_is_cut) {
    EXPECT_EQ(form("a=1&mail=alice%40exa", true), with_marks("a=1&mail=⟦secret:alice@exa⟧"));
    EXPECT_EQ(form("a=1&passw", true), with_marks("a=1&⟦secret:passw⟧"));
}

TEST(LooksLikeForm, pairs_and_nothing_else) {
    EXPECT_TRUE(looks_like_form("a=b&c=d"));
    EXPECT_TRUE(looks_like_form("a=&c"));
    for (const char* text : {"", "a", "a=b", "=b&c", "&a=b", "a=b & c", "{\"a\":\"b=c&d\"}"})
        EXPECT_FALSE(looks_like_form(text)) << text;
}

}  // namespace
}  // namespace apiarist::policy
