// SPDX-License-Identifier: Apache-2.0
#include "transactions/http2_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocols/http2_testing.h"
#include "transactions/traffic_testing.h"

namespace apiarist::transactions::testing {
namespace {

using protocols::FrameType;
using protocols::kEndHeaders;
using protocols::kEndStream;
using protocols::testing::frame;
using protocols::testing::get;
using protocols::testing::indexed;
using protocols::testing::inserted;
using protocols::testing::literals;
using protocols::testing::settings;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const std::string kPreface(protocols::kHttp2Preface);

std::string post(std::uint32_t stream, const std::string& path, unsigned flags = 0) {
    return frame(FrameType::kHeaders, kEndHeaders | flags, stream, literals({{":method", "POST"}, {":path", path}}));
}
std::string answer(std::uint32_t stream, const std::string& status, unsigned flags = 0) {
    return frame(FrameType::kHeaders, kEndHeaders | flags, stream, literals({{":status", status}}));
}
std::string data(std::uint32_t stream, const std::string& bytes, unsigned flags = 0) {
    return frame(FrameType::kData, flags, stream, bytes);
}

// A server's connection, unless said otherwise.
class Http2ConnectionTest : public ::testing::Test {
  protected:
    Http2ConnectionTest() { channel.options.flags = AP_CONN_HTTP2; }

    void open() { rig.feed(channel.open()); }
    void requests(const std::string& bytes) { rig.feed(channel.bytes(request_side, bytes)); }
    void responses(const std::string& bytes) { rig.feed(channel.bytes(1 - request_side, bytes)); }
    void begin() {
        open();
        requests(kPreface + settings());
        responses(settings());
    }
    void end() {
        rig.feed(channel.end());
        EXPECT_THAT(rig.finish(), IsEmpty());
    }

