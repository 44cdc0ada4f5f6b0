// SPDX-License-Identifier: Apache-2.0
#include "protocols/message.h"

#include <gtest/gtest.h>

namespace apiarist::protocols {
namespace {

TEST(Message, names_have_no_case) {
    EXPECT_TRUE(same_name("Host", "hOST"));
    EXPECT_FALSE(same_name("Host", "Hos"));
    EXPECT_FALSE(same_name("a[b", "a{b"));  // 32 apart, but no letters
}

TEST(Message, the_first_value_of_a_name) {
    const std::vector<Header> headers{{"A", "1"}, {"Host", "shop"}, {"host", "other"}};
    EXPECT_EQ(header_value(headers, "host"), "shop");
    EXPECT_EQ(header_value(headers, "b"), "");
}

TEST(Message, types_of_bodies_that_go_on) {
    for (const char* type :
         {"text/event-stream", "Text/Event-Stream; charset=utf-8", "application/x-ndjson", "application/grpc+proto"})
        EXPECT_TRUE(is_stream_type(type)) << type;
    for (const char* type : {"", "text/html", "application/json", "text/event"})
        EXPECT_FALSE(is_stream_type(type)) << type;
}

}  // namespace
}  // namespace apiarist::protocols
