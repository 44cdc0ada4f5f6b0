// SPDX-License-Identifier: Apache-2.0
// Gaps, ends, limits and wrong bytes: what is still known afterwards, and that every byte is counted once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "protocols/http1.h"
#include "protocols/http1_testing.h"

namespace apiarist::protocols {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using testing::Player;
using ::testing::SizeIs;

Player requests(const Http1Limits& limits = {}) {
    return Player(MessageKind::kRequest, limits);
}
Player responses(const Http1Limits& limits = {}) {
    return Player(MessageKind::kResponse, limits);
}

constexpr const char* kPost10 = "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n";
constexpr const char* kPost10Text = "POST / HTTP/1.1\n  Content-Length: 10\n";
constexpr const char* kChunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr const char* kChunkedText = "POST / HTTP/1.1\n  Transfer-Encoding: chunked\n";
constexpr const char* kNext = "GET /next HTTP/1.1\r\n\r\n";
constexpr const char* kNextText = "GET /next HTTP/1.1\n  body 0 []";

TEST(Http1Gap, inside_a_length_body_stays_in_step_and_keeps_what_came_before) {
    auto p = requests().feed(kPost10).feed("abc").gap(4).feed("xyz").feed(kNext);
    EXPECT_THAT(p.texts(), ElementsAre(std::string(kPost10Text) + "  body 10 [abc] gap", kNextText));
    EXPECT_EQ(p.counted(), p.fed);
    EXPECT_EQ(p.parser.counts().unattributed, 0u);
}

TEST(Http1Gap, each_kind_sets_its_own_flag) {
    auto skipped = requests().feed(kPost10).gap(10, GapKind::kSkipped);
    EXPECT_THAT(skipped.texts(), ElementsAre(std::string(kPost10Text) + "  body 10 [] truncated"));
    auto lost = requests().feed(kPost10).gap(10, GapKind::kLost);
    EXPECT_THAT(lost.texts(), ElementsAre(std::string(kPost10Text) + "  body 10 [] gap"));
}

TEST(Http1Gap, of_exactly_the_body_is_the_sendfile_case) {
    auto p = responses().feed("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n").gap(5000, GapKind::kNotSeen);
    EXPECT_THAT(p.texts(), ElementsAre("200 OK HTTP/1.1\n  Content-Length: 5000\n  body 5000 [] not_seen"));
    EXPECT_EQ(p.messages()[0].end, 2u);
    EXPECT_TRUE(p.parser.between_messages());
}

TEST(Http1Gap, beyond_a_length_body_delivers_it_and_loses_the_place) {
    auto p = requests().feed(kPost10).feed("abc").gap(8).feed("rest", false).feed(kNext);
    EXPECT_THAT(p.texts(), ElementsAre(std::string(kPost10Text) + "  body 10 [abc] gap", "lost place", kNextText));
    EXPECT_EQ(p.parser.counts().unattributed, 4u);
    EXPECT_EQ(p.counted(), p.fed);
}

TEST(Http1Gap, inside_one_chunk_stays_in_step) {
    auto p =
        requests().feed(kChunked).feed("5\r\nab").gap(3, GapKind::kNotSeen).feed("\r\n1\r\nx\r\n0\r\n\r\n").feed(kNext);
    EXPECT_THAT(p.texts(), ElementsAre(std::string(kChunkedText) + "  body 6 [ab] not_seen", kNextText));
}

TEST(Http1Gap, beyond_a_chunk_or_in_its_framing_delivers_what_is_known_and_loses_the_place) {
    for (const char* before : {"5\r\nab", "5", "5\r\nabcde", "5\r\nabcde\r", "0\r\n", "0\r\nT: 1"}) {
        auto p = requests().feed(kChunked).feed(before).gap(4).feed("\r\n0\r\n\r\n", false).feed(kNext);
        ASSERT_THAT(p.texts(), SizeIs(3)) << before;
        EXPECT_TRUE(p.messages()[0].gap) << before;
        EXPECT_EQ(p.texts()[1], "lost place") << before;
        EXPECT_EQ(p.texts()[2], kNextText) << before;
        EXPECT_EQ(p.counted(), p.fed) << before;
    }
}

TEST(Http1Gap, stays_inside_a_body_until_close) {
    auto p = responses().feed("HTTP/1.1 200 OK\r\n\r\nab").gap(1000).feed("HTTP/1.1 200 OK\r\n\r\n").end(true);
    EXPECT_THAT(p.texts(), ElementsAre("200 OK HTTP/1.1\n  body 1021 [ab] gap"));
}

TEST(Http1Gap, in_a_head_gives_the_message_up) {
    for (const char* before : {"G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nA: b\r", "\r"}) {
        auto p = requests().feed(before).gap(1).feed("c\r\n\r\n", false).feed(kNext);
        EXPECT_THAT(p.texts(), ElementsAre("lost place", kNextText)) << before;
        EXPECT_EQ(p.counted(), p.fed) << before;
    }
}

TEST(Http1Gap, between_messages_loses_the_place) {
    auto p = requests().feed(kNext).gap(1);
    EXPECT_THAT(p.texts(), ElementsAre(kNextText, "lost place"));
    EXPECT_TRUE(p.parser.lost());
    p.gap(5);
    EXPECT_THAT(p.texts(), SizeIs(2));
}

TEST(Http1Gap, of_no_bytes_is_nothing) {
    auto p = requests().feed("GET ").gap(0).feed("/next HTTP/1.1\r\n\r\n", false);
    EXPECT_THAT(p.texts(), ElementsAre(kNextText));
}

TEST(Http1Lost, not_from_start_is_lost_without_a_report) {
    Player p(MessageKind::kRequest, {}, false);
    EXPECT_TRUE(p.parser.lost());
    p.feed("the end of something\r\n\r\n").feed(kNext);
    EXPECT_THAT(p.texts(), ElementsAre(kNextText));
    EXPECT_EQ(p.parser.counts().unattributed, 24u);
    EXPECT_EQ(p.counted(), p.fed);
}

TEST(Http1Lost, a_message_begins_only_at_a_call_start) {
    Player p(MessageKind::kRequest, {}, false);
    p.feed(kNext, false).feed(std::string("x") + kNext);
    EXPECT_THAT(p.texts(), IsEmpty());
    EXPECT_TRUE(p.parser.lost());
}

TEST(Http1Lost, start_line_may_be_split_over_feeds) {
    Player p(MessageKind::kRequest, {}, false);
    for (const char c : std::string(kNext))
        p.feed(std::string(1, c), p.fed == 0);
    EXPECT_THAT(p.texts(), ElementsAre(kNextText));
    EXPECT_EQ(p.messages()[0].begin, 1u);
    EXPECT_EQ(p.parser.counts().parsed, p.fed);
}

TEST(Http1Lost, an_unfinished_start_line_ends_at_the_next_call_start_or_gap) {
    Player p(MessageKind::kRequest, {}, false);
    p.feed("GET /cut").feed("GET /cu").gap(1).feed(" HTTP/1.1\r\n\r\n", false).feed(kNext);
    EXPECT_THAT(p.texts(), ElementsAre(kNextText));
    EXPECT_EQ(p.parser.counts().unattributed, 28u);
    EXPECT_EQ(p.counted(), p.fed);
}

TEST(Http1Lost, a_request_line_may_be_written_piece_by_piece) {
    Player p(MessageKind::kRequest, {}, false);
    p.feed("GET /ne").feed("xt").feed(" HTTP/1.1\r\n").feed("\r\n");
    p.feed("GET /").gap(1).feed("x").feed("GET /half").feed("GET /next HTTP").feed("/1.1\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre(kNextText, "lost place", kNextText));
    EXPECT_EQ(p.counted(), p.fed);
}

TEST(Http1Lost, an_abandoned_candidate_is_unattributed_at_once) {
    Player p(MessageKind::kRequest, {}, false);
    p.feed("GET /cut").gap(1);
    EXPECT_EQ(p.parser.counts().unattributed, 8u);
    Player q(MessageKind::kRequest, {}, false);
    q.feed("GET /cut").feed(kNext);
    EXPECT_EQ(q.parser.counts().unattributed, 8u);
    EXPECT_EQ(q.parser.counts().parsed, std::string(kNext).size());
}

TEST(Http1Lost, only_a_strict_start_line_is_believed) {
    for (const char* line :
         {"get / HTTP/1.1\r\n", "GET / HTTP/1.1\n", "GET /a b HTTP/1.1\r\n", "GET /\r\n", "\r\n", "GET / HTTP/2.0\r\n",
          "ST / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "A: b\r\n", "GET  HTTP/1.1\r\n"}) {
        Player p(MessageKind::kRequest, {}, false);
        p.feed(line).feed("\r\n", false);
        EXPECT_THAT(p.items, IsEmpty()) << line;
        EXPECT_TRUE(p.parser.lost()) << line;
        EXPECT_EQ(p.counted(), p.fed) << line;
    }
}

TEST(Http1Lost, an_unknown_method_in_capitals_is_believed) {
    Player p(MessageKind::kRequest, {}, false);
    p.feed("FROB-IT /x HTTP/1.1\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("FROB-IT /x HTTP/1.1\n  body 0 []"));
}

TEST(Http1Lost, a_response_begins_at_a_status_line) {
    Player p(MessageKind::kResponse, {}, false);
    p.feed("HTTP/1.1 2").feed("00 OK\r\n\r\n").feed("HTTP/1.1 204\r\nA: b\r\n\r\n").feed("HTTP/1.1 304 x\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("204  HTTP/1.1\n  A: b\n  body 0 []", "304 x HTTP/1.1\n  body 0 []"));
}

TEST(Http1Lost, a_candidate_is_bounded_by_the_head_limit) {
    Player p(MessageKind::kRequest, {.head = 100}, false);
    p.feed("GET /");
    for (int i = 0; i < 1000; ++i)
        p.feed("0123456789", false);
    EXPECT_LT(p.parser.memory(), 512u);
    EXPECT_EQ(p.parser.counts().unattributed, p.fed);
}

TEST(Http1Lost, binary_data_is_dropped_at_once) {
    Player p(MessageKind::kRequest, {}, false);
    p.feed("GET /\x01 and no line end");
    EXPECT_EQ(p.parser.counts().unattributed, p.fed);
}

TEST(Http1Lost, http2_preface_is_believed) {
    Player p(MessageKind::kRequest, {}, false);
    p.feed("PRI * HTTP/2.0\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("tunnel"));
}

TEST(Http1End, completes_a_body_until_close_only_when_clean) {
    auto p = responses().feed("HTTP/1.1 200 OK\r\n\r\nab").end(false);
    EXPECT_THAT(p.texts(), ElementsAre("200 OK HTTP/1.1\n  body 2 [ab] truncated"));
    auto empty = responses().feed("HTTP/1.1 200 OK\r\n\r\n").end(true);
    EXPECT_THAT(empty.texts(), ElementsAre("200 OK HTTP/1.1\n  body 0 []"));
}

TEST(Http1End, of_an_unfinished_body_delivers_it_truncated) {
    for (const bool clean : {true, false}) {
        auto p = requests().feed(kPost10).feed("abc").end(clean);
        EXPECT_THAT(p.texts(), ElementsAre(std::string(kPost10Text) + "  body 3 [abc] truncated"));
        auto chunked = requests().feed(kChunked).feed("5\r\nabcde\r\n0\r\n").end(clean);
        EXPECT_THAT(chunked.texts(), ElementsAre(std::string(kChunkedText) + "  body 5 [abcde] truncated"));
        EXPECT_EQ(p.counted(), p.fed);
    }
}

TEST(Http1End, of_an_unfinished_head_drops_it) {
    for (const char* part : {"G", "GET / HTTP/1.1\r\nA"}) {
        auto p = requests().feed(part).end(true);
        EXPECT_THAT(p.items, IsEmpty());
        EXPECT_EQ(p.parser.counts().unattributed, p.fed);
    }
}

TEST(Http1Malformed, control_bytes_in_the_start_line_or_a_name) {
    using namespace std::string_literals;
    for (const std::string& head : {"GET /\0 HTTP/1.1\r\n"s, "G\x01T / HTTP/1.1\r\n"s, "GET /\x7f HTTP/1.1\r\n"s,
                                    "GET /\t HTTP/1.1\r\n"s, "GET / HTTP/1.1\r\r\n"s}) {
        auto p = requests().feed(head).feed(kNext);
        EXPECT_THAT(p.texts(), ElementsAre("lost place", kNextText)) << head;
        EXPECT_EQ(p.parser.counts().malformed, 1u) << head;
        EXPECT_EQ(p.parser.counts().unattributed, head.size()) << head;
    }
    for (const std::string& line : {"A\0: b\r\n"s, "\x01: b\r\n"s, "A: b\0\r\n"s}) {
        auto p = requests().feed("GET / HTTP/1.1\r\n" + line).feed(kNext);
        EXPECT_THAT(p.texts(), ElementsAre("GET / HTTP/1.1\n  body 0 [] gap", "lost place", kNextText)) << line;
        EXPECT_EQ(p.parser.counts().malformed, 1u) << line;
        auto lost = Player(MessageKind::kRequest, {}, false).feed("GET / HTTP/1.1\r\n" + line).feed(kNext);
        EXPECT_THAT(lost.texts(), ElementsAre("lost place", kNextText)) << line;
    }
}

TEST(Http1Malformed, what_is_not_a_start_line_or_a_field) {
    for (const char* head :
         {"GET / HTTP/1.1x\r\n", "GET / HTTP/2\r\n", "GET / HTTP/1.1000\r\n", "GET / HTTP/.1\r\n", "GET / http/1.1\r\n",
          "GET /\r\n", "GET\r\n", " GET / HTTP/1.1\r\n", "GET  HTTP/1.1\r\n", "(a) / HTTP/1.1\r\n"}) {
        auto p = requests().feed(head).feed(kNext);
        EXPECT_THAT(p.texts(), ElementsAre("lost place", kNextText)) << head;
        EXPECT_EQ(p.parser.counts().malformed, 1u) << head;
    }
    for (const char* head : {"HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.1 099 OK\r\n",
                             "HTTP/1.1\r\n", "HTTP/2 200\r\n", "ICY 200 OK\r\n", "HTTP/1.1 200 \x01\r\n", "H\r\n"}) {
        auto p = responses().feed(head);
        EXPECT_THAT(p.texts(), ElementsAre("lost place")) << head;
        EXPECT_EQ(p.parser.counts().malformed, 1u) << head;
    }
}

// Nginx answers a request with a line without a colon, Python's http.server all of these; who refuses them answers 400.
TEST(Http1Malformed, lines_that_are_no_fields_are_passed_over_where_the_head_is_certain) {
    auto p = requests().feed("GET / HTTP/1.1\r\n folded\r\nno colon\r\n: v\r\nA: b\r\nC d: e\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET / HTTP/1.1\n  A: b\n  C d: e\n  body 0 []"));
    for (const char* line : {" folded", "no colon", ": v", "C d: e"}) {
        auto lost = Player(MessageKind::kRequest, {}, false)
                        .feed("GET / HTTP/1.1\r\n" + std::string(line) + "\r\n\r\n")
                        .feed(kNext);
        EXPECT_THAT(lost.texts(), ElementsAre("lost place", kNextText)) << "of text in a body it would make a message";
    }
}

TEST(Http1Malformed, framing_behind_a_start_line_that_is_not_certain_makes_no_message) {
    for (const char* rest : {"Content-Length: x\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nx\r\n"}) {
        auto p = Player(MessageKind::kRequest, {}, false).feed("POST / HTTP/1.1\r\n" + std::string(rest)).feed(kNext);
        EXPECT_THAT(p.texts(), ElementsAre("lost place", kNextText)) << rest;
    }
}

TEST(Http1Malformed, binary_data_is_given_up_before_a_line_end) {
    auto p = requests().feed("\x16\x03\x01\x02");
    EXPECT_THAT(p.texts(), ElementsAre("lost place"));
    auto q = responses().feed("HTTQ");
    EXPECT_THAT(q.texts(), ElementsAre("lost place"));
}

TEST(Http1Limit, head_is_bounded_and_may_be_exactly_as_long) {
    const std::string head = "GET /0123456789 HTTP/1.1\r\nA: b\r\n\r\n";
    auto fits = requests({.head = head.size()}).feed(head);
    EXPECT_THAT(fits.messages(), SizeIs(1));
    auto over = requests({.head = head.size() - 1}).feed(head).feed("GET / HTTP/1.1\r\n\r\n");
    EXPECT_THAT(over.texts(), ElementsAre("GET /0123456789 HTTP/1.1\n  A: b\n  body 0 [] gap", "lost place",
                                          "GET / HTTP/1.1\n  body 0 []"));
    EXPECT_EQ(over.parser.counts().malformed, 1u);
    EXPECT_EQ(over.counted(), over.fed);
}

TEST(Http1Limit, header_fields_are_bounded) {
    auto fits = requests({.headers = 2}).feed("GET / HTTP/1.1\r\nA: 1\r\n folded\r\nB: 2\r\n\r\n");
    EXPECT_THAT(fits.messages(), SizeIs(1));
    auto over = requests({.headers = 2}).feed("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n");
    EXPECT_THAT(over.texts(), ElementsAre("GET / HTTP/1.1\n  A: 1\n  B: 2\n  C: 3\n  body 0 [] gap", "lost place"));
}

TEST(Http1Limit, chunk_lines_and_trailers_are_bounded) {
    const Http1Limits limits{.chunk_line = 16};
    const auto kGivenUp = ElementsAre(EndsWith(" body 0 [] gap"), "lost place");
    auto fits = requests(limits).feed(kChunked).feed("1;3456789012345\nx\r\n0\r\n\r\n");
    EXPECT_THAT(fits.messages(), SizeIs(1));
    auto line = requests(limits).feed(kChunked).feed("1;345678901234567\r\nx\r\n");
    EXPECT_THAT(line.texts(), kGivenUp);
    auto trailers = requests(limits).feed(kChunked).feed("0\r\nT: " + std::string(64, 'x') + "\r\n\r\n");
    EXPECT_THAT(trailers.texts(), kGivenUp);
    auto many = requests({.headers = 2}).feed(kChunked).feed("0\r\nT: 1\r\nT: 2\r\nT: 3\r\n\r\n");
    EXPECT_THAT(many.texts(), kGivenUp);
}

TEST(Http1Limit, body_is_cut_and_counted_and_the_parser_stays_in_step) {
    const Http1Limits limits{.body = 4};
    auto p = requests(limits).feed(kPost10).feed("abc").feed("defghij").feed(kChunked);
    p.feed("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n").feed(kNext);
    EXPECT_THAT(p.texts(), ElementsAre(std::string(kPost10Text) + "  body 10 [abcd] truncated",
                                       std::string(kChunkedText) + "  body 6 [abcd] truncated", kNextText));
    auto exact = requests({.body = 10}).feed(kPost10).feed("0123456789");
    EXPECT_FALSE(exact.messages()[0].body_truncated);
}

TEST(Http1Limit, what_is_beyond_it_may_be_skipped) {
    const Http1Limits limits{.body = 4};
    auto p = requests(limits).feed(kPost10);
    EXPECT_EQ(p.parser.skippable(), 0u);
    p.feed("abc");
    EXPECT_EQ(p.parser.skippable(), 0u);
    p.feed("d");
    EXPECT_EQ(p.parser.skippable(), 6u);
    p.gap(p.parser.skippable(), GapKind::kSkipped).feed(kNext);
    EXPECT_THAT(p.texts(), ElementsAre(std::string(kPost10Text) + "  body 10 [abcd] truncated", kNextText));
    EXPECT_EQ(p.parser.skippable(), 0u);

    auto chunked = requests(limits).feed(kChunked).feed("8\r\nabcde");
    EXPECT_EQ(chunked.parser.skippable(), 3u);
    chunked.feed("fgh");
    EXPECT_EQ(chunked.parser.skippable(), 0u);

    auto close = responses(limits).feed("HTTP/1.1 200 OK\r\n\r\nabcd");
    EXPECT_EQ(close.parser.skippable(), std::numeric_limits<std::uint64_t>::max());
}

TEST(Http1Limit, skipping_is_offered_after_a_hole_because_nothing_more_is_kept) {
    auto p = requests().feed(kPost10).feed("abc").gap(2);
    EXPECT_EQ(p.parser.skippable(), 5u);
}

TEST(Http1Limit, memory_follows_what_is_held) {
    auto p = requests({.body = 1000}).feed("POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
    EXPECT_LT(p.parser.memory(), 1000u);
    for (int i = 0; i < 10000; ++i)
        p.feed("0123456789");
    EXPECT_GE(p.parser.memory(), 1000u);
    EXPECT_LT(p.parser.memory(), 4000u);
}

TEST(Http1Loss, how_a_call_is_cut_does_not_say_whether_it_goes_on_with_the_line_before) {
    for (const std::size_t first : {0U, 1U, 3U, 5U, 12U}) {
        Http1Parser parser(MessageKind::kRequest, {}, false);
        std::vector<Item> items;
        parser.feed(testing::as_bytes("PUT /[ HTTP/1.1\r"), 1, true, items);
        const std::string call = "PUT /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
        if (first > 0) parser.feed(testing::as_bytes(call.substr(0, first)), 2, true, items);
        parser.feed(testing::as_bytes(call.substr(first)), 2, first == 0, items);
        ASSERT_EQ(items.size(), 2U) << first;
        EXPECT_EQ(items[1].message.target, "/a") << first;
    }
}

}  // namespace
}  // namespace apiarist::protocols
