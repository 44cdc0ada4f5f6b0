// SPDX-License-Identifier: Apache-2.0
// Whole streams without loss: what is a message, where it ends, what it holds.
#include "protocols/http1.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/http1_testing.h"

namespace apiarist::protocols {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using testing::Player;
using ::testing::SizeIs;
using ::testing::StartsWith;

Player requests() {
    return Player(MessageKind::kRequest);
}
Player responses() {
    return Player(MessageKind::kResponse);
}

TEST(Http1Request, without_length_has_no_body) {
    auto p = requests().feed("GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET /a?b=1 HTTP/1.1\n  Host: x\n  body 0 []"));
    EXPECT_TRUE(p.parser.between_messages());
    EXPECT_EQ(p.parser.counts().parsed, p.fed);
}

TEST(Http1Request, head_is_reported_before_the_body) {
    auto p = requests().feed("POST /up HTTP/1.1\r\nContent-Length: 3\r\n\r\n");
    ASSERT_THAT(p.items, SizeIs(1));
    EXPECT_EQ(p.items[0].kind, ItemKind::kHead);
    EXPECT_EQ(p.items[0].message.method, "POST");
    EXPECT_EQ(p.items[0].message.target, "/up");
    EXPECT_EQ(p.items[0].message.begin, 1u);
    ASSERT_NE(p.parser.current(), nullptr);
    EXPECT_EQ(p.parser.current()->target, "/up");
    EXPECT_FALSE(p.parser.between_messages());
    p.feed("abc");
    EXPECT_THAT(p.items, SizeIs(2));
    EXPECT_EQ(p.parser.current(), nullptr);
}

TEST(Http1Request, stamps_are_those_of_the_first_head_and_last_byte) {
    auto p = requests().feed("\r\n").feed("PO").feed("ST / HTTP/1.1\r\nContent-Length: 2\r\n").feed("\r\na").feed("b");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].begin, 2u);
    EXPECT_EQ(p.messages()[0].head_end, 4u);
    EXPECT_EQ(p.messages()[0].end, 5u);
}

TEST(Http1Request, any_method_token_is_a_method) {
    auto p =
        requests().feed("M-SEARCH * HTTP/1.1\r\n\r\nbrew /pot HTTP/1.1\r\n\r\nX!#$%&'*+-.^_`|~9 / HTTP/1.1\r\n\r\n");
    ASSERT_THAT(p.messages(), SizeIs(3));
    EXPECT_EQ(p.messages()[0].method, "M-SEARCH");
    EXPECT_EQ(p.messages()[1].method, "brew");
    EXPECT_EQ(p.messages()[2].method, "X!#$%&'*+-.^_`|~9");
}

TEST(Http1Request, every_form_of_target_is_kept_as_on_the_wire) {
    auto p = requests()
                 .feed("GET http://h:80/p?q HTTP/1.1\r\n\r\nCONNECT h:443 HTTP/1.1\r\n\r\n")
                 .feed("OPTIONS * HTTP/1.1\r\n\r\nGET /\xc3\xa9 HTTP/1.1\r\n\r\nGET /a b HTTP/1.1\r\n\r\n");
    ASSERT_THAT(p.messages(), SizeIs(5));
    EXPECT_EQ(p.messages()[0].target, "http://h:80/p?q");
    EXPECT_EQ(p.messages()[1].target, "h:443");
    EXPECT_EQ(p.messages()[2].target, "*");
    EXPECT_EQ(p.messages()[3].target, "/\xc3\xa9");
    EXPECT_EQ(p.messages()[4].target, "/a b");
}

TEST(Http1Request, pipelined_requests_in_one_feed_are_all_found) {
    auto p = requests().feed(
        "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /3 HTTP/1.0\r\n\r\n");
    EXPECT_THAT(p.texts(),
                ElementsAre("GET /1 HTTP/1.1\n  body 0 []", "POST /2 HTTP/1.1\n  Content-Length: 2\n  body 2 [hi]",
                            "GET /3 HTTP/1.0\n  body 0 []"));
}

TEST(Http1Request, bare_line_feeds_and_leading_empty_lines_are_forgiven) {
    auto p = requests().feed("\r\n\n\r\nGET / HTTP/1.1\nA: b\n\n\r").feed("\nGET /2 HTTP/1.1\n\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET / HTTP/1.1\n  A: b\n  body 0 []", "GET /2 HTTP/1.1\n  body 0 []"));
    EXPECT_EQ(p.parser.counts().parsed, p.fed);
}

