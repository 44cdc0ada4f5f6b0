// SPDX-License-Identifier: Apache-2.0
// Conversations through both sides of a connection, as records. The process that is traced is the server: it reads
// requests and writes responses, unless a test says otherwise.
#include "transactions/http1_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transactions/traffic_testing.h"

namespace apiarist::transactions {
namespace {

using testing::Channel;
using testing::ChannelOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Rig;

class Talk {
  public:
    explicit Talk(const ConnectionOptions& options = {}, const ChannelOptions& of = {}) : rig(options), channel(of) {
        rig.feed(channel.open());
    }
    Talk& read(std::string_view text) {
        rig.feed(channel.bytes(AP_READ, text));
        return *this;
    }
    Talk& write(std::string_view text) {
        rig.feed(channel.bytes(AP_WRITE, text));
        return *this;
    }
    Talk& read_length(std::uint32_t size, std::uint32_t flags) {
        rig.feed(channel.length(AP_READ, size, flags));
        return *this;
    }
    Talk& write_length(std::uint32_t size, std::uint32_t flags) {
        rig.feed(channel.length(AP_WRITE, size, flags));
        return *this;
    }
    Talk& side_end(unsigned direction) {
        rig.feed(channel.side_end(direction));
        return *this;
    }
    // The connection ends; everything must have left and the ledger must add up.
    const std::vector<std::string>& end(std::uint32_t flags = 0) {
        rig.feed(channel.end(flags));
        EXPECT_THAT(rig.finish(), IsEmpty());
        return rig.texts;
    }

