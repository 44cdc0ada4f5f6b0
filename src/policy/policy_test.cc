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

CleanTransaction clean_of(transactions::Transaction transaction, std::int64_t realtime_offset_ns = 0) {
    const PolicyOptions options;
    Policy policy(options, false, realtime_offset_ns);
    return std::get<CleanTransaction>(policy.apply(std::move(transaction)));
}

TEST(Policy, times_become_wall_clock) {
    const CleanTransaction clean = clean_of(exchange(5'000'000, 9'500'999), 1'700'000'000'000'000'000);
    EXPECT_EQ(clean.time_ns, 1'700'000'000'005'000'000);
    EXPECT_EQ(clean.latency_us, 4500U);
    EXPECT_EQ(clean.transaction.request.target, "/a");
}

TEST(Policy, an_offset_may_be_negative) {
    EXPECT_EQ(clean_of(exchange(10, 20), -3).time_ns, 7);
}

TEST(Policy, no_latency_without_a_response_or_against_time) {
    transactions::Transaction unanswered = exchange(5, 10);
    unanswered.response.reset();
    EXPECT_EQ(clean_of(std::move(unanswered)).latency_us, 0U);
    EXPECT_EQ(clean_of(exchange(9'000'000, 5'000'000)).latency_us, 0U);
}

TEST(Policy, a_rule_is_named_by_its_count) {
    PolicyOptions options;
    options.filters.ignored_ports = {9092};
    Policy policy(options, false, 0);
    transactions::Transaction transaction = exchange(1, 2);
    transaction.remote.port = 9092;
    EXPECT_EQ(std::get<Count>(policy.apply(std::move(transaction))), Count::kFilteredPort);
}

}  // namespace
}  // namespace apiarist::policy