// Between messages nginx and llhttp pass over each CR and LF by itself.
TEST(Http1Response, bare_carriage_returns_before_the_start_line_are_forgiven) {
    for (const char* second : {"\r\r\n\r", "\r"}) {
        auto p = responses().feed("\r").feed(second).feed("HTTP/1.1 204 \r\n\r\n");
        EXPECT_THAT(p.texts(), ElementsAre("204  HTTP/1.1\n  body 0 []")) << second;
    }
}

TEST(Http1Request, bare_carriage_returns_before_the_start_line_are_forgiven) {
    auto p = requests().feed("\r").feed("\rGET /1 HTTP/1.1\r\n\r\n\r\r\n\rGET /2 HTTP/1.1\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET /1 HTTP/1.1\n  body 0 []", "GET /2 HTTP/1.1\n  body 0 []"));
    EXPECT_EQ(p.parser.counts().parsed, p.fed);
}

// As nginx and llhttp have it.
TEST(Http1Request, spaces_around_the_target_are_forgiven) {
    auto p = requests().feed("GET   /a b  HTTP/1.1 \r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET /a b HTTP/1.1\n  body 0 []", "GET /2 HTTP/1.1\n  body 0 []"));
}

// llhttp, h11 and Apache answer HTTP/2.0, nginx HTTP/1.10; RFC 9110 §2.5 has them read as the highest minor version.
TEST(Http1Request, other_versions_are_read_as_the_one_that_is_known) {
    auto p = requests().feed(
        "GET /1 HTTP/2.0\r\n\r\nGET /2 HTTP/1.10\r\n\r\nGET /3 HTTP/0.9\r\n\r\nGET /4 HTTP/1.01\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET /1 HTTP/1.1\n  body 0 []", "GET /2 HTTP/1.1\n  body 0 []",
                                       "GET /3 HTTP/1.0\n  body 0 []", "GET /4 HTTP/1.1\n  body 0 []"));
}

TEST(Http1Request, a_thousand_fields_are_read) {
    std::string head = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 1000; ++i)
        head += "f" + std::to_string(i) + ": 1\r\n";
    auto p = requests().feed(head + "\r\n");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_THAT(p.messages()[0].headers, SizeIs(1000));
}

TEST(Http1Request, repeated_headers_keep_their_order_and_case) {
    auto p = requests().feed("GET / HTTP/1.1\r\nX-A: 1\r\nx-b:2\r\nX-a:\t 3 \t\r\nE:\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET / HTTP/1.1\n  X-A: 1\n  x-b: 2\n  X-a: 3\n  E: \n  body 0 []"));
}