    Rig rig;
    Channel channel;
};

ConnectionOptions four_bytes_of_bodies(std::uint64_t skip_from) {
    ConnectionOptions options;
    options.http1.body = 4;
    options.skip_from = skip_from;
    return options;
}

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(Connection, one_exchange_leaves_when_its_response_is_complete) {
    Talk talk;
    talk.read(kGet).write(kOk);
    EXPECT_THAT(talk.rig.texts, ElementsAre("GET /a [] -> 200 [ok] complete"));
    const Transaction& transaction = talk.rig.transactions.front();
    EXPECT_EQ(transaction.direction, Direction::kServer);
    EXPECT_EQ(transaction.local.to_string(), "10.0.0.1:80");
    EXPECT_EQ(transaction.remote.to_string(), "10.0.0.2:40000");
    EXPECT_EQ(transaction.process_id, 41u);
    EXPECT_EQ(transaction.socket_fd, 7u);
    EXPECT_EQ(transaction.tls, "");
    EXPECT_EQ(talk.end().size(), 1u);
}

TEST(Connection, a_client_writes_the_requests) {
    Talk talk;
    talk.write(kGet).read(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.transactions.front().direction, Direction::kClient);
}

TEST(Connection, a_response_to_head_has_no_body_whatever_its_length_says) {
    Talk talk;
    talk.read("HEAD /a HTTP/1.1\r\n\r\n").write("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    talk.read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("HEAD /a [] -> 200 [] complete", "GET /a [] -> 200 [ok] complete"));
}

TEST(Connection, pipelined_head_and_get_are_told_apart) {
    Talk talk;
    talk.read("HEAD /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nHEAD /3 HTTP/1.1\r\n\r\n");
    talk.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    EXPECT_THAT(talk.end(), ElementsAre("HEAD /1 [] -> 200 [] complete", "GET /2 [] -> 200 [ok] complete",
                                        "HEAD /3 [] -> 200 [] complete"));
}

TEST(Connection, a_not_modified_response_has_no_body) {
    Talk talk;
    talk.read(kGet).write("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n");
    talk.read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 304 [] complete", "GET /a [] -> 200 [ok] complete"));
}

TEST(Connection, interim_responses_are_not_the_answer) {
    Talk talk;
    talk.read("PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    talk.write("HTTP/1.1 100 Continue\r\n\r\n")
        .read("abc")
        .write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        .write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("PUT /a [abc] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.count(Count::kResponses), 1u);
}

TEST(Connection, after_connect_all_bytes_are_a_tunnel) {
    Talk talk;
    talk.read("CONNECT h:443 HTTP/1.1\r\n\r\n").write("HTTP/1.1 200 Connected\r\n\r\n");
    talk.read("\x16\x03\x01 hello").write("\x16\x03\x03 hello");
    EXPECT_THAT(talk.end(), ElementsAre("CONNECT h:443 [] -> 200 [] complete"));
    EXPECT_EQ(talk.rig.count(Count::kBytesTunnelled), 18u);
    ASSERT_FALSE(talk.rig.marks.empty());
    EXPECT_EQ(talk.rig.marks.front().second.not_http, 1u);
    EXPECT_EQ(talk.rig.marks.front().second.inode, 11u);
}

TEST(Connection, a_refused_connect_goes_on_as_http) {
    Talk talk;
    talk.read("CONNECT h:443 HTTP/1.1\r\n\r\n").write("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
    talk.read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("CONNECT h:443 [] -> 403 [no] complete", "GET /a [] -> 200 [ok] complete"));
    EXPECT_THAT(talk.rig.marks, IsEmpty());
}

TEST(Connection, an_upgrade_ends_http) {
    Talk talk;
    talk.read("GET /own HTTP/1.1\r\nUpgrade: own\r\n\r\n");
    talk.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: own\r\n\r\n\x81\x02hi").read("\x81\x02ho");
    EXPECT_THAT(talk.end(), ElementsAre("GET /own [] -> 101 [] complete"));
    EXPECT_EQ(talk.rig.count(Count::kBytesTunnelled), 8u);
    EXPECT_EQ(talk.rig.marks.front().second.not_http, 1u);
}

TEST(Connection, an_early_response_leaves_with_what_there_is_of_the_request) {
    Talk talk;
    talk.read("POST /big HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc");
    talk.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_THAT(talk.rig.texts, IsEmpty());
    talk.rig.tracker.settle(talk.channel.now_ns + 999'999'999);
    EXPECT_THAT(talk.rig.texts, IsEmpty());
    talk.rig.tracker.settle(talk.channel.now_ns + 1'000'000'000);
    EXPECT_THAT(talk.rig.texts, ElementsAre("POST /big [abc] -> 413 [no] request_truncated"));
    EXPECT_EQ(talk.end().size(), 1u);
}

TEST(Connection, an_early_response_to_a_request_that_ends_is_complete) {
    Talk talk;
    talk.read("POST /a HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc").write(kOk).read("def");
    EXPECT_THAT(talk.end(), ElementsAre("POST /a [abcdef] -> 200 [ok] complete"));
}

TEST(Connection, a_lost_request_with_an_early_response_does_not_borrow_the_next_request) {
    Talk talk;
    talk.read("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").write(kOk);
    talk.read("not a chunk size\r\n");
    talk.read("POST /2 HTTP/1.1\r\nContent-Length: 5\r\n\r\nde").read("fgh").write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("POST /1 [abc] -> 200 [ok] gap", "POST /2 [defgh] -> 200 [ok] gap"));
}

TEST(Connection, a_body_until_close_ends_with_the_side) {
    Talk talk;
    talk.write(kGet).read("HTTP/1.1 200 OK\r\n\r\nab").read("cd");
    EXPECT_THAT(talk.rig.texts, IsEmpty());
    talk.side_end(AP_READ);
    EXPECT_THAT(talk.rig.texts, ElementsAre("GET /a [] -> 200 [abcd] complete"));
    EXPECT_EQ(talk.end().size(), 1u);
}

TEST(Connection, a_body_until_close_that_we_wrote_ends_with_the_socket) {
    Talk talk;
    talk.read(kGet).write("HTTP/1.1 200 OK\r\n\r\nab");
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ab] complete"));
}

TEST(Connection, a_body_until_close_that_we_stopped_reading_may_have_been_longer) {
    Talk talk;
    talk.write(kGet).read("HTTP/1.1 200 OK\r\n\r\nab");
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ab] response_truncated"));
}

TEST(Connection, a_body_until_close_on_a_connection_that_lives_on_is_not_whole) {
    Talk talk;
    talk.read(kGet).write("HTTP/1.1 200 OK\r\n\r\nab");
    EXPECT_THAT(talk.end(AP_END_LIVE), ElementsAre("GET /a [] -> 200 [ab] response_truncated"));
}

TEST(Connection, a_request_without_an_answer_is_unanswered) {
    Talk talk;
    talk.read(kGet);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> nothing unanswered"));
}

TEST(Connection, the_rest_of_a_body_over_the_limit_is_not_wanted) {
    Talk talk(four_bytes_of_bodies(10));
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabcdefgh");
    ASSERT_EQ(talk.rig.marks.size(), 1u);
    const ap_mark mark = talk.rig.marks[0].second;
    EXPECT_EQ(talk.rig.marks[0].first, talk.channel.options.sock);
    EXPECT_EQ(mark.inode, 11u);
    EXPECT_EQ(mark.skipping[AP_WRITE], 1u);
    EXPECT_EQ(mark.skipping[AP_READ], 0u);
    const std::uint64_t head = std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").size();
    EXPECT_EQ(mark.skip_until[AP_WRITE] & 0xffffffffU, 5000 + head + 1000);

    talk.channel.skip(AP_WRITE, 992);
    talk.read(kGet).write(kOk);
    ASSERT_EQ(talk.rig.marks.size(), 2u);
    EXPECT_EQ(talk.rig.marks[1].second.skipping[AP_WRITE], 0u) << "an old word must not stand when positions wrap";
    EXPECT_THAT(talk.end(),
                ElementsAre("GET /a [] -> 200 [abcd] response_truncated", "GET /a [] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.count(Count::kGaps), 0u);
}

TEST(Connection, a_small_rest_of_a_body_is_not_worth_a_word) {
    Talk talk(four_bytes_of_bodies(1000));
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabcdefgh");
    EXPECT_THAT(talk.rig.marks, IsEmpty());
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [abcd] response_truncated"));
}

TEST(Connection, a_skipped_request_body_is_truncated_and_paired) {
    Talk talk(four_bytes_of_bodies(10));
    talk.read("POST /up HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabcdefgh");
    ASSERT_EQ(talk.rig.marks.size(), 1u);
    EXPECT_EQ(talk.rig.marks[0].second.skipping[AP_READ], 1u);
    talk.channel.skip(AP_READ, 992);
    // Nothing of the request follows the skipped bytes before the answer.
    talk.write(kOk).read(kGet).write(kOk);
    EXPECT_THAT(talk.end(),
                ElementsAre("POST /up [abcd] -> 200 [ok] request_truncated", "GET /a [] -> 200 [ok] complete"));
}

TEST(Connection, sent_files_are_lengths) {
    Talk talk;
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n").write_length(70000, AP_DATA_NOT_SEEN);
    EXPECT_THAT(talk.rig.texts, ElementsAre("GET /a [] -> 200 [] response_body_not_seen"));
    EXPECT_EQ(talk.rig.transactions[0].response->body_size, 70000u);
    talk.read(kGet).write(kOk);
    EXPECT_EQ(talk.end().back(), "GET /a [] -> 200 [ok] complete");
    EXPECT_EQ(talk.rig.count(Count::kBytesWithoutContent), 70000u);
    EXPECT_EQ(talk.rig.count(Count::kGaps), 0u);
}

TEST(Connection, spliced_request_bodies_are_lengths) {
    Talk talk;
    talk.read("POST /a HTTP/1.1\r\nContent-Length: 500\r\n\r\n").read_length(500, AP_DATA_NOT_SEEN).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("POST /a [] -> 200 [ok] request_body_not_seen"));
}

TEST(Connection, memory_that_could_not_be_read_is_a_gap) {
    Talk talk;
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n").write_length(50, AP_DATA_FAULT);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [] gap"));
}

TEST(Connection, the_content_coding_is_removed) {
    // gzip of "hello".
    constexpr std::string_view kGzip("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0",
                                     25);
    Talk talk;
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nContent-Encoding: GZip\r\nContent-Length: 25\r\n\r\n" +
                          std::string(kGzip));
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n19\r\n" + std::string(kGzip) +
                          "\r\n0\r\n\r\n");
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [hello] complete", "GET /a [] -> 200 [hello] complete"));
    EXPECT_EQ(talk.rig.transactions[0].response->body_size, 25u) << "as it passed";
}

