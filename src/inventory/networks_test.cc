// SPDX-License-Identifier: Apache-2.0
#include "inventory/networks.h"

#include <gtest/gtest.h>

namespace apiarist::inventory {
namespace {

Networks networks(std::vector<std::string> texts) {
    auto parsed = Networks::parse(texts);
    if (!parsed) {
        ADD_FAILURE() << parsed.error().what;
        return {};
    }
    return std::move(parsed).value();
}

TEST(Networks, hold_addresses_of_both_families) {
    const Networks some = networks({"10.0.0.0/8", "192.0.2.7", "2001:db8::/33", "172.16.0.0/12"});
    EXPECT_TRUE(some.contains("10.255.0.1"));
    EXPECT_TRUE(some.contains("::ffff:10.1.1.1"));
    EXPECT_TRUE(some.contains("192.0.2.7"));
    EXPECT_TRUE(some.contains("2001:db8:7fff::1"));
    EXPECT_TRUE(some.contains("172.31.0.1"));
    EXPECT_FALSE(some.contains("172.32.0.1"));
    EXPECT_FALSE(some.contains("2001:db8:8000::1"));
    EXPECT_FALSE(some.contains("11.0.0.1"));
    EXPECT_FALSE(some.contains("192.0.2.8"));
    EXPECT_FALSE(some.contains("localhost"));
    EXPECT_FALSE(some.contains(""));
    EXPECT_TRUE(networks({"0.0.0.0/0"}).contains("8.8.8.8"));
    EXPECT_FALSE(networks({"0.0.0.0/0"}).contains("2001:db8::1"));
}

TEST(Networks, what_is_none_is_named) {
    for (const char* text : {"10.0.0.0/33", "x", "10.0.0.0/", "10.0.0.0/8x", "2001::/129", "", "10.0.0.0/-1"}) {
        const std::vector<std::string> one{text};
        const auto parsed = Networks::parse(one);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().what, std::string("no network: ") + text);
    }
}

std::string access(std::string_view client, records::Headers headers = {}) {
    records::Record record;
    record.client = records::split_address(client);
    record.request_headers = std::move(headers);
    return std::string(access_type(record, {networks(private_networks()), networks({"198.51.100.0/24"})}));
}

TEST(Access, of_a_server_is_from_where_its_clients_come) {
    EXPECT_EQ(access("10.0.0.1:80"), "private");
    EXPECT_EQ(access("203.0.113.9:80"), "public");
    EXPECT_EQ(access("198.51.100.3:80"), "partner");
    EXPECT_EQ(access("[2001:db8::1]:80"), "public");
    EXPECT_EQ(access("[::1]:80"), "private");
    EXPECT_EQ(access(""), "");
    EXPECT_EQ(access("10.0.0.1:80", {{"X-Forwarded-For", "203.0.113.9, 10.0.0.7"}}), "public");
    EXPECT_EQ(access("10.0.0.1:80", {{"x-forwarded-for", "unknown"}}), "private");
    EXPECT_EQ(access("10.0.0.1:80", {{"forwarded", "for=\"[2001:db8::9]:47\";proto=http"}}), "public");
    EXPECT_EQ(access("10.0.0.1:80", {{"x-real-ip", "198.51.100.3"}}), "partner");
}

TEST(Access, of_a_client_is_where_it_asks) {
    records::Record record;
    record.direction = records::Direction::kClient;
    const AccessNetworks both{networks(private_networks()), {}};
    record.server = {"10.0.0.3", "443"};
    EXPECT_EQ(access_type(record, both), "private");
    record.server = {"203.0.113.9", "443"};
    EXPECT_EQ(access_type(record, both), "third_party");
    record.server = {};
    EXPECT_EQ(access_type(record, both), "");
}

}  // namespace
}  // namespace apiarist::inventory