TEST(Http1Request, folded_header_lines_are_joined_with_one_space) {
    auto p = requests().feed("GET / HTTP/1.1\r\nA: one  \r\n \t two\r\n\tthree\r\n \r\nB:\r\n b\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("GET / HTTP/1.1\n  A: one two three\n  B: b\n  body 0 []"));
}

TEST(Http1Request, white_space_before_the_colon_is_forgiven) {
    auto p = requests().feed("POST / HTTP/1.1\r\nContent-Length : 1\r\n\r\nx");
    EXPECT_THAT(p.texts(), ElementsAre("POST / HTTP/1.1\n  Content-Length: 1\n  body 1 [x]"));
}

TEST(Http1Request, body_until_close_does_not_exist) {
    auto p = requests().feed("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("POST / HTTP/1.1\n  Transfer-Encoding: gzip\n  body 0 [] gap", "lost place"));
    EXPECT_EQ(p.parser.counts().malformed, 1u);
}

TEST(Http1Request, http2_preface_is_a_tunnel_without_a_message) {
    auto p = requests().feed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").feed("GET / HTTP/1.1\r\n\r\n").end();
    ASSERT_THAT(p.items, SizeIs(1));
    EXPECT_EQ(p.items[0].kind, ItemKind::kTunnel);
    EXPECT_EQ(p.parser.counts().tunnelled, p.fed);
}

TEST(Http1Response, head_carries_the_status) {
    auto p = responses().feed("HTTP/1.1 201 Made it\r\nContent-Length: 1\r\n\r\n");
    ASSERT_THAT(p.items, SizeIs(1));
    EXPECT_EQ(p.items[0].kind, ItemKind::kHead);
    EXPECT_EQ(p.items[0].message.status, 201);
    EXPECT_EQ(p.items[0].message.kind, MessageKind::kResponse);
}

TEST(Http1Response, reason_may_be_empty_or_absent) {
    auto p = responses().feed("HTTP/1.1 204\r\n\r\nHTTP/1.1 204 \r\n\r\nHTTP/1.0 204 No \xe9\tbody\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("204  HTTP/1.1\n  body 0 []", "204  HTTP/1.1\n  body 0 []",
                                       "204 No \xe9\tbody HTTP/1.0\n  body 0 []"));
}

TEST(Http1Response, to_head_204_and_304_has_no_body_whatever_its_headers_say) {
    auto p = responses().expect("HEAD").expect("GET").expect("GET").expect("GET");
    p.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 N\r\nTransfer-Encoding: chunked\r\n\r\n");
    p.feed("HTTP/1.1 304 N\r\nContent-Length: 7\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    ASSERT_THAT(p.messages(), SizeIs(4));
    EXPECT_EQ(p.messages()[0].body_size, 0u);
    EXPECT_EQ(p.messages()[3].body, "x");
}

TEST(Http1Response, interim_response_is_consumed_without_an_item_or_an_expectation) {
    auto p = responses().expect("HEAD");
    p.feed("HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(p.items, IsEmpty());
    EXPECT_EQ(p.parser.counts().parsed, p.fed);
    p.feed("HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("200 OK HTTP/1.1\n  Content-Length: 9\n  body 0 []"));
    EXPECT_TRUE(p.parser.between_messages());
}

TEST(Http1Response, switching_protocols_is_delivered_and_then_a_tunnel) {
    auto p = responses().expect("GET").feed("HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n\x81\x05hello");
    EXPECT_THAT(p.texts(), ElementsAre("101 S HTTP/1.1\n  Upgrade: websocket\n  body 0 []", "tunnel"));
    EXPECT_EQ(p.parser.counts().tunnelled, 7u);
}

TEST(Http1Response, success_to_connect_is_a_tunnel_and_its_length_is_ignored) {
    auto p = responses().expect("CONNECT").feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\x16\x03\x01");
    EXPECT_THAT(p.texts(), ElementsAre("200 OK HTTP/1.1\n  Content-Length: 5\n  body 0 []", "tunnel"));
    EXPECT_EQ(p.parser.counts().tunnelled, 3u);
}

TEST(Http1Response, refusal_of_connect_has_a_body_and_no_tunnel) {
    auto p = responses().expect("CONNECT").feed("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_THAT(p.texts(), ElementsAre("407 No HTTP/1.1\n  Content-Length: 2\n  body 2 [no]"));
    EXPECT_TRUE(p.parser.between_messages());
}

TEST(Http1Response, without_length_lasts_until_close) {
    auto p = responses().feed("HTTP/1.0 200 OK\r\n\r\nab").feed("HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_THAT(p.texts(), IsEmpty());
    p.end(true);
    EXPECT_THAT(p.texts(), ElementsAre("200 OK HTTP/1.0\n  body 21 [abHTTP/1.1 200 OK\r\n\r\n]"));
    EXPECT_EQ(p.messages()[0].end, 2u);
}

TEST(Http1Response, with_a_transfer_coding_that_does_not_end_in_chunked_lasts_until_close) {
    for (const std::string codings : {"gzip", "chunked, gzip"}) {
        auto p =
            responses().feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + codings + "\r\nContent-Length: 1\r\n\r\nabc");
        p.end();
        ASSERT_THAT(p.messages(), SizeIs(1));
        EXPECT_EQ(p.messages()[0].body, "abc");
        EXPECT_EQ(p.messages()[0].transfer_coding, codings);
    }
}

TEST(Http1Message, feeding_one_stops_behind_it) {
    Player p = responses();
    constexpr std::string_view kTwo =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n";
    const auto bytes = testing::as_bytes(kTwo);
    const std::size_t first = p.parser.feed_message(bytes, 1, true, p.items);
    EXPECT_EQ(kTwo.substr(0, first), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_THAT(p.messages(), SizeIs(1));
    EXPECT_TRUE(p.parser.between_messages());
    EXPECT_EQ(p.parser.feed_message(bytes.subspan(first), 1, false, p.items), bytes.size() - first)
        << "neither an empty line nor an interim response is a message";
    EXPECT_THAT(p.messages(), SizeIs(2));
    EXPECT_EQ(p.parser.counts().parsed, kTwo.size());
}

TEST(Http1Message, feeding_one_that_does_not_end_takes_all) {
    Player p = responses();
    const auto part = testing::as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
    EXPECT_EQ(p.parser.feed_message(part, 1, true, p.items), part.size());
    EXPECT_FALSE(p.parser.between_messages());
    EXPECT_EQ(p.parser.feed_message({}, 1, true, p.items), 0u);
    EXPECT_EQ(p.parser.feed_message(testing::as_bytes("abcHTTP"), 1, true, p.items), 3u);
}

TEST(Http1Message, feeding_one_takes_what_is_no_message_and_stops_before_a_tunnel) {
    Player lost = responses();
    const auto junk = testing::as_bytes("junk\r\nHTTP/1.1 200 OK\r\n\r\n");
    EXPECT_EQ(lost.parser.feed_message(junk, 1, true, lost.items), junk.size());
    Player upgraded = responses();
    const auto tunnel = testing::as_bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02hi");
    EXPECT_EQ(upgraded.parser.feed_message(tunnel, 1, true, upgraded.items), tunnel.size() - 4);
    EXPECT_EQ(upgraded.parser.feed_message(tunnel.last(4), 1, false, upgraded.items), 4u);
    EXPECT_EQ(upgraded.parser.counts().tunnelled, 4u);
}

TEST(Http1Length, equal_repetitions_and_lists_are_one_value) {
    auto p = requests().feed("PUT / HTTP/1.1\r\nContent-Length: 2, 2\r\ncontent-length: 2\r\n\r\nab");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].body, "ab");
}

TEST(Http1Length, anything_but_one_number_is_malformed) {
    for (const char* value :
         {"1, 2", "1\r\nContent-Length: 2", "+1", "-1", "0x1", "1.0", "", "1,,1", "1 1", "99999999999999999999", "a"}) {
        auto p = requests().feed("PUT / HTTP/1.1\r\nContent-Length: " + std::string(value) + "\r\n\r\na");
        EXPECT_THAT(p.texts(), ElementsAre(AllOf(StartsWith("PUT / "), EndsWith(" body 0 [] gap")), "lost place"))
            << value;
        EXPECT_EQ(p.parser.counts().malformed, 1u) << value;
        EXPECT_EQ(p.parser.counts().unattributed, p.fed) << value;
    }
}

TEST(Http1Length, transfer_encoding_wins_over_it) {
    auto p = requests().feed(
        "PUT / HTTP/1.1\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].body, "x");
}

TEST(Http1Length, transfer_encoding_identity_is_nothing) {
    auto p = requests().feed("PUT / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: identity\r\n\r\nab");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].body, "ab");
}

constexpr const char* kChunkedHead = "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n";

TEST(Http1Chunked, chunks_are_joined) {
    auto p = requests().feed(kChunkedHead).feed("3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].body, "abc0123456789");
    EXPECT_EQ(p.messages()[0].body_size, 13u);
    EXPECT_EQ(p.parser.counts().parsed, p.fed);
}

TEST(Http1Chunked, extensions_are_ignored_and_trailers_kept) {
    auto p = requests()
                 .feed(kChunkedHead)
                 .feed("1;a=\"b;c\" ; d\r\nx\r\n2 \t;e\r\nyz\r\n0;last\r\nT: 1\r\n 2\r\nU: 3\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("POST / HTTP/1.1\n  Transfer-Encoding: Chunked\n  trailer T: 1 2\n"
                                       "  trailer U: 3\n  body 3 [xyz]"));
}

TEST(Http1Chunked, bare_line_feeds_are_forgiven) {
    auto p = requests().feed(kChunkedHead).feed("1\nx\n0\n\n");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].body, "x");
}

TEST(Http1Chunked, inner_codings_stay_and_are_named) {
    auto p = requests().feed(
        "POST / HTTP/1.1\r\nTransfer-Encoding: deflate\r\nTransfer-Encoding: gzip , chunked\r\n\r\n"
        "2\r\n\x1f\x8b\r\n0\r\n\r\n");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].transfer_coding, "deflate, gzip");
    EXPECT_EQ(p.messages()[0].body, "\x1f\x8b");
}