TEST(Connection, a_decoded_body_is_cut_at_its_limit) {
    constexpr std::string_view kGzip("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0",
                                     25);
    ConnectionOptions options;
    options.decoded_body = 3;
    Talk talk(options);
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n" +
                          std::string(kGzip));
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [hel] response_truncated"));
}

TEST(Connection, the_response_may_tell_the_roles) {
    Talk talk;
    // The request was read by a call that we did not see.
    talk.channel.lose(AP_READ, kGet.size(), false);
    talk.write(kOk).read(kGet).write(kOk);
    EXPECT_THAT(talk.rig.texts, IsEmpty()) << "the second request waits for the bytes before it";
    EXPECT_EQ(talk.end().size(), 1u);
    EXPECT_EQ(talk.rig.transactions[0].direction, Direction::kServer);
    EXPECT_THAT(talk.rig.texts[0], ::testing::HasSubstr("gap"));
    EXPECT_EQ(talk.rig.count(Count::kOrphanResponses), 2u);
}

TEST(Connection, the_first_bytes_may_come_one_by_one) {
    Talk talk;
    for (const char c : kGet)
        talk.read(std::string_view(&c, 1));
    for (const char c : kOk)
        talk.write(std::string_view(&c, 1));
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] complete"));
}

TEST(Connection, a_loss_before_the_roles_are_known_costs_the_trust) {
    Talk talk;
    talk.channel.lose(AP_READ, kGet.size());
    // Pipelined: the first response answers the request that was lost.
    talk.read("GET /2 HTTP/1.1\r\n\r\n").write(kOk);
    const auto& texts = talk.end();
    ASSERT_EQ(texts.size(), 1u);
    EXPECT_THAT(texts[0], ::testing::HasSubstr("gap"));
}

