// SPDX-License-Identifier: Apache-2.0
#include "transactions/pairing.h"

#include <gtest/gtest.h>

#include <string>

#include "transactions/transaction.h"

namespace apiarist::transactions {
namespace {

using protocols::Message;
using protocols::MessageKind;

// Requests and responses by number; what left as lines: "1:1", "2:2 gap", "3:- gap" (unanswered), "-:-" (lost).
class Play {
  public:
    explicit Play(bool from_start = true) : pairing(from_start) {}

    Play& head(int number, const std::string& method = "GET") {
        pairing.on_request_head(method, {41, static_cast<std::uint32_t>(number), in_order}, out);
        return *this;
    }
    // It ended with a gap.
    Play& request_cut(int number) { return request_end(number, true); }
    Play& request_end(int number, bool gap = false) {
        Message message;
        message.gap = gap;
        message.target = std::to_string(number);
        pairing.on_request(std::move(message), out);
        return *this;
    }
    Play& request(int number) { return head(number).request_end(number); }
    Play& response_head() {
        pairing.on_response_head(200);
        return *this;
    }
    // It ended with a gap.
    Play& response_cut(int number) { return response_end(number, true); }
    Play& response_end(int number, bool gap = false) {
        Message message;
        message.gap = gap;
        message.kind = MessageKind::kResponse;
        message.status = number;
        message.end = now;
        pairing.on_response(std::move(message), out);
        return *this;
    }
    Play& response(int number) { return response_head().response_end(number); }
    Play& request_lost() {
        pairing.on_request_lost(out);
        return *this;
    }
    Play& response_lost() {
        pairing.on_response_lost(out);
        return *this;
    }
    Play& finish() {
        pairing.finish(out);
        return *this;
    }
    // The lines since the last time.
    std::string left() {
        std::string text;
        for (const Pair& pair : out) {
            if (!text.empty()) text += ", ";
            text += (pair.request ? pair.request->target : "-") + ":" +
                    (pair.response ? std::to_string(pair.response->status) : "-");
            if (pair.request_under_way) text += " under way";
            if (pair.flags != 0) text += " " + capture_text(pair.flags);
        }
        out.clear();
        return text;
    }

