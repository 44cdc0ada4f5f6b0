// SPDX-License-Identifier: Apache-2.0
#include "protocols/http2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocols/http2_testing.h"

namespace apiarist::protocols::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kPreface(kHttp2Preface);

std::string response(std::uint32_t stream, const std::string& status, unsigned flags) {
    return frame(FrameType::kHeaders, flags, stream, literals({{":status", status}}));
}

std::string data(std::uint32_t stream, const std::string& bytes, unsigned flags = 0) {
    return frame(FrameType::kData, flags, stream, bytes);
}

TEST(Http2, a_request_without_a_body) {
    Feeder feeder;
    EXPECT_THAT(feeder.call(kPreface + settings() + get(1, "/a")).texts(true),
                ElementsAre("1 head GET /a", "1 GET /a []"));
    EXPECT_EQ(feeder.parser.counts().parsed, kPreface.size() + settings().size() + get(1, "/a").size());
}

TEST(Http2, the_authority_is_the_host_that_http1_has) {
    Feeder feeder;
    feeder.call(kPreface + settings() + get(1, "/a"));
    ASSERT_EQ(feeder.items.size(), 2U);
    EXPECT_EQ(header_value(feeder.items[1].message.headers, "host"), "shop");
    EXPECT_EQ(feeder.items[1].message.major_version, 2);
}

TEST(Http2, interleaved_streams_and_trailers) {
    Feeder feeder;
    feeder.call(settings() + response(1, "200", kEndHeaders) + response(3, "201", kEndHeaders));
    feeder.call(data(3, "th") + data(1, "one", kEndStream) + data(3, "ree"));
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 3, literals({{"grpc-status", "0"}})));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 200 [one]", "3 201 [three] ~grpc-status=0"));
}

TEST(Http2, a_header_block_in_three_frames) {
    const std::string block = literals({{":method", "GET"}, {":path", "/cut"}});
    Feeder feeder;
    feeder.call(kPreface + settings() + frame(FrameType::kHeaders, kEndStream, 1, block.substr(0, 5)));
    feeder.call(frame(FrameType::kContinuation, 0, 1, block.substr(5, 6)));
    feeder.call(frame(FrameType::kContinuation, kEndHeaders, 1, block.substr(11)));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 GET /cut []"));
}

TEST(Http2, another_frame_inside_a_header_block_loses_the_place) {
    Feeder feeder;
    feeder.call(kPreface + settings() + frame(FrameType::kHeaders, kEndStream, 1, literals({{":method", "GET"}})));
    EXPECT_THAT(feeder.call(settings()).texts(), ElementsAre("lost"));
    EXPECT_EQ(feeder.parser.counts().malformed, 1U);
}

TEST(Http2, padding_and_priority_are_no_part_of_what_is_said) {
    const std::string padded =
        std::string(1, '\4') + std::string(5, '\0') + literals({{":method", "GET"}, {":path", "/p"}}) + "0000";
    Feeder feeder;
    feeder.call(kPreface + settings() + frame(FrameType::kHeaders, kEndHeaders | kPadded | kHasPriority, 1, padded));
    feeder.call(frame(FrameType::kData, kPadded, 1, std::string(1, '\2') + "body" + "00"));
    feeder.call(frame(FrameType::kData, kPadded | kEndStream, 1, std::string(1, '\3') + "000"));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 GET /p [body]"));
}

TEST(Http2, more_padding_than_frame_loses_the_place) {
    Feeder feeder;
    feeder.call(settings() + response(1, "200", kEndHeaders) +
                frame(FrameType::kData, kPadded, 1, std::string(1, '\4') + "000"));
    EXPECT_THAT(feeder.texts(), ElementsAre("lost"));
}

TEST(Http2, informational_responses_are_passed_over) {
    Feeder feeder;
    feeder.call(settings() + response(1, "103", kEndHeaders) + response(1, "200", kEndHeaders | kEndStream));
    EXPECT_THAT(feeder.texts(true), ElementsAre("1 head 200", "1 200 []"));
}

TEST(Http2, what_a_server_pushes_is_passed_over_but_read) {
    Feeder feeder;
    const std::string promise = std::string("\0\0\0\2", 4) + inserted({{":path", "/pushed"}});
    feeder.call(settings() + frame(FrameType::kPushPromise, kEndHeaders, 1, promise));
    feeder.call(response(2, "200", kEndHeaders | kEndStream));
    // What the promise put into the table is there.
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 3, literals({{":method", "GET"}}) + indexed(62)));
    EXPECT_THAT(feeder.texts(), ElementsAre("3 GET /pushed []"));
}

TEST(Http2, connect_names_its_authority) {
    Feeder feeder;
    feeder.call(kPreface + settings() +
                frame(FrameType::kHeaders, kEndHeaders, 1, literals({{":method", "CONNECT"}, {":authority", "db:1"}})));
    EXPECT_THAT(feeder.texts(true), ElementsAre("1 head CONNECT db:1"));
}