TEST(Connection, bytes_that_are_not_http_are_accounted) {
    Talk talk;
    talk.read("\x01\x02\x03 not http").write("neither\n").read("more");
    EXPECT_THAT(talk.end(), IsEmpty());
    EXPECT_EQ(talk.rig.count(Count::kBytesUnattributed), 24u);
}

TEST(Connection, first_bytes_that_tell_nothing_are_accounted) {
    Talk talk;
    talk.read("GE");
    EXPECT_THAT(talk.end(), IsEmpty());
    EXPECT_EQ(talk.rig.count(Count::kBytesUnattributed), 2u);
}

TEST(Connection, first_bytes_before_a_gap_are_accounted) {
    Talk talk;
    talk.read("GE");
    talk.channel.lose(AP_READ, 10);
    talk.read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] gap"));
    EXPECT_EQ(talk.rig.count(Count::kBytesUnattributed), 2u);
}

TEST(Connection, joined_midway_a_body_is_not_taken_for_the_front_of_a_request) {
    ChannelOptions midway;
    midway.before = {100, 100};
    Talk talk({}, midway);
    talk.read("AAAA").read("GET /a HTTP/1.1\r\n\r\n").write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] joined_midway"));
}

TEST(Connection, joined_midway_the_response_under_way_is_not_paired) {
    ChannelOptions midway;
    midway.before = {100, 100};
    Talk talk({}, midway);
    talk.write("rest of a body").read(kGet).write(kOk).read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] joined_midway", "GET /a [] -> 200 [ok] complete"));
}

TEST(Connection, joined_midway_an_answer_to_an_earlier_request_is_an_orphan) {
    ChannelOptions midway;
    midway.before = {100, 0};
    Talk talk({}, midway);
    talk.write(kOk).read(kGet).write(kOk).read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] joined_midway", "GET /a [] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.count(Count::kOrphanResponses), 1u);
}

TEST(Connection, joined_midway_what_was_left_unanswered_does_not_frame_a_hasty_answer) {
    ChannelOptions midway;
    midway.before = {100, 100};
    Talk talk({}, midway);
    talk.read("GET /1 HTTP/1.1\r\n\r\n").write("HTTP/1.1 200 OK\r\n");
    talk.read("GET /2 HTTP/1.1\r\n\r\n").write("Content-Length: 2\r\n\r\nok");
    // Both left unpaired. From now on the server answers before it has the whole head.
    talk.read("GET /3 HTTP/1.1\r\n").write("HTTP/1.1 200 OK\r\n").read("\r\n").write("Content-Length: 2\r\n\r\nr3");
    talk.read("HEAD /4 HTTP/1.1\r\n").write("HTTP/1.1 200 OK\r\n").read("\r\n").write("Content-Length: 9\r\n\r\n");
    EXPECT_EQ(talk.rig.texts.back(), "HEAD /4 [] -> 200 [] complete");
    talk.end();
}

TEST(Connection, joined_midway_the_response_under_way_keeps_the_method_that_it_answers) {
    ChannelOptions midway;
    midway.before = {100, 100};
    Talk talk({}, midway);
    talk.read("HEAD /1 HTTP/1.1\r\n\r\n").write("HTTP/1.1 200 OK\r\n").read("GET /2 HTTP/1.1\r\n\r\n");
    talk.write("Content-Length: 500\r\n\r\n").write(kOk).read("GET /3 HTTP/1.1\r\n\r\n").write(kOk);
    EXPECT_EQ(talk.end().back(), "GET /3 [] -> 200 [ok] joined_midway");
}

