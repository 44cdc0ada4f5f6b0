// SPDX-License-Identifier: Apache-2.0
#include "policy/filters.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::policy {
namespace {

using transactions::Address;
using transactions::Direction;
using transactions::Transaction;

Address ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port) {
    Address address{2, port, {}};
    address.bytes = {a, b, c, d};
    return address;
}

Transaction request(const std::string& host, Direction direction = Direction::kServer) {
    Transaction transaction;
    transaction.request.method = "GET";
    transaction.request.target = "/a?b=1";
    transaction.request.headers = {{"Accept", "*/*"}, {"Host", host}};
    transaction.direction = direction;
    transaction.local = ipv4(10, 0, 0, 1, 80);
    transaction.remote = ipv4(10, 0, 0, 2, 40000);
    return transaction;
}

std::optional<Count> rule_of(const FilterOptions& options, const Transaction& transaction) {
    const HeaderRules none;
    return Filters(options, none, nullptr).reject(transaction);
}

TEST(Filters, everything_passes_by_default) {
    for (const char* host : {"shop", "", "10.0.0.1", "169.254.169.254", "[::1]:80"})
        for (const Direction direction : {Direction::kServer, Direction::kClient})
            EXPECT_EQ(rule_of({}, request(host, direction)), std::nullopt) << host;
}

TEST(Filters, clients_may_be_left_out) {
    FilterOptions options;
    options.egress = false;
    EXPECT_EQ(rule_of(options, request("shop", Direction::kClient)), Count::kFilteredEgress);
    EXPECT_EQ(rule_of(options, request("shop", Direction::kServer)), std::nullopt);
}

TEST(Filters, hosts_that_are_no_names) {
    FilterOptions options;
    options.ip_hosts = false;
    for (const char* host : {"", "10.1.2.3", "10.1.2.3:8080", "169.254.169.254"})
        EXPECT_EQ(rule_of(options, request(host)), Count::kFilteredIpHost) << host;
    for (const char* host : {"shop", "shop:80", "10.1.2", "10.1.2.3.example", "1.2.3.256", "[::1]"})
        EXPECT_EQ(rule_of(options, request(host)), std::nullopt) << host;
    Transaction hostless = request("shop");
    hostless.request.headers.clear();
    EXPECT_EQ(rule_of(options, hostless), Count::kFilteredIpHost);
}

TEST(Filters, the_clouds_metadata_service) {
    FilterOptions options;
    options.cloud_metadata = false;
    EXPECT_EQ(rule_of(options, request("169.254.169.254")), Count::kFilteredCloudMetadata);
    EXPECT_EQ(rule_of(options, request("169.254.169.254:80")), Count::kFilteredCloudMetadata);
    EXPECT_EQ(rule_of(options, request("169.254.169.253")), std::nullopt);
    EXPECT_EQ(rule_of(options, request("")), std::nullopt);
}

TEST(Filters, a_sidecars_own_connections) {
    FilterOptions options;
    options.envoy = false;
    Transaction sidecar = request("shop", Direction::kClient);
    sidecar.local = ipv4(127, 0, 0, 6, 41234);
    EXPECT_EQ(rule_of(options, sidecar), Count::kFilteredEnvoy);
    sidecar.direction = Direction::kServer;
    EXPECT_EQ(rule_of(options, sidecar), std::nullopt);
    Transaction other = request("shop", Direction::kClient);
    other.local = ipv4(127, 0, 0, 60, 1);
    EXPECT_EQ(rule_of(options, other), std::nullopt);
}

TEST(Filters, ports_of_the_remote_end) {
    FilterOptions options;
    options.ignored_ports = {9092, 6379};
    Transaction broker = request("kafka", Direction::kClient);
    broker.remote.port = 6379;
    EXPECT_EQ(rule_of(options, broker), Count::kFilteredPort);
    broker.remote.port = 80;
    broker.local.port = 9092;
    EXPECT_EQ(rule_of(options, broker), std::nullopt);
}

TEST(Filters, so_many_of_each_endpoint_and_minute) {
    FilterOptions options;
    options.per_endpoint = 2;
    const HeaderRules none;
    Filters filters(options, none, nullptr);
    Transaction a = request("shop");
    a.request.begin = 100 * kMinuteNs;
    EXPECT_EQ(filters.reject(a), std::nullopt);
    a.request.target = "/a?b=2";  // the same endpoint
    EXPECT_EQ(filters.reject(a), std::nullopt);
    EXPECT_EQ(filters.reject(a), Count::kFilteredSample);
    Transaction other = a;
    other.request.method = "POST";
    EXPECT_EQ(filters.reject(other), std::nullopt);
    a.request.begin += kMinuteNs;
    EXPECT_EQ(filters.reject(a), std::nullopt);
}

TEST(Filters, bytes_a_minute_are_shared_by_all_workers) {
    Transaction transaction = request("shop");
    transaction.request.begin = 7 * kMinuteNs;
    transaction.request.body = std::string(1000, 'x');
    Bandwidth bandwidth(2 * payload_bytes(transaction) + 10);
    const HeaderRules none;
    const FilterOptions options;
    Filters one(options, none, &bandwidth);
    Filters two(options, none, &bandwidth);
    EXPECT_EQ(one.reject(transaction), std::nullopt);
    EXPECT_EQ(two.reject(transaction), std::nullopt);
    EXPECT_EQ(one.reject(transaction), Count::kFilteredBandwidth);
    transaction.request.begin += kMinuteNs;
    EXPECT_EQ(two.reject(transaction), std::nullopt);
}

TEST(Bandwidth, a_worker_that_is_behind_does_not_begin_the_minute_again) {
    Bandwidth bandwidth(10);
    EXPECT_TRUE(bandwidth.take(10, 5 * kMinuteNs));
    EXPECT_FALSE(bandwidth.take(10, 4 * kMinuteNs));
    EXPECT_FALSE(bandwidth.take(1, 5 * kMinuteNs));
    EXPECT_TRUE(bandwidth.take(1, 6 * kMinuteNs));
}

}  // namespace
}  // namespace apiarist::policy