    Pairing pairing;
    std::vector<Pair> out;
    protocols::Stamp now = 0;
    bool in_order = true;  // of the requests to come
};

TEST(Pairing, a_response_answers_the_open_request) {
    Play play;
    EXPECT_EQ(play.request(1).left(), "");
    EXPECT_EQ(play.response(1).left(), "1:1");
    EXPECT_EQ(play.request(2).response(2).left(), "2:2");
    EXPECT_EQ(play.finish().left(), "");
}

TEST(Pairing, pipelined_responses_come_in_the_order_of_the_requests) {
    Play play;
    EXPECT_EQ(play.request(1).request(2).request(3).response(1).left(), "1:1");
    EXPECT_EQ(play.request(4).response(2).response(3).response(4).left(), "2:2, 3:3, 4:4");
}

TEST(Pairing, a_pair_carries_who_read_the_requests_head) {
    Play play;
    play.request(9).response(9);
    ASSERT_EQ(play.out.size(), 1u);
    EXPECT_EQ(play.out[0].process_id, 41u);
    EXPECT_EQ(play.out[0].socket_fd, 9u);
}

TEST(Pairing, an_early_response_waits_for_the_end_of_its_request) {
    Play play;
    EXPECT_EQ(play.head(1).response(1).left(), "");
    EXPECT_TRUE(play.pairing.waits_for_request());
    EXPECT_EQ(play.request_end(1).left(), "1:1");
    EXPECT_FALSE(play.pairing.waits_for_request());
}

TEST(Pairing, an_early_response_leaves_when_it_waited_long_enough) {
    Play play;
    play.now = 100;
    play.head(1).response(1);
    play.pairing.settle(149, 50, play.out);
    EXPECT_EQ(play.left(), "");
    play.pairing.settle(150, 50, play.out);
    EXPECT_EQ(play.left(), "-:1 under way");
    EXPECT_EQ(play.request_end(1).left(), "") << "it left already";
    EXPECT_EQ(play.request(2).response(2).left(), "2:2");
}

TEST(Pairing, an_early_response_leaves_at_the_end_with_a_request_under_way) {
    Play play;
    EXPECT_EQ(play.head(1).response(1).finish().left(), "-:1 under way");
}

TEST(Pairing, an_early_response_whose_request_was_lost_has_none) {
    Play play;
    play.head(1).response(1).request_lost();
    // Whatever the parser is reading now is not that request.
    EXPECT_EQ(play.head(2).left(), "-:1 gap");
    EXPECT_EQ(play.request_end(2).finish().left(), "2:- gap");
}

TEST(Pairing, a_request_that_left_early_and_was_then_lost_does_not_swallow_the_next) {
    Play play;
    play.head(1).response(1);
    play.pairing.settle(1000, 0, play.out);
    EXPECT_EQ(play.left(), "-:1 under way");
    EXPECT_EQ(play.request_lost().request(2).response(2).left(), "2:2 gap");
}

TEST(Pairing, open_requests_leave_unanswered_at_the_end) {
    Play play;
    EXPECT_EQ(play.request(1).request(2).finish().left(), "1:-, 2:-");
}

TEST(Pairing, a_request_lost_after_its_head_gives_no_half_pair) {
    Play play;
    EXPECT_EQ(play.head(1).request_lost().response(1).left(), "-:- gap");
    EXPECT_EQ(play.pairing.counts().orphans, 1u);
}

TEST(Pairing, a_request_lost_with_its_head_leaves_an_orphan_response) {
    Play play;
    EXPECT_EQ(play.request(1).response(1).left(), "1:1");
    EXPECT_EQ(play.response(2).request_lost().left(), "");
    EXPECT_EQ(play.pairing.counts().orphans, 1u);
    EXPECT_EQ(play.request(3).response(3).left(), "3:3 gap");
}

TEST(Pairing, a_response_lost_alone_leaves_its_request_unanswered) {
    Play play;
    // The loss shows when the next response comes, after its request.
    EXPECT_EQ(play.request(1).request(2).response_lost().left(), "1:- gap");
    EXPECT_EQ(play.response(2).left(), "2:2 gap");
}

TEST(Pairing, a_lost_response_is_that_of_the_open_request) {
    Play play;
    EXPECT_EQ(play.request(1).response_lost().left(), "1:- gap");
    EXPECT_EQ(play.request(2).response(2).left(), "2:2 gap");
}

TEST(Pairing, a_loss_after_an_early_response_is_not_its_own) {
    Play play;
    play.head(1).response(1).response_lost();
    EXPECT_EQ(play.request_end(1).left(), "1:1 gap");
}

TEST(Pairing, an_overlap_without_trust_leaves_both_unpaired) {
    Play play;
    play.request_lost().request(1);
    // Was 1's response lost, or is 2 pipelined? Nobody knows.
    EXPECT_EQ(play.request(2).left(), "1:- gap");
    EXPECT_EQ(play.response(2).left(), "");
    EXPECT_EQ(play.request(3).left(), "2:- gap");
    EXPECT_EQ(play.response(3).left(), "3:3 gap");
}

TEST(Pairing, a_loss_behind_a_whole_request_may_hide_its_response_too) {
    Play play;
    EXPECT_EQ(play.request(1).request_lost().left(), "1:- gap");
    EXPECT_EQ(play.response(2).left(), "") << "or 1's: nobody knows";
    EXPECT_EQ(play.request(3).response(3).left(), "3:3 gap");
}

TEST(Pairing, a_loss_inside_a_request_is_its_own) {
    Play play;
    EXPECT_EQ(play.head(1).request_cut(1).request_lost().left(), "");
    EXPECT_EQ(play.response(1).left(), "1:1 gap");
}

TEST(Pairing, a_loss_that_ends_a_response_may_have_taken_the_next_one_too) {
    Play play;
    play.request(1).request(2).request(3).response_head().response_cut(1);
    EXPECT_EQ(play.left(), "1:1");
    EXPECT_EQ(play.response_lost().left(), "2:- gap, 3:- gap");
    EXPECT_EQ(play.response(2).response(3).left(), "");
}

TEST(Pairing, a_loss_that_ends_a_response_is_not_that_of_the_next_one) {
    Play play;
    for (int number = 1; number <= 9; ++number)
        play.request(number).response(number);
    play.left();
    // The loss shows late: when the next response comes.
    play.request(10).response_head().request(11).response_cut(10).response_lost();
    EXPECT_EQ(play.left(), "10:10");
    EXPECT_EQ(play.response(11).left(), "11:11 gap");
}

TEST(Pairing, a_lost_response_among_three_open_requests_pairs_none) {
    Play play;
    EXPECT_EQ(play.request(1).request(2).request(3).response_lost().left(), "1:- gap, 2:- gap, 3:- gap");
    EXPECT_EQ(play.response(2).response(3).left(), "");
    EXPECT_EQ(play.pairing.counts().orphans, 2u);
    EXPECT_EQ(play.request(4).response(4).left(), "4:4 gap");
}

TEST(Pairing, trust_comes_back_after_four_strict_alternations) {
    Play play;
    play.request(1).response(1).request_lost().left();
    for (int number = 2; number <= 5; ++number)
        EXPECT_EQ(play.request(number).response(number).left(),
                  std::to_string(number) + ":" + std::to_string(number) + " gap");
    EXPECT_EQ(play.request(6).response(6).left(), "6:6");
}

TEST(Pairing, an_orphan_response_starts_the_count_of_alternations_anew) {
    Play play;
    play.request(1).response(1).request_lost().request(2).response(2).request(3).response(3).left();
    EXPECT_EQ(play.response(77).request_lost().left(), "") << "the loss of 77 shows when the next request comes";
    for (int number = 4; number <= 7; ++number)
        EXPECT_EQ(play.request(number).response(number).left(),
                  std::to_string(number) + ":" + std::to_string(number) + " gap");
    EXPECT_EQ(play.request(8).response(8).left(), "8:8");
}

TEST(Pairing, overlap_without_trust_starts_the_count_of_alternations_anew) {
    Play play;
    play.request(1).response(1).request_lost().request(2).response(2).request(3).response(3).left();
    EXPECT_EQ(play.request(4).request(5).response(4).response(5).left(), "4:- gap");
    EXPECT_EQ(play.request(6).left(), "5:- gap");
    for (int number = 6; number <= 9; ++number) {
        if (number > 6) play.request(number);
        EXPECT_EQ(play.response(number).left(), std::to_string(number) + ":" + std::to_string(number) + " gap");
    }
    EXPECT_EQ(play.request(10).response(10).left(), "10:10");
}

TEST(Pairing, a_response_without_a_request_costs_the_trust) {
    Play play;
    // Its request may still come: out of a call of another thread that ended later.
    EXPECT_EQ(play.response(1).request(1).left(), "");
    EXPECT_EQ(play.request(2).left(), "1:- gap");
    EXPECT_EQ(play.response(2).left(), "");
    EXPECT_EQ(play.request(3).response(3).left(), "2:- gap, 3:3 gap");
}

TEST(Pairing, a_response_does_not_answer_a_request_that_began_after_it) {
    Play play;
    // Its own request was lost: HEAD, say, so that what follows was read as its body.
    EXPECT_EQ(play.response_head().request_lost().request(2).response_end(1).left(), "");
    EXPECT_EQ(play.pairing.counts().orphans, 1u);
    EXPECT_EQ(play.finish().left(), "2:- gap");
}

TEST(Pairing, a_response_that_no_loss_explains_leaves_nothing_to_rest_on) {
    Play play;
    // Each request's record comes after its response: strict alternation, and every pair wrong.
    for (int number = 1; number < 20; ++number) {
        play.response(number).request(number);
        for (const Pair& pair : play.out)
            EXPECT_NE(pair.flags, 0u) << number;
        play.left();
    }
}

TEST(Pairing, where_pipelining_was_seen_a_loss_leaves_nothing_to_rest_on) {
    Play play;
    play.request(1).request(2).response(1).response(2).left();
    play.request_lost();  // of 3; the client keeps two requests under way
    play.request(4).response(3);
    for (int number = 5; number < 20; ++number) {
        play.request(number).response(number - 1);
        for (const Pair& pair : play.out)
            EXPECT_FALSE(pair.request && pair.response) << number;
        play.left();
    }
}

TEST(Pairing, overlap_that_hardly_ever_happens_is_not_pipelining_but_costs_the_trust_for_good) {
    Play play;
    play.request(1).request(2).response(1).response(2);  // a record that came late
    for (int number = 3; number < 30; ++number)
        play.request(number).response(number);
    play.request_lost().left();
    for (int number = 31; number < 60; ++number)
        EXPECT_EQ(play.request(number).response(number).left(),
                  std::to_string(number) + ":" + std::to_string(number) + " gap");
}

TEST(Pairing, where_pipelining_was_seen_a_lost_response_leaves_no_pair) {
    Play play;
    play.request(1).request(2).response(1).request(3).response(2).left();
    EXPECT_EQ(play.response_lost().left(), "3:- gap");
    EXPECT_EQ(play.request(4).response(4).left(), "");
}

TEST(Pairing, joined_midway_the_first_pair_is_flagged) {
    Play play(false);
    EXPECT_EQ(play.response(1).left(), "") << "its request passed before";
    EXPECT_EQ(play.request(2).response(2).left(), "2:2 joined_midway");
    EXPECT_EQ(play.request(3).response(3).left(), "3:3");
}

TEST(Pairing, a_loss_on_a_connection_joined_midway_asks_for_more_alternations) {
    Play play(false);
    play.request_lost();
    for (int number = 1; number <= 4; ++number)
        EXPECT_EQ(play.request(number).response(number).left(),
                  std::to_string(number) + ":" + std::to_string(number) + " gap,joined_midway");
    EXPECT_EQ(play.request(5).response(5).left(), "5:5");
}

TEST(Pairing, alternation_proves_nothing_where_requests_may_come_late) {
    Play play;
    play.request(1).response(1).request_lost().left();
    play.in_order = false;
    // As it looks when each request comes after its response: every pair may be wrong.
    for (int number = 2; number < 20; ++number)
        EXPECT_EQ(play.request(number).response(number).left(),
                  std::to_string(number) + ":" + std::to_string(number) + " gap");
    play.in_order = true;
    EXPECT_EQ(play.request(20).response(20).left(), "20:20") << "nothing that came before can be its answer";
    play.in_order = false;
    EXPECT_EQ(play.request(21).response(21).left(), "21:21");
}

TEST(Pairing, a_request_in_order_beside_an_open_one_shows_that_the_alternation_was_none) {
    Play play;
    play.request(1).response(1).request_lost().left();
    play.in_order = false;
    // Each pair was wrong: the record of 3 came after its response, and so on.
    for (int number = 3; number < 9; ++number)
        play.request(number).response(number + 1);
    play.left();
    play.request(9);
    play.in_order = true;
    EXPECT_EQ(play.request(10).left(), "9:- gap");
    EXPECT_EQ(play.response(10).left(), "");
    EXPECT_EQ(play.request(11).response(11).left(), "10:- gap, 11:11 gap");
}

TEST(Pairing, joined_midway_one_alternation_is_enough_only_in_order) {
    Play play(false);
    play.in_order = false;
    EXPECT_EQ(play.request(1).response(1).request(2).response(2).left(), "1:1 joined_midway, 2:2 joined_midway");
    play.in_order = true;
    EXPECT_EQ(play.request(3).response(3).left(), "3:3");
}

TEST(Pairing, says_whether_it_is_trusted_and_waits_for_a_response) {
    Play play;
    EXPECT_TRUE(play.pairing.trusted());
    EXPECT_FALSE(play.pairing.waits_for_response());
    play.head(1);
    EXPECT_TRUE(play.pairing.waits_for_response());
    play.response(1);
    EXPECT_FALSE(play.pairing.waits_for_response()) << "it was answered early";
    play.request_end(1).response(2);
    EXPECT_FALSE(play.pairing.trusted());
}

TEST(Pairing, expected_methods_are_those_without_a_response) {
    Play play;
    play.head(1, "HEAD").response(1);
    EXPECT_TRUE(play.pairing.expected_methods().empty());
    play.request_end(1);
    play.head(2, "HEAD").request_end(2).head(3, "POST");
    EXPECT_EQ(play.pairing.expected_methods(), (std::vector<std::string>{"HEAD", "POST"}));
}

}  // namespace
}  // namespace apiarist::transactions