// Node.js and Go run their handlers when the head is there.
TEST(Http1Chunked, anything_wrong_in_the_framing_is_malformed) {
    for (const char* body : {"x\r\n", "-1\r\n", "0x1\r\n", "\r\n", "1 2\r\n", "10000000000000000\r\n", "1\r\nab\r\n",
                             "1\r\na\r\r\n", "1\r\na0\r\n", "0\r\nno colon\r\n", ";a\r\n", "0\r\n: x\r\n"}) {
        auto p = requests().feed(kChunkedHead).feed(body);
        EXPECT_THAT(p.texts(), ElementsAre(AllOf(StartsWith("POST / "), EndsWith("] gap")), "lost place")) << body;
        EXPECT_EQ(p.parser.counts().malformed, 1u) << body;
        EXPECT_EQ(p.parser.counts().unattributed, p.fed) << body;
    }
}

// As llhttp, Go, nginx and Python have it.
TEST(Http1Chunked, with_a_parameter_it_is_another_coding) {
    auto p = responses().feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked;q=1\r\n\r\n1\r\nx\r\n0\r\n\r\n").end();
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].body, "1\r\nx\r\n0\r\n\r\n");
}

TEST(Http1Chunked, applied_twice_is_malformed) {
    for (const std::string codings : {"chunked, chunked", "chunked, gzip, chunked"}) {
        auto p = responses().feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + codings + "\r\n\r\n");
        EXPECT_THAT(p.texts(), ElementsAre(AllOf(StartsWith("200 OK"), EndsWith(" body 0 [] gap")), "lost place"))
            << codings;
    }
}

