// SPDX-License-Identifier: Apache-2.0
#include "inventory/marks.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::inventory {
namespace {

constexpr Seen kOnce{1, 10, 10};

TEST(Marks, adds_up_what_is_seen_again) {
    Marks marks;
    marks.add("auth", "bearer", {2, 20, 30});
    marks.add("auth", "bearer", {3, 10, 25});
    marks.add("tls", "bearer", kOnce);
    ASSERT_NE(marks.find("auth", "bearer"), nullptr);
    EXPECT_EQ(*marks.find("auth", "bearer"), (Seen{5, 10, 30}));
    EXPECT_EQ(*marks.find("tls", "bearer"), kOnce);
    EXPECT_EQ(marks.find("auth", "basic"), nullptr);
    EXPECT_TRUE(marks.of("nothing").empty());
}

TEST(Marks, what_is_more_than_a_kind_may_have_is_others) {
    Marks marks;
    for (std::size_t i = 0; i < Marks::kMost + 10; ++i)
        marks.add("client", "10.0.0." + std::to_string(i), kOnce);
    EXPECT_EQ(marks.of("client").size(), Marks::kMost + 1);
    EXPECT_EQ(marks.find("client", "(others)")->count, 10u);
    EXPECT_EQ(marks.find("client", "10.0.0.64"), nullptr);
    marks.add("client", "10.0.0.63", kOnce);
    EXPECT_EQ(marks.find("client", "10.0.0.63")->count, 2u);
    EXPECT_EQ(marks.find("client", "(others)")->count, 10u);
    marks.add("server_process", "10.0.0.64", kOnce);
    EXPECT_NE(marks.find("server_process", "10.0.0.64"), nullptr) << "another kind has room";
}

TEST(Marks, what_is_no_text_becomes_text_and_is_known_by_it) {
    Marks marks;
    for (int i = 0; i < 2; ++i) {
        marks.add("client_process", "a\x01", kOnce);
        marks.add("client_process", "b\xff", kOnce);
        marks.add("client_process", std::string(300, 'c'), kOnce);
        marks.add("client_process", "gr\xc3\xbc\xc3\x9f", kOnce);
    }
    EXPECT_EQ(marks.of("client_process").size(), 4u);
    for (const std::string& text : {std::string("a\xEF\xBF\xBD"), std::string("b\xEF\xBF\xBD"), std::string(256, 'c'),
                                    std::string("gr\xc3\xbc\xc3\x9f")}) {
        ASSERT_NE(marks.find("client_process", text), nullptr) << text;
        EXPECT_EQ(marks.find("client_process", text)->count, 2u) << text;
    }
    for (std::size_t i = 0; i < Marks::kMost; ++i)
        marks.add("client_process", std::to_string(i), kOnce);
    marks.add("client_process", "b\xff", kOnce);
    EXPECT_EQ(marks.find("client_process", "b\xEF\xBF\xBD")->count, 3u) << "also when there is no more room";
}

TEST(Marks, merges_those_of_another) {
    Marks marks;
    marks.add("auth", "basic", {1, 10, 10});
    Marks other;
    other.add("auth", "basic", {2, 5, 6});
    other.add("access", "public", kOnce);
    marks.merge(other);
    EXPECT_EQ(*marks.find("auth", "basic"), (Seen{3, 5, 10}));
    EXPECT_EQ(*marks.find("access", "public"), kOnce);
    EXPECT_EQ(marks.kinds().size(), 2u);
}

}  // namespace
}  // namespace apiarist::inventory
