// SPDX-License-Identifier: Apache-2.0
#include "protocols/form.h"

#include <gtest/gtest.h>

namespace apiarist::protocols {
namespace {

TEST(Form, values_by_name_decoded) {
    EXPECT_EQ(form_value("a=1&query=%7B+a%20%7D&b", "query"), "{ a }");
    EXPECT_EQ(form_value("query=", "query"), "");
    EXPECT_EQ(form_value("query", "query"), "");
    EXPECT_EQ(form_value("qu%65ry=x=y", "query"), "x=y");
    EXPECT_EQ(form_value("query=%zz%4", "query"), "%zz%4");
    EXPECT_EQ(form_value("&&=&Query=1&query2=2", "query"), std::nullopt);
    EXPECT_EQ(form_value("", "query"), std::nullopt);
}

TEST(Form, a_name_that_stands_twice_has_no_value) {
    EXPECT_EQ(form_value("query=1&a=2&query=1", "query"), std::nullopt);
}

TEST(Form, query_of_a_target) {
    EXPECT_EQ(query_of("/a?b=c?d#e?f"), "b=c?d");
    EXPECT_EQ(query_of("/a#b?c"), "");
    EXPECT_EQ(query_of("/a"), "");
}

}  // namespace
}  // namespace apiarist::protocols