TEST(Connection, a_gap_in_a_body_flags_its_message) {
    Talk talk;
    talk.read(kGet).write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    talk.channel.lose(AP_WRITE, 5);
    talk.write("ij").read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [abc] gap", "GET /a [] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.count(Count::kGaps), 1u);
}

TEST(Connection, a_lost_response_leaves_its_request_unanswered) {
    Talk talk;
    talk.read("GET /1 HTTP/1.1\r\n\r\n");
    talk.channel.lose(AP_WRITE, kOk.size());
    talk.read("GET /2 HTTP/1.1\r\n\r\n").write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /1 [] -> nothing gap,unanswered", "GET /2 [] -> 200 [ok] gap"));
}

TEST(Connection, repeated_bytes_are_dropped_and_the_records_flagged) {
    Talk talk;
    talk.read(kGet).write(kOk);
    talk.rig.feed(talk.channel.bytes_at(AP_WRITE, 0, kOk));
    talk.read("POST /b HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
    talk.rig.feed(talk.channel.bytes_at(AP_READ, 0, kGet));
    talk.read("cd").write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] complete", "POST /b [abcd] -> 200 [ok] gap"));
    EXPECT_EQ(talk.rig.count(Count::kBytesDuplicate), kOk.size() + kGet.size());
}

TEST(Connection, positions_wrap_through_a_whole_conversation) {
    ChannelOptions high;
    high.start = {0xfffffff0, 0xfffffff8};
    Talk talk({}, high);
    talk.read(kGet).write(kOk).read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] complete", "GET /a [] -> 200 [ok] complete"));
}

TEST(Connection, a_piece_out_of_order_waits_and_is_counted) {
    Talk talk;
    const testing::Record first = talk.channel.bytes(AP_READ, "POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
    talk.read("cd");
    EXPECT_EQ(talk.rig.tracker.connections(), 1u);
    talk.rig.feed(first);
    talk.write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("POST /a [abcd] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.count(Count::kReordered), 1u);
}

TEST(Connection, malformed_chunks_mark_the_message_and_lose_no_more) {
    Talk talk;
    talk.read("POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n").write(kOk);
    talk.read("GET /2 HTTP/1.1\r\n\r\n").write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("POST /1 [] -> 200 [ok] gap", "GET /2 [] -> 200 [ok] gap"));
    EXPECT_EQ(talk.rig.count(Count::kMalformed), 1u);
    EXPECT_EQ(talk.rig.count(Count::kLostPlace), 1u);
}

// PROXY, TCP over IPv4; with further fields it is longer than what is looked at without one.
const std::string kProxy2("\r\n\r\n\0\r\nQUIT\n\x21\x11\x02\0", 16);

std::vector<std::string> proxy_headers() {
    return {"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n", kProxy2 + std::string(512, 'x')};
}

TEST(Connection, a_proxy_header_stands_before_the_first_request) {
    for (const std::string& header : proxy_headers()) {
        Talk talk;
        talk.read(header + std::string(kGet)).write(kOk).read(kGet).write(kOk);
        EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] complete", "GET /a [] -> 200 [ok] complete"));
        EXPECT_EQ(talk.rig.count(Count::kBytesParsed), header.size() + 2 * (kGet.size() + kOk.size()));
    }
}

TEST(Connection, a_proxy_header_may_be_cut_from_the_request_and_in_itself) {
    for (const std::string& header : proxy_headers()) {
        for (const std::size_t cut : {std::size_t{1}, std::size_t{8}, header.size() - 1, header.size()}) {
            Talk talk;
            talk.read(header.substr(0, cut)).read(header.substr(cut) + std::string(kGet)).write(kOk);
            EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] complete")) << cut;
            EXPECT_EQ(talk.rig.count(Count::kBytesUnattributed), 0u) << cut;
        }
    }
}

TEST(Connection, a_client_writes_the_proxy_header) {
    Talk talk;
    talk.write(proxy_headers()[0]).write(kGet).read(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.transactions.front().direction, Direction::kClient);
}

TEST(Connection, a_request_begins_behind_the_proxy_header) {
    Talk talk;
    talk.read(proxy_headers()[0]);
    talk.channel.now_ns += 1'000'000'000;
    talk.read(kGet);
    const std::uint64_t then = talk.channel.now_ns;
    talk.write(kOk).end();
    EXPECT_EQ(talk.rig.transactions.front().request.begin, then);
}