TEST(Http2, extended_connect_names_its_path) {
    Feeder feeder;
    feeder.call(
        kPreface + settings() +
        frame(
            FrameType::kHeaders, kEndHeaders, 1,
            literals({{":method", "CONNECT"}, {":protocol", "websocket"}, {":path", "/ws"}, {":authority", "shop"}})));
    EXPECT_THAT(feeder.texts(true), ElementsAre("1 head CONNECT /ws"));
}

TEST(Http2, frames_of_unknown_types_are_passed_over) {
    Feeder feeder;
    feeder.call(kPreface + settings() + frame(static_cast<FrameType>(16), 0, 0, "u=1") + get(1, "/a"));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 GET /a []"));
}

TEST(Http2, a_reset_is_told) {
    Feeder feeder;
    feeder.call(settings() + frame(FrameType::kResetStream, 0, 5, std::string("\0\0\0\10", 4)));
    EXPECT_THAT(feeder.texts(), ElementsAre("5 reset"));
}

TEST(Http2, a_message_under_way_leaves_at_the_end) {
    Feeder feeder;
    feeder.call(settings() + response(1, "200", kEndHeaders) + data(1, "half")).end();
    EXPECT_THAT(feeder.texts(), ElementsAre("1 200 [half] truncated"));
}

TEST(Http2, a_body_beyond_the_limit_is_counted) {
    Http2Limits limits;
    limits.body = 4;
    Feeder feeder(true, limits);
    feeder.call(settings() + response(1, "200", kEndHeaders) + data(1, "abc") + data(1, "def", kEndStream));
    ASSERT_EQ(feeder.items.size(), 2U);
    EXPECT_EQ(feeder.items[1].message.body_size, 6U);
    EXPECT_THAT(feeder.texts(), ElementsAre("1 200 [abcd] truncated"));
}

TEST(Http2, streams_beyond_the_limit_are_passed_over) {
    Http2Limits limits;
    limits.streams = 1;
    Feeder feeder(true, limits);
    feeder.call(settings() + response(1, "200", kEndHeaders) + response(3, "200", kEndHeaders) +
                data(3, "x", kEndStream));
    feeder.call(data(1, "", kEndStream));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 200 []"));
    EXPECT_EQ(feeder.parser.messages().refused(), 1U);
}

TEST(Http2, a_block_beyond_the_limit_is_not_read) {
    Http2Limits limits;
    limits.block = 20;
    Feeder feeder(true, limits);
    feeder.call(kPreface + settings() + get(1, "/much-too-long-to-be-kept") + get(3, "/a"));
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 5, literals({{":path", "/b"}}) + indexed(62)));
    EXPECT_THAT(feeder.texts(), ElementsAre("5  /b [] gap"));
}

TEST(Http2, a_gap_inside_data_costs_that_body_alone) {
    const std::string body = data(1, "0123456789");
    Feeder feeder;
    feeder.call(settings() + response(1, "200", kEndHeaders) + response(3, "200", kEndHeaders) + body.substr(0, 12))
        .gap(7);
    feeder.call(data(3, "whole", kEndStream) + data(1, "rest", kEndStream));
    EXPECT_THAT(feeder.texts(), ElementsAre("3 200 [whole]", "1 200 [012] gap"));
    EXPECT_EQ(feeder.parser.counts().missing, 7U);
}

TEST(Http2, data_that_nobody_could_see) {
    Feeder feeder;
    feeder.call(settings() + response(1, "200", kEndHeaders) +
                data(1, std::string(9, 'x'), kEndStream).substr(0, kFrameHeader));
    feeder.gap(9, GapKind::kNotSeen);
    EXPECT_THAT(feeder.texts(), ElementsAre("1 200 [] not_seen"));
}

TEST(Http2, a_gap_beyond_a_frame_loses_the_place_and_marks_what_is_under_way) {
    Feeder feeder;
    feeder.call(settings() + response(1, "200", kEndHeaders) + data(1, "0123456789").substr(0, 12)).gap(8);
    EXPECT_THAT(feeder.texts(), ElementsAre("lost"));
    feeder.call(response(3, "200", kEndHeaders) + data(1, "", kEndStream) + data(3, "new", kEndStream));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 200 [012] gap", "3 200 [new]"));
}

TEST(Http2, after_a_loss_the_place_is_found_inside_a_call) {
    Feeder feeder;
    feeder.call(kPreface).gap(1000);
    feeder.more("the rest of something" + get(7, "/a") + get(9, "/b") + settings());
    EXPECT_THAT(feeder.texts(), ElementsAre("lost", "7 GET /a []", "9 GET /b []"));
    EXPECT_EQ(feeder.parser.counts().unattributed, 21U);
}

TEST(Http2, after_a_loss_one_frame_that_fills_a_call_is_enough) {
    Feeder feeder;
    feeder.call(kPreface).gap(1000);
    feeder.call(get(7, "/a"));
    EXPECT_THAT(feeder.texts(), ElementsAre("lost", "7 GET /a []"));
}

TEST(Http2, after_a_loss_two_frames_in_the_midst_of_other_bytes_are_not_enough) {
    Feeder feeder;
    feeder.call(kPreface).gap(1000);
    feeder.more("body " + get(7, "/a") + get(9, "/b") + "and what follows is no frame");
    EXPECT_THAT(feeder.texts(), ElementsAre("lost"));
    EXPECT_TRUE(feeder.parser.lost());
}

