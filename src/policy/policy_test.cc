// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <gtest/gtest.h>

namespace apiarist::policy {
namespace {

transactions::Transaction exchange(std::uint64_t begin_ns, std::uint64_t end_ns) {
    transactions::Transaction transaction;
    transaction.request.target = "/a";
    transaction.request.begin = begin_ns;
    transaction.response.emplace();
    transaction.response->end = end_ns;
    return transaction;
}

TEST(Policy, times_become_wall_clock) {
    const Policy policy({.realtime_offset_ns = 1'700'000'000'000'000'000});
    const auto clean = policy.apply(exchange(5'000'000, 9'500'999));
    ASSERT_TRUE(clean);
    EXPECT_EQ(clean->time_ns, 1'700'000'000'005'000'000);
    EXPECT_EQ(clean->latency_us, 4500U);
    EXPECT_EQ(clean->transaction.request.target, "/a");
}

TEST(Policy, an_offset_may_be_negative) {
    const Policy policy({.realtime_offset_ns = -3});
    EXPECT_EQ(policy.apply(exchange(10, 20))->time_ns, 7);
}

TEST(Policy, no_latency_without_a_response_or_against_time) {
    const Policy policy({});
    transactions::Transaction unanswered = exchange(5, 10);
    unanswered.response.reset();
    EXPECT_EQ(policy.apply(std::move(unanswered))->latency_us, 0U);
    EXPECT_EQ(policy.apply(exchange(9'000'000, 5'000'000))->latency_us, 0U);
}

}  // namespace
}  // namespace apiarist::policy
