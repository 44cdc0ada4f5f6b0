// SPDX-License-Identifier: Apache-2.0
#include "processor/refusals.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace apiarist::processor {
namespace {

using Then = Refusals::Then;

Then refused_for_good(Refusals& refusals, std::uint64_t records) {
    EXPECT_EQ(refusals.refused(records), Then::kTryAgain);
    EXPECT_EQ(refusals.refused(records), Then::kTryAgain);
    return refusals.refused(records);
}

TEST(Refusals, a_batch_is_tried_thrice_and_one_that_is_taken_begins_anew) {
    Refusals refusals;
    EXPECT_EQ(refusals.refused(5), Then::kTryAgain);
    EXPECT_EQ(refusals.refused(5), Then::kTryAgain);
    refusals.passed(5);
    EXPECT_EQ(refused_for_good(refusals, 5), Then::kParts);
    EXPECT_EQ(refused_for_good(refusals, 1), Then::kLeaveOut);
}

TEST(Refusals, batches_are_small_until_what_was_refused_is_passed) {
    Refusals refusals;
    EXPECT_FALSE(refusals.is_full(1'000'000));
    EXPECT_EQ(refused_for_good(refusals, 320), Then::kParts);
    EXPECT_FALSE(refusals.is_full(19));
    EXPECT_TRUE(refusals.is_full(20));
    EXPECT_EQ(refused_for_good(refusals, 20), Then::kParts);
    EXPECT_TRUE(refusals.is_full(1));
    for (int i = 0; i < 20; ++i)
        refusals.passed(1);
    EXPECT_FALSE(refusals.is_full(19));
    refusals.passed(299);
    EXPECT_TRUE(refusals.has_parts());
    refusals.passed(1);
    EXPECT_FALSE(refusals.has_parts());
}

// As a store reads that refuses some records, wherever they stand.
TEST(Refusals, what_is_left_out_is_what_is_refused) {
    constexpr std::uint64_t kRecords = 1000;
    const std::set<std::uint64_t> bad{0, 1, 500, 998, 999};
    Refusals refusals;
    std::set<std::uint64_t> left_out;
    for (std::uint64_t begin = 0; begin < kRecords;) {
        std::uint64_t end = begin;
        while (end < kRecords && !refusals.is_full(end - begin))
            ++end;
        const bool refuses = bad.lower_bound(begin) != bad.lower_bound(end);
        if (refuses) {
            const Then then = refused_for_good(refusals, end - begin);
            if (then != Then::kLeaveOut) continue;
            left_out.insert(begin);
        }
        refusals.passed(end - begin);
        begin = end;
    }
    EXPECT_EQ(left_out, bad);
    EXPECT_FALSE(refusals.has_parts());
}

}  // namespace
}  // namespace apiarist::processor