TEST(Http2, a_search_in_vain_holds_no_more_than_its_limit) {
    Http2Limits limits;
    limits.search = 1000;
    Feeder feeder(false, limits);
    // Each of these may begin a frame whose end has not come.
    const std::string endless = frame(FrameType::kData, 0, 1, std::string(16000, '\0')).substr(0, kFrameHeader);
    for (int i = 0; i < 1000; ++i)
        feeder.more(endless + "\xff");
    EXPECT_LE(feeder.parser.memory(), 4000U);
    EXPECT_EQ(feeder.parser.searched(), 10000U);
    feeder.end();
    EXPECT_EQ(feeder.parser.counts().unattributed, 10000U);
}

TEST(Http2, joined_midway_what_was_said_before_is_left_out) {
    Feeder feeder(false);
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 7,
                      literals({{":method", "GET"}}) + indexed(62) + literals({{"a", "b"}})));
    EXPECT_THAT(feeder.texts(), ElementsAre("7 GET  [] a=b midway"));
}

TEST(Http2, joined_midway_what_was_said_since_is_known) {
    Feeder feeder(false);
    feeder.call(
        frame(FrameType::kHeaders, kEndHeaders | kEndStream, 7, inserted({{":method", "GET"}, {":path", "/new"}})));
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 9, indexed(63) + indexed(62)));
    EXPECT_THAT(feeder.texts(), ElementsAre("7 GET /new []", "9 GET /new []"));
}

TEST(Http2, joined_midway_a_head_of_nothing_known_has_no_role) {
    Feeder feeder(false);
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 7, indexed(62) + indexed(63)));
    EXPECT_THAT(feeder.texts(), ElementsAre("7 ? [] midway"));
}

TEST(Http2, joined_midway_trailers_alone_are_no_message) {
    Feeder feeder(false);
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 7, literals({{"grpc-status", "0"}})));
    EXPECT_THAT(feeder.texts(), IsEmpty());
}

TEST(Http2, what_is_unknown_after_a_loss_is_a_gap) {
    Feeder feeder;
    feeder.call(kPreface + settings() +
                frame(FrameType::kHeaders, kEndHeaders | kEndStream, 1,
                      inserted({{":path", "/old"}}) + literals({{":method", "GET"}})));
    feeder.gap(50);
    feeder.call(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 5, literals({{":method", "GET"}}) + indexed(62)));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 GET /old []", "lost", "5 GET  [] gap"));
}

TEST(Http2, a_block_that_is_none_loses_the_place) {
    Feeder feeder;
    feeder.call(kPreface + settings() + frame(FrameType::kHeaders, kEndHeaders, 1, indexed(0)));
    EXPECT_THAT(feeder.texts(), ElementsAre("lost"));
}

TEST(Http2, text_that_is_not_http2_is_searched_in_vain) {
    Feeder feeder;
    feeder.call("GET / HTTP/1.1\r\n\r\n");
    EXPECT_THAT(feeder.texts(), ElementsAre("lost"));
    EXPECT_TRUE(feeder.parser.lost());
}

TEST(Http2, a_preface_that_is_none_loses_the_place_however_it_is_split) {
    for (const std::size_t first : {1U, 3U, 6U}) {
        const std::string bytes = "PRI \2P";
        Feeder feeder;
        feeder.call(bytes.substr(0, first)).more(bytes.substr(first));
        EXPECT_THAT(feeder.texts(), ElementsAre("lost")) << first;
    }
}

TEST(Http2, bodies_are_given_back) {
    Feeder feeder;
    feeder.call(settings() + response(1, "200", kEndHeaders) + data(1, std::string(5000, 'x')));
    EXPECT_EQ(feeder.parser.messages().release_bodies(), 1U);
    EXPECT_LT(feeder.parser.messages().memory(), 1000U);
    feeder.call(data(1, "more", kEndStream));
    EXPECT_THAT(feeder.texts(), ElementsAre("1 200 [] truncated"));
}

TEST(Http2, how_bytes_are_split_changes_nothing) {
    const std::string bytes =
        kPreface + settings() + get(1, "/a") +
        frame(FrameType::kHeaders, kEndHeaders, 3, inserted({{":method", "PUT"}, {":path", "/b"}})) +
        frame(FrameType::kData, kPadded, 3, std::string(1, '\3') + "body" + "000") + data(3, "end", kEndStream) +
        frame(FrameType::kPing, 0, 0, "12345678") + get(5, "/c");
    Feeder whole;
    whole.call(bytes);
    const auto expected = whole.texts(true);
    ASSERT_EQ(expected.size(), 6U);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        Feeder feeder;
        for (std::size_t at = 0; at < bytes.size(); at += size)
            feeder.more(std::string_view(bytes).substr(at, size));
        EXPECT_EQ(feeder.texts(true), expected) << "in pieces of " << size;
    }
}

}  // namespace
}  // namespace apiarist::protocols::testing