TEST(Http1Expectations, beyond_the_limit_the_order_stays_true) {
    Player p(MessageKind::kResponse, {.expectations = 2});
    p.expect("GET").expect("HEAD").expect("GET");
    p.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    // There is room again, but the third request still waits before this one.
    p.expect("HEAD");
    p.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
    ASSERT_THAT(p.messages(), SizeIs(3));
    EXPECT_EQ(p.messages()[1].body, "");
    EXPECT_EQ(p.messages()[2].body, "b");
}

TEST(Http1Expectations, forgotten_ones_do_not_count) {
    auto p = responses().expect("HEAD");
    p.parser.forget_expectations();
    p.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    ASSERT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.messages()[0].body, "a");
}

TEST(Http1Expectations, are_kept_in_bounded_memory_over_a_long_connection) {
    auto p = responses();
    for (int i = 0; i < 10000; ++i) {
        p.expect(i % 2 == 0 ? "HEAD" : "GET").expect("GET");
        p.feed(i % 2 == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" : "HTTP/1.1 204 OK\r\n\r\n");
        p.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        ASSERT_TRUE(p.parser.between_messages());
    }
    EXPECT_LT(p.parser.memory(), 1024u);
}

TEST(Http1Tunnel, owner_says_so_between_messages) {
    auto p = requests().feed("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
    p.parser.tunnel();
    p.feed("\x81\x85").gap(3).feed("GET / HTTP/1.1\r\n\r\n").end();
    EXPECT_THAT(p.messages(), SizeIs(1));
    EXPECT_EQ(p.parser.counts().tunnelled, 20u);
    EXPECT_EQ(p.parser.counts().missing, 3u);
    EXPECT_EQ(p.counted(), p.fed);
}

TEST(Http1Tunnel, bytes_of_it_that_came_early_are_counted_as_such) {
    auto p = requests().feed("GET /ws HTTP/1.1\r\n\r\nearly");
    p.parser.tunnel();
    EXPECT_EQ(p.parser.counts().tunnelled, 5u);
}

TEST(Http1Tunnel, begins_after_the_message_in_transit) {
    auto p = requests().feed("POST /h2c HTTP/1.1\r\nContent-Length: 3\r\n\r\na");
    p.parser.tunnel();
    p.feed("bcPRI * HTTP/2.0\r\n\r\n");
    EXPECT_THAT(p.texts(), ElementsAre("POST /h2c HTTP/1.1\n  Content-Length: 3\n  body 3 [abc]", "tunnel"));
    EXPECT_EQ(p.parser.counts().tunnelled, 18u);
}

TEST(Http1Tunnel, begins_after_the_message_in_transit_even_if_that_is_malformed_or_cut) {
    auto malformed = requests().feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    malformed.parser.tunnel();
    malformed.feed("x\r\n").feed("GET / HTTP/1.1\r\n\r\n");
    EXPECT_THAT(malformed.texts(),
                ElementsAre("POST / HTTP/1.1\n  Transfer-Encoding: chunked\n  body 0 [] gap", "tunnel"));
    EXPECT_EQ(malformed.parser.counts().tunnelled, 18u);

    auto cut = requests().feed("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na");
    cut.parser.tunnel();
    cut.gap(5).feed("GET / HTTP/1.1\r\n\r\n");
    EXPECT_THAT(cut.texts(), ElementsAre("POST / HTTP/1.1\n  Content-Length: 3\n  body 3 [a] gap", "tunnel"));
    EXPECT_EQ(cut.parser.counts().tunnelled, 18u);
}

}  // namespace
}  // namespace apiarist::protocols