    Channel channel;
    Rig rig;
    unsigned request_side = AP_READ;
};

TEST_F(Http2ConnectionTest, answers_come_in_any_order) {
    begin();
    requests(get(1, "/a") + get(3, "/b"));
    responses(answer(3, "204", kEndStream) + answer(1, "200") + data(1, "body", kEndStream));
    EXPECT_THAT(rig.texts, ElementsAre("GET /b [] -> 204 [] complete", "GET /a [] -> 200 [body] complete"));
    EXPECT_EQ(rig.transactions[0].direction, Direction::kServer);
    end();
    EXPECT_EQ(rig.count(Count::kPaired), 2U);
}

TEST_F(Http2ConnectionTest, a_client_is_told_by_what_it_writes) {
    request_side = AP_WRITE;
    begin();
    requests(get(1, "/a"));
    responses(answer(1, "200", kEndStream));
    ASSERT_EQ(rig.transactions.size(), 1U);
    EXPECT_EQ(rig.transactions[0].direction, Direction::kClient);
    end();
}

TEST_F(Http2ConnectionTest, a_response_whose_record_comes_first_waits_for_its_request) {
    request_side = AP_WRITE;
    begin();
    responses(answer(1, "200", kEndStream));
    requests(get(1, "/a"));
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [] complete"));
    end();
}

TEST_F(Http2ConnectionTest, an_early_answer_leaves_when_the_request_does_not_end) {
    begin();
    requests(post(1, "/up") + data(1, "first"));
    responses(answer(1, "413", kEndStream));
    EXPECT_THAT(rig.texts, IsEmpty());
    rig.tracker.settle(channel.now_ns + 2'000'000'000);
    EXPECT_THAT(rig.texts, ElementsAre("POST /up [first] -> 413 [] request_truncated"));
    end();
}

TEST_F(Http2ConnectionTest, a_reset_ends_the_exchange_of_both_sides) {
    begin();
    requests(post(1, "/up") + data(1, "first") + get(3, "/a"));
    responses(answer(1, "200") + data(1, "half") + frame(FrameType::kResetStream, 0, 1, std::string("\0\0\0\2", 4)));
    EXPECT_THAT(rig.texts, ElementsAre("POST /up [first] -> 200 [half] request_truncated,response_truncated"));
    end();
    EXPECT_THAT(rig.texts.back(), "GET /a [] -> nothing unanswered");
}

TEST_F(Http2ConnectionTest, a_reset_behind_a_whole_answer_waits_for_the_rest_of_the_request) {
    begin();
    requests(post(1, "/up") + data(1, "first"));
    responses(answer(1, "404", kEndStream) + frame(FrameType::kResetStream, 0, 1, std::string("\0\0\0\0", 4)));
    EXPECT_THAT(rig.texts, IsEmpty());
    requests(data(1, " and last", kEndStream));
    EXPECT_THAT(rig.texts, ElementsAre("POST /up [first and last] -> 404 [] complete"));
    end();
}

TEST_F(Http2ConnectionTest, what_is_under_way_at_the_end_leaves) {
    begin();
    requests(get(1, "/a") + get(3, "/b"));
    responses(answer(3, "200") + data(3, "half"));
    end();
    EXPECT_THAT(rig.texts,
                UnorderedElementsAre("GET /a [] -> nothing unanswered", "GET /b [] -> 200 [half] response_truncated"));
}

TEST_F(Http2ConnectionTest, a_stream_that_goes_on_is_told_of_once_before_its_end) {
    begin();
    requests(post(1, "/watch", kEndStream) + post(3, "/page", kEndStream));
    responses(frame(FrameType::kHeaders, kEndHeaders, 1,
                    literals({{":status", "200"}, {"content-type", "text/event-stream"}})) +
              data(1, "data: 1\n\n") + answer(3, "200") + data(3, "half"));
    rig.tracker.settle(channel.now_ns + 9'000'000'000);
    EXPECT_THAT(rig.texts, IsEmpty());
    rig.tracker.settle(channel.now_ns + 11'000'000'000);
    rig.tracker.settle(channel.now_ns + 30'000'000'000);
    EXPECT_THAT(rig.texts, ElementsAre("POST /watch [] -> 200 [data: 1\n\n] response_open"));
    responses(data(1, "data: 2\n\n", kEndStream));
    EXPECT_THAT(rig.texts.back(), "POST /watch [] -> 200 [data: 1\n\ndata: 2\n\n] complete");
    end();
    EXPECT_EQ(rig.count(Count::kOpenRecords), 1U);
}

TEST_F(Http2ConnectionTest, joined_midway_a_path_that_was_said_before_is_unknown_and_none_is_guessed) {
    channel.options.before = {5000, 5000};
    open();
    requests(frame(FrameType::kHeaders, kEndHeaders | kEndStream, 101, literals({{":method", "GET"}}) + indexed(62)));
    responses(answer(101, "200", kEndStream));
    requests(
        frame(FrameType::kHeaders, kEndHeaders | kEndStream, 103, inserted({{":method", "GET"}, {":path", "/new"}})));
    responses(answer(103, "200", kEndStream));
    EXPECT_THAT(rig.texts, ElementsAre("GET  [] -> 200 [] joined_midway", "GET /new [] -> 200 [] complete"));
    EXPECT_FALSE(rig.transactions[0].is_identified());
    end();
    EXPECT_EQ(rig.count(Count::kUnidentified), 1U);
}

TEST_F(Http2ConnectionTest, joined_midway_an_answer_without_its_request_is_an_orphan) {
    channel.options.before = {5000, 5000};
    open();
    responses(answer(7, "200", kEndStream));
    end();
    EXPECT_THAT(rig.texts, IsEmpty());
    EXPECT_EQ(rig.count(Count::kOrphanResponses), 1U);
}

TEST_F(Http2ConnectionTest, an_exchange_whose_end_was_lost_does_not_stay) {
    begin();
    requests(get(1, "/a") + get(3, "/b"));
    responses(answer(1, "200") + data(1, "half"));
    channel.lose(AP_WRITE, 40);
    responses(answer(3, "200") + data(3, "whole", kEndStream));
    EXPECT_THAT(rig.texts, ElementsAre("GET /b [] -> 200 [whole] complete"));
    rig.tracker.settle(channel.now_ns + 11'000'000'000);
    EXPECT_THAT(rig.texts.back(), "GET /a [] -> 200 [half] response_truncated,gap");
    end();
}

TEST_F(Http2ConnectionTest, requests_that_nobody_answers_do_not_gather) {
    ConnectionOptions options;
    options.http2.streams = 3;
    Rig bounded(options);
    bounded.feed(channel.open()).feed(channel.bytes(AP_READ, kPreface + settings()));
    for (std::uint32_t stream = 1; stream < 200; stream += 2)
        bounded.feed(channel.bytes(AP_READ, get(stream, "/" + std::to_string(stream))));
    EXPECT_GE(bounded.texts.size(), 97U);
    bounded.feed(channel.end());
    EXPECT_THAT(bounded.finish(), IsEmpty());
    EXPECT_EQ(bounded.count(Count::kUnanswered), 100U);
}

TEST_F(Http2ConnectionTest, what_looked_like_frames_and_is_none_is_not_followed) {
    channel.options.before = {5000, 5000};
    open();
    for (int i = 0; i < 300; ++i)
        requests(std::string(1000, 'x'));
    ASSERT_EQ(rig.marks.size(), 1U);
    EXPECT_EQ(rig.marks[0].second.not_http, 1U);
    end();
    EXPECT_EQ(rig.count(Count::kBytesTunnelled), 300'000U);
}

TEST_F(Http2ConnectionTest, bodies_that_take_too_much_go_and_their_records_come) {
    begin();
    requests(get(1, "/a"));
    responses(answer(1, "200") + data(1, std::string(16000, 'x')));
    rig.tracker.relieve(10'000);
    responses(data(1, "end", kEndStream));
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [] response_truncated"));
    end();
}

}  // namespace
}  // namespace apiarist::transactions::testing
