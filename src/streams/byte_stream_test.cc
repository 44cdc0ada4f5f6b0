// SPDX-License-Identifier: Apache-2.0
#include "streams/byte_stream.h"

#include <gtest/gtest.h>

#include "streams/byte_stream_testing.h"

namespace apiarist::streams {
namespace {

using testing::Player;

TEST(ByteStream, pieces_in_order_pass_at_once) {
    Player player;
    player.bytes(0, "abc").bytes(3, "de");
    EXPECT_EQ(player.out.text, "abc de");
    EXPECT_EQ(player.stream.memory(), 0u);
}

TEST(ByteStream, call_starts_and_times_come_with_their_bytes) {
    Player player;
    player.call_start = true;
    player.now_ns = 77;
    player.bytes(0, "abc");
    player.call_start = false;
    player.bytes(3, "de");
    EXPECT_EQ(player.out.text, "^abc de");
    EXPECT_EQ(player.out.last_time_ns, 77u);
}

TEST(ByteStream, positions_of_32_bits_wrap) {
    Player player(0xfffffffe);
    player.bytes(0, "abcd").bytes(4, "efg");
    EXPECT_EQ(player.out.text, "abcd efg");
    EXPECT_EQ(player.out.duplicates, 0u);
}

TEST(ByteStream, held_pieces_wrap_too) {
    Player player(0xffffffff);
    player.bytes(3, "def").bytes(0, "abc");
    EXPECT_EQ(player.out.text, "abc def");
}

TEST(ByteStream, a_piece_from_before_a_start_at_zero_does_not_wrap) {
    Player player(0);
    player.bytes(0xffffffff, "xab").bytes(2, "c");
    EXPECT_EQ(player.out.text, "ab c");
    EXPECT_EQ(player.out.duplicates, 1u);
}

TEST(ByteStream, wide_positions_are_taken_as_they_are) {
    Player player(std::uint64_t{1} << 40, false);
    player.bytes(0, "abc").bytes(3, "de");
    EXPECT_EQ(player.out.text, "abc de");
    EXPECT_EQ(player.stream.place(), (std::uint64_t{1} << 40) + 5);
}

TEST(ByteStream, a_piece_beyond_the_place_waits_for_the_one_before) {
    Player player;
    player.bytes(3, "def");
    EXPECT_EQ(player.out.text, "");
    EXPECT_TRUE(player.stream.holds());
    EXPECT_EQ(player.stream.memory(), 3u);
    player.bytes(0, "abc");
    EXPECT_EQ(player.out.text, "abc def");
    EXPECT_FALSE(player.stream.holds());
    EXPECT_EQ(player.stream.memory(), 0u);
}

TEST(ByteStream, several_held_pieces_leave_in_order_of_position) {
    Player player;
    player.bytes(6, "ghi").bytes(3, "def").bytes(0, "abc");
    EXPECT_EQ(player.out.text, "abc def ghi");
}

TEST(ByteStream, bytes_that_the_source_lost_are_a_gap_at_once) {
    Player player;
    player.bytes(0, "abc").bytes(7, "h", 4);
    EXPECT_EQ(player.out.text, "abc <4 lost> h");
    player.bytes(8, "i", 4);
    EXPECT_EQ(player.out.text, "abc <4 lost> h i");
}

TEST(ByteStream, the_sources_count_of_lost_bytes_wraps) {
    Player player;
    player.bytes(0, "a", 0x7fffffff).bytes(1, "bc", 0xfffffffe).bytes(7, "h", 2);
    EXPECT_EQ(player.out.text, "a bc <4 lost> h");
}

TEST(ByteStream, bytes_lost_before_the_first_piece_explain_no_later_gap) {
    Player player;
    player.bytes(0, "abc", 100).bytes(5, "fg", 100);
    EXPECT_EQ(player.out.text, "abc");
    player.bytes(3, "de", 100);
    EXPECT_EQ(player.out.text, "abc de fg");
}

TEST(ByteStream, a_loss_smaller_than_the_hole_does_not_end_the_wait_for_the_rest) {
    Player player;
    // [3, 5) is lost; [0, 3) comes late, out of another thread's call.
    player.bytes(5, "fg", 2);
    EXPECT_EQ(player.out.text, "");
    player.bytes(0, "abc");
    EXPECT_EQ(player.out.text, "abc <2 lost> fg");
}

TEST(ByteStream, a_late_piece_does_not_turn_back_the_count_of_lost_bytes) {
    Player player;
    player.bytes(0, "ab", 7).bytes(2, "c", 0).bytes(5, "f", 7);
    EXPECT_EQ(player.out.text, "ab c") << "nothing was lost since, so [3, 5) may still come";
}

TEST(ByteStream, a_skipped_range_is_a_gap_at_once) {
    Player player;
    player.bytes(0, "abc").skip_until(10).bytes(10, "k");
    EXPECT_EQ(player.out.text, "abc <7 skipped> k");
}

TEST(ByteStream, a_range_that_goes_on_beyond_the_skipped_one_is_waited_for) {
    Player player;
    player.bytes(0, "abc").skip_until(10).bytes(12, "m");
    EXPECT_EQ(player.out.text, "abc");
    player.bytes(10, "kl");
    EXPECT_EQ(player.out.text, "abc <7 skipped> kl m");
}

TEST(ByteStream, a_skipped_range_with_a_loss_in_it_is_lost) {
    Player player;
    player.bytes(0, "abc").skip_until(10).bytes(10, "k", 2);
    EXPECT_EQ(player.out.text, "abc <7 lost> k");
}

TEST(ByteStream, lengths_without_bytes_pass_with_their_reason) {
    Player player;
    player.bytes(0, "ab").length(2, 5000, Missing::kNotSeen).length(5002, 9, Missing::kSkipped);
    player.length(5011, 3, Missing::kLost).bytes(5014, "z");
    EXPECT_EQ(player.out.text, "ab <5000 not seen, recorded> <9 skipped, recorded> <3 lost, recorded> z");
}

TEST(ByteStream, a_held_length_keeps_its_reason) {
    Player player;
    player.length(2, 50, Missing::kNotSeen).bytes(0, "ab").bytes(52, "z");
    EXPECT_EQ(player.out.text, "ab <50 not seen, recorded> z");
}

TEST(ByteStream, the_front_of_a_piece_that_was_passed_on_is_cut) {
    Player player;
    player.call_start = true;
    player.bytes(0, "abc").bytes(1, "bcde");
    EXPECT_EQ(player.out.text, "^abc de") << "the rest is not the start of a call";
    EXPECT_EQ(player.out.duplicates, 2u);
}

TEST(ByteStream, the_front_of_a_length_that_was_passed_on_is_cut) {
    Player player;
    player.bytes(0, "abc").length(1, 4, Missing::kNotSeen);
    EXPECT_EQ(player.out.text, "abc <2 not seen, recorded>");
    EXPECT_EQ(player.out.duplicates, 2u);
}

TEST(ByteStream, a_whole_duplicate_is_dropped_and_counted) {
    Player player;
    player.bytes(0, "abcd").bytes(1, "bc").bytes(4, "e");
    EXPECT_EQ(player.out.text, "abcd e");
    EXPECT_EQ(player.out.duplicates, 2u);
}

TEST(ByteStream, a_duplicate_of_a_held_piece_is_dropped_and_counted) {
    Player player;
    player.bytes(2, "cd").bytes(2, "cd").bytes(0, "ab");
    EXPECT_EQ(player.out.text, "ab cd");
    EXPECT_EQ(player.out.duplicates, 2u);
}

TEST(ByteStream, of_two_held_pieces_at_one_position_the_longer_one_stays) {
    Player player;
    player.bytes(2, "cd").bytes(2, "cdef").bytes(2, "c").bytes(0, "ab");
    EXPECT_EQ(player.out.text, "ab cdef");
    EXPECT_EQ(player.out.duplicates, 3u);
    EXPECT_EQ(player.stream.memory(), 0u);
}

TEST(ByteStream, held_pieces_that_overlap_are_cut_when_they_leave) {
    Player player;
    player.bytes(2, "cdef").bytes(4, "efgh").bytes(3, "d").bytes(0, "ab");
    EXPECT_EQ(player.out.text, "ab cdef gh");
    EXPECT_EQ(player.out.duplicates, 3u);
}

TEST(ByteStream, settling_gives_up_what_waited_long_enough_and_no_more) {
    Player player(1000, true, {.settle_ns = 100});
    player.now_ns = 1000;
    player.bytes(2, "c");
    player.now_ns = 1050;
    player.bytes(5, "f");
    player.now_ns = 1099;
    player.settle();
    EXPECT_EQ(player.out.text, "");
    player.now_ns = 1100;
    player.settle();
    EXPECT_EQ(player.out.text, "<2 lost> c");
    player.now_ns = 1150;
    player.settle();
    EXPECT_EQ(player.out.text, "<2 lost> c <2 lost> f");
}

TEST(ByteStream, a_piece_that_comes_after_it_was_given_up_is_a_duplicate) {
    Player player(1000, true, {.settle_ns = 0});
    player.bytes(2, "c").settle().bytes(0, "ab");
    EXPECT_EQ(player.out.text, "<2 lost> c");
    EXPECT_EQ(player.out.duplicates, 2u);
}

TEST(ByteStream, beyond_the_budget_of_bytes_the_first_hole_is_given_up) {
    Player player(1000, true, {.held_bytes = 4});
    player.bytes(2, "cd").bytes(6, "gh");
    EXPECT_EQ(player.out.text, "");
    player.bytes(10, "k");
    EXPECT_EQ(player.out.text, "<2 lost> cd");
    EXPECT_EQ(player.stream.memory(), 3u);
}

TEST(ByteStream, beyond_the_budget_of_pieces_the_first_hole_is_given_up) {
    Player player(1000, true, {.held_pieces = 2});
    player.bytes(2, "c").length(4, 1, Missing::kNotSeen).bytes(6, "g");
    EXPECT_EQ(player.out.text, "<2 lost> c");
}

TEST(ByteStream, a_piece_larger_than_the_budget_is_not_kept) {
    Player player(1000, true, {.held_bytes = 2});
    player.bytes(2, "cdef");
    EXPECT_EQ(player.out.text, "<2 lost> cdef");
}

TEST(ByteStream, the_end_comes_after_the_last_byte) {
    Player player;
    player.bytes(0, "abc").end_at(3);
    EXPECT_EQ(player.out.text, "abc |");
    EXPECT_TRUE(player.stream.ended());
}

TEST(ByteStream, an_end_that_is_announced_early_waits_for_the_data) {
    Player player;
    player.now_ns = 5;
    player.end_at(5);
    EXPECT_EQ(player.out.text, "");
    player.now_ns = 9;
    player.bytes(3, "de").bytes(0, "abc");
    EXPECT_EQ(player.out.text, "abc de |");
    EXPECT_EQ(player.out.last_time_ns, 5u);
}

TEST(ByteStream, the_first_word_of_an_end_counts) {
    Player player;
    player.end_at(4).end_at(2).bytes(0, "abcd");
    EXPECT_EQ(player.out.text, "abcd |");
    EXPECT_EQ(player.out.ends, 1u);
}

TEST(ByteStream, an_end_waits_for_what_is_held) {
    Player player;
    player.bytes(0, "abc").bytes(5, "f").end_at(3);
    EXPECT_EQ(player.out.text, "abc");
    player.finish(false);
    EXPECT_EQ(player.out.text, "abc <2 lost> f |");
}

TEST(ByteStream, data_after_the_end_is_dropped_and_counted) {
    Player player;
    player.bytes(0, "abc").end_at(3).bytes(3, "de").length(5, 2, Missing::kNotSeen);
    EXPECT_EQ(player.out.text, "abc |");
    EXPECT_EQ(player.out.duplicates, 4u);
}

TEST(ByteStream, finishing_with_a_known_end_says_what_is_missing) {
    Player player;
    player.bytes(0, "abc").end_at(9).finish(false);
    EXPECT_EQ(player.out.text, "abc <6 lost> |");
}

TEST(ByteStream, finishing_before_a_known_end_inside_a_skipped_range) {
    Player player;
    player.bytes(0, "abc").skip_until(100).end_at(9).finish(false);
    EXPECT_EQ(player.out.text, "abc <6 skipped> |");
}

TEST(ByteStream, finishing_without_a_known_end_is_not_clean) {
    Player player;
    player.bytes(0, "abc").finish(false);
    EXPECT_EQ(player.out.text, "abc ?");
}

TEST(ByteStream, finishing_without_a_known_end_is_clean_when_the_sender_closed) {
    Player player;
    player.bytes(0, "abc").finish(true);
    EXPECT_EQ(player.out.text, "abc |");
}

TEST(ByteStream, finishing_passes_on_what_is_held) {
    Player player;
    player.bytes(2, "c").bytes(5, "f").finish(true);
    EXPECT_EQ(player.out.text, "<2 lost> c <2 lost> f |");
    EXPECT_EQ(player.stream.memory(), 0u);
}

TEST(ByteStream, finishing_twice_ends_once) {
    Player player;
    player.finish(true).finish(true);
    EXPECT_EQ(player.out.text, "|");
}

TEST(ByteStream, a_gap_across_the_wrap_has_its_true_size) {
    Player player(0xfffffff0);
    player.bytes(0, "ab").bytes(100, "z", 98);
    EXPECT_EQ(player.out.text, "ab <98 lost> z");
}

}  // namespace
}  // namespace apiarist::streams
