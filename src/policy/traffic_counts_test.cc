// SPDX-License-Identifier: Apache-2.0
#include "policy/traffic_counts.h"

#include <gmock/gmock.h>

namespace apiarist::policy {
namespace {

using ::testing::IsEmpty;

TEST(TrafficCounts, of_one_client_and_host_add_up) {
    TrafficCounts counts;
    counts.add("10.0.0.1", "shop", 100, true);
    counts.add("10.0.0.1", "shop", 50, false);
    counts.add("10.0.0.2", "shop", 7, true);
    const auto rows = counts.take();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].ip, "10.0.0.1");
    EXPECT_EQ(rows[0].host, "shop");
    EXPECT_EQ(rows[0].incoming_bytes, 150U);
    EXPECT_EQ(rows[0].outgoing_bytes, 100U);
    EXPECT_EQ(rows[0].outgoing_pairs, 1U);
    EXPECT_EQ(rows[1].outgoing_bytes, 7U);
    EXPECT_THAT(counts.take(), IsEmpty());
}

TEST(TrafficCounts, hosts_without_a_letter_are_one) {
    TrafficCounts counts;
    counts.add("a", "10.0.0.9:80", 1, true);
    counts.add("a", "", 2, true);
    const auto rows = counts.take();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].host, "ip-host");
    EXPECT_EQ(rows[0].incoming_bytes, 3U);
}

TEST(TrafficCounts, a_host_that_is_no_name_takes_no_memory) {
    TrafficCounts counts;
    for (int i = 0; i < 100; ++i)
        counts.add("a", std::string(60'000, 'h') + std::to_string(i), 1, true);
    const auto rows = counts.take();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].host, "");
    EXPECT_EQ(rows[0].outgoing_pairs, 100U);
}

TEST(TrafficCounts, what_could_not_be_told_comes_again) {
    TrafficCounts counts;
    counts.add("a", "h", 1, true);
    const auto rows = counts.take();
    counts.add("a", "h", 10, false);
    counts.give_back(rows);
    const auto again = counts.take();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].incoming_bytes, 11U);
    EXPECT_EQ(again[0].outgoing_pairs, 1U);
}

TEST(TrafficCounts, are_bounded_and_their_sum_is_kept) {
    TrafficCounts counts;
    constexpr std::size_t kMany = TrafficCounts::kMaxRows + 500;
    for (std::size_t i = 0; i < kMany; ++i)
        counts.add("client-" + std::to_string(i), "h", 1, true);
    const auto rows = counts.take();
    EXPECT_EQ(rows.size(), TrafficCounts::kMaxRows + 1);
    std::uint64_t sum = 0;
    for (const TrafficRow& row : rows)
        sum += row.incoming_bytes;
    EXPECT_EQ(sum, kMany);
}

}  // namespace
}  // namespace apiarist::policy
