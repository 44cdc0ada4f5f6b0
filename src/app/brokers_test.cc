// SPDX-License-Identifier: Apache-2.0
#include "app/brokers.h"

#include <gtest/gtest.h>

namespace apiarist::app {
namespace {

TEST(ParseBrokers, lists_as_users_write_them) {
    EXPECT_EQ(parse_brokers("broker:9092"), "broker:9092");
    EXPECT_EQ(parse_brokers("broker"), "broker");
    EXPECT_EQ(parse_brokers(" a.b-c_d:1 ,\t10.0.0.1:65535,, "), "a.b-c_d:1,10.0.0.1:65535");
    EXPECT_EQ(parse_brokers("kafka://a:9092,kafka://b"), "a:9092,b");
    EXPECT_EQ(parse_brokers("[::1]:9092,[fe80::1%eth0],[2001:db8::10.0.0.1]:1"),
              "[::1]:9092,[fe80::1%eth0],[2001:db8::10.0.0.1]:1");
}

TEST(ParseBrokers, what_is_none) {
    for (const char* text : {"",
                             " ",
                             ",",
                             "<AKTO_NLB_IP>:9092",
                             "a:9092,<B>:9092",
                             "a:",
                             "a:0",
                             "a:65536",
                             "a:port",
                             "a:9092x",
                             ":9092",
                             "::1:9092",
                             "::1",
                             "[::1",
                             "[]:9092",
                             "[abc]:9092",
                             "[::1]9092",
                             "[::1]:",
                             "ssl://a:9092",
                             "kafka://",
                             "user:password@a:9092",
                             "a b:9092",
                             "a:9092/path",
                             "a;b",
                             "kafka://kafka://a",
                             "\xc3\xa4:9092"})
        EXPECT_EQ(parse_brokers(text), std::nullopt) << text;
}

}  // namespace
}  // namespace apiarist::app