TEST(Connection, the_rest_of_a_line_is_not_mistaken_for_what_stands_behind_a_proxy_header) {
    Talk talk;
    const std::uint64_t then = talk.channel.now_ns + talk.channel.step_ns;
    talk.read("P").read("ROPFIND /a HTTP/1.1\r\n\r\n").write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("PROPFIND /a [] -> 200 [ok] complete"));
    EXPECT_EQ(talk.rig.transactions.front().request.begin, then);
}

TEST(Connection, a_proxy_header_is_one_at_the_start_only) {
    ChannelOptions late;
    late.before = {5, 0};
    Talk talk({}, late);
    talk.read(proxy_headers()[0] + std::string(kGet)).write(kOk).read(kGet).write(kOk);
    EXPECT_THAT(talk.end(), ElementsAre("GET /a [] -> 200 [ok] joined_midway"));
    EXPECT_EQ(talk.rig.count(Count::kBytesUnattributed), proxy_headers()[0].size() + kGet.size());
}

TEST(Connection, other_protocols_behind_a_proxy_header_are_not_http) {
    Talk talk;
    talk.read(proxy_headers()[1]).read("\x16\x03\x01").write("\x16\x03\x03");
    EXPECT_THAT(talk.end(), IsEmpty());
    EXPECT_EQ(talk.rig.count(Count::kBytesUnattributed), proxy_headers()[1].size() + 6);
}

TEST(Connection, a_proxy_header_and_nothing_else_is_accounted_for) {
    for (const std::string& header : proxy_headers()) {
        Talk talk;
        talk.read(header);
        EXPECT_THAT(talk.end(), IsEmpty());
    }
}

TEST(Connection, a_first_request_with_a_long_target) {
    for (const bool cut : {false, true}) {
        Rig rig;
        Channel channel;
        const std::string target = "/search?q=" + std::string(12'000, 'a');
        const std::string request = "GET " + target + " HTTP/1.1\r\nHost: shop\r\n\r\n";
        rig.feed(channel.open());
        if (cut) {
            rig.feed(channel.bytes(AP_READ, request.substr(0, 9000)))
                .feed(channel.bytes(AP_READ, request.substr(9000)));
        } else {
            rig.feed(channel.bytes(AP_READ, request));
        }
        rig.feed(channel.bytes(AP_WRITE, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        EXPECT_EQ(rig.texts, std::vector<std::string>{"GET " + target + " [] -> 200 [] complete"}) << cut;
    }
}

TEST(Connection, a_stream_that_goes_on_is_told_of_once_before_its_end) {
    Rig rig;
    Channel channel;
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, "GET /watch HTTP/1.1\r\n\r\n"));
    rig.feed(
        channel.bytes(AP_WRITE, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 4\r\n\r\n1\n"));
    rig.tracker.settle(channel.now_ns + 9'000'000'000);
    EXPECT_TRUE(rig.texts.empty());
    rig.tracker.settle(channel.now_ns + 11'000'000'000);
    rig.tracker.settle(channel.now_ns + 30'000'000'000);
    EXPECT_EQ(rig.texts, std::vector<std::string>{"GET /watch [] -> 200 [1\n] response_open"});
    rig.feed(channel.bytes(AP_WRITE, "2\n"));
    EXPECT_EQ(rig.texts.back(), "GET /watch [] -> 200 [1\n2\n] complete");
    rig.feed(channel.end());
    EXPECT_TRUE(rig.finish().empty());
    EXPECT_EQ(rig.count(Count::kOpenRecords), 1U);
    EXPECT_EQ(rig.count(Count::kPaired), 1U);
}

TEST(Connection, memory_is_told_while_something_is_held) {
    Rig rig;
    const ConnectionOptions options;
    ConnectionStart start;
    start.from_start = {true, true};
    Http1Connection connection(
        start, {options, rig.ledger, rig, [](std::uint32_t) { return std::string(); }, [](const Wish&) {}});
    const std::size_t empty = connection.memory();
    Channel channel({.start = {0, 0}});
    const testing::Record record = channel.bytes_at(AP_READ, 5, std::string(1000, 'x'));
    connection.on_data(std::get<events::DataView>(*events::decode(record)));
    EXPECT_TRUE(connection.restless());
    EXPECT_EQ(connection.memory(), empty + 1000);
    connection.finish({}, 2);
    EXPECT_FALSE(connection.restless());
    EXPECT_EQ(connection.memory(), empty);
}

}  // namespace
}  // namespace apiarist::transactions
