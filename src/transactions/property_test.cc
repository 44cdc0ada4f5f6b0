// SPDX-License-Identifier: Apache-2.0
// Random conversations through a tracker; what is promised stands in judge_testing.h. A failure prints the records and
// the pieces that led to them. The counts of flagged records are printed as a measure, not judged.
#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "transactions/judge_testing.h"

namespace apiarist::transactions {
namespace {

std::string random_input(std::mt19937& random, std::string first_bytes) {
    while (first_bytes.size() < 1500)
        first_bytes += static_cast<char>(random() & 0xff);
    return first_bytes;
}

// `bits`: of make_way().
testing::Verdict play_many(unsigned seed, char bits, int rounds, const TableLimits& limits = {}) {
    std::mt19937 random(seed);
    testing::Verdict total;
    for (int round = 0; round < rounds; ++round) {
        testing::Verdict one = testing::play_all(random_input(random, std::string(1, bits)), limits);
        total.complete += one.complete;
        total.flagged += one.flagged;
        total.flagged_wrong += one.flagged_wrong;
        total.flagged_alone += one.flagged_alone;
        total.flagged_wrong_alone += one.flagged_wrong_alone;
        total.flagged_foreign += one.flagged_foreign;
        total.unanswered += one.unanswered;
        total.excused += one.excused;
        total.fault = std::move(one.fault);
        if (!total.fault.empty()) break;
    }
    std::printf(
        "complete %zu, flagged %zu (another's response: %zu; one request at a time: %zu of %zu; foreign bytes: %zu), "
        "unanswered %zu, excused %zu\n",
        total.complete, total.flagged, total.flagged_wrong, total.flagged_wrong_alone, total.flagged_alone,
        total.flagged_foreign, total.unanswered, total.excused);
    return total;
}

constexpr char kShuffle = 1;
constexpr char kRepeat = 2;
constexpr char kLose = 4;
constexpr char kJoin = 8;
constexpr char kLate = 16;

TEST(Property, any_split_gives_all_exchanges) {
    const testing::Verdict verdict = play_many(1, 0, 3000);
    EXPECT_EQ(verdict.fault, "");
    EXPECT_EQ(verdict.excused, 0u);
}

TEST(Property, neighbours_that_swap_places_change_nothing) {
    const testing::Verdict verdict = play_many(2, kShuffle, 3000);
    EXPECT_EQ(verdict.fault, "");
    EXPECT_EQ(verdict.excused, 0u);
}

TEST(Property, repeated_pieces_make_no_wrong_record) {
    EXPECT_EQ(play_many(3, kRepeat, 3000).fault, "");
    EXPECT_EQ(play_many(4, kRepeat | kShuffle, 3000).fault, "");
}

TEST(Property, lost_pieces_make_no_wrong_record_that_says_complete) {
    EXPECT_EQ(play_many(5, kLose, 10000).fault, "");
    EXPECT_EQ(play_many(6, kLose | kShuffle, 5000).fault, "");
    EXPECT_EQ(play_many(7, kLose | kShuffle | kRepeat, 5000).fault, "");
}

TEST(Property, joining_midway_makes_no_wrong_record_that_says_complete) {
    EXPECT_EQ(play_many(8, kJoin, 5000).fault, "");
    EXPECT_EQ(play_many(9, kJoin | kLose | kShuffle | kRepeat, 5000).fault, "");
}

TEST(Property, requests_whose_records_come_late_change_nothing) {
    const testing::Verdict verdict = play_many(10, kLate, 3000);
    EXPECT_EQ(verdict.fault, "");
    EXPECT_EQ(verdict.excused, 0u);
    EXPECT_EQ(play_many(11, kLate | kShuffle, 2000).fault, "");
}

TEST(Property, late_requests_beside_losses_make_no_wrong_record_that_says_complete) {
    EXPECT_EQ(play_many(12, kLate | kLose, 5000).fault, "");
    EXPECT_EQ(play_many(13, kLate | kLose | kShuffle | kRepeat, 3000).fault, "");
    EXPECT_EQ(play_many(14, kLate | kJoin, 3000).fault, "");
    EXPECT_EQ(play_many(15, kLate | kJoin | kLose | kShuffle | kRepeat, 3000).fault, "");
}

TEST(Property, resting_whenever_it_can_changes_nothing) {
    const TableLimits at_once{.held_bytes = 0, .awake = 0, .inactivity_ns = 1};
    for (const char bits : {char{0}, kShuffle, kLate, static_cast<char>(kLate | kShuffle)}) {
        const testing::Verdict verdict = play_many(16, bits, 2000, at_once);
        EXPECT_EQ(verdict.fault, "");
        EXPECT_EQ(verdict.excused, 0u);
    }
    EXPECT_EQ(play_many(17, kLose | kShuffle | kRepeat, 5000, at_once).fault, "");
    EXPECT_EQ(play_many(18, kLate | kJoin | kLose | kShuffle | kRepeat, 3000, at_once).fault, "");
}

}  // namespace
}  // namespace apiarist::transactions
