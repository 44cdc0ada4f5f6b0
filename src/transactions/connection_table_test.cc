// SPDX-License-Identifier: Apache-2.0
#include "transactions/connection_table.h"

#include <gmock/gmock.h>

#include "transactions/traffic_testing.h"

namespace apiarist::transactions {
namespace {

using testing::Channel;
using testing::ChannelOptions;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::endpoints;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Rig;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr const char* kWhole = "GET /a [] -> 200 [ok] complete";
constexpr std::uint64_t kSecond = 1'000'000'000;

TableLimits inactivity(std::uint64_t ns) {
    return {.held_bytes = 0, .awake = 0, .inactivity_ns = ns};
}

TableLimits awake(std::size_t count) {
    return {.held_bytes = 0, .awake = count, .inactivity_ns = 0};
}

TableLimits held(std::uint64_t bytes) {
    return {.held_bytes = bytes, .awake = 0, .inactivity_ns = 0};
}

ChannelOptions socket(std::uint64_t number) {
    return {.sock = number, .inode = number + 100};
}

std::string post(std::size_t length, std::size_t sent) {
    return "POST /large HTTP/1.1\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + std::string(sent, 'x');
}

void exchange(Rig& rig, Channel& channel) {
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
}

TEST(ConnectionTable, a_connection_is_at_rest_until_its_first_byte) {
    Rig rig;
    Channel channel;
    rig.feed(channel.open());
    EXPECT_EQ(rig.tracker.table().awake(), 0u);
    EXPECT_EQ(rig.tracker.table().held_bytes(), 0u);
    exchange(rig, channel);
    EXPECT_EQ(rig.tracker.table().awake(), 1u);
    EXPECT_GT(rig.tracker.table().held_bytes(), 0u);
    rig.feed(channel.end());
    EXPECT_EQ(rig.tracker.table().awake(), 0u);
    EXPECT_EQ(rig.tracker.table().held_bytes(), 0u);
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, one_that_pauses_rests_and_wakes_as_if_it_had_not) {
    Rig rig({}, inactivity(kSecond));
    Channel channel;
    rig.feed(channel.open());
    exchange(rig, channel);
    rig.tracker.settle(channel.now_ns + kSecond - 1);
    EXPECT_EQ(rig.tracker.table().awake(), 1u);
    rig.tracker.settle(channel.now_ns + 2 * kSecond);
    EXPECT_EQ(rig.tracker.table().awake(), 0u);
    EXPECT_EQ(rig.tracker.table().held_bytes(), 0u);
    channel.now_ns += 3 * kSecond;
    exchange(rig, channel);
    EXPECT_THAT(rig.texts, ElementsAre(kWhole, kWhole));
    EXPECT_EQ(rig.transactions[0].remote.to_string(), rig.transactions[1].remote.to_string());
    rig.feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_EQ(rig.count(Count::kConnectionsRested), 1u);
    EXPECT_EQ(rig.count(Count::kConnections), 1u);
}

TEST(ConnectionTable, who_waits_for_an_answer_does_not_rest) {
    Rig rig({}, inactivity(kSecond));
    Channel channel;
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, kGet));
    rig.tracker.settle(channel.now_ns + 100 * kSecond);
    EXPECT_EQ(rig.tracker.table().awake(), 1u);
    rig.feed(channel.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre(kWhole));
}

TEST(ConnectionTable, who_is_inside_a_message_does_not_rest) {
    Rig rig({}, inactivity(kSecond));
    Channel channel;
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, "GET /a HT"));
    rig.tracker.settle(channel.now_ns + 100 * kSecond);
    EXPECT_EQ(rig.tracker.table().awake(), 1u);
    rig.feed(channel.bytes(AP_READ, "TP/1.1\r\n\r\n")).feed(channel.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre(kWhole));
}

TEST(ConnectionTable, what_is_lost_while_it_rests_is_noticed) {
    Rig rig({}, inactivity(kSecond));
    Channel channel;
    rig.feed(channel.open());
    exchange(rig, channel);
    rig.tracker.settle(channel.now_ns + 2 * kSecond);
    ASSERT_EQ(rig.tracker.table().awake(), 0u);
    channel.lose(AP_READ, kGet.size());
    rig.feed(channel.bytes(AP_WRITE, kOk));
    exchange(rig, channel);
    EXPECT_THAT(rig.texts, ElementsAre(kWhole, "GET /a [] -> 200 [ok] gap"));
    rig.feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, a_proxy_header_does_not_come_after_a_rest) {
    Rig rig({}, inactivity(1));
    Channel channel;
    rig.feed(channel.open());
    exchange(rig, channel);
    rig.tracker.settle(channel.now_ns + kSecond);
    rig.feed(channel.bytes(AP_READ, "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET /a HTTP/1.1\r\n\r\n"));
    rig.feed(channel.bytes(AP_WRITE, kOk));
    EXPECT_EQ(rig.count(Count::kMalformed), 0u);  // counted when the connection leaves
    rig.feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_EQ(rig.count(Count::kMalformed), 1u);
}

TEST(ConnectionTable, the_addresses_of_a_resting_tls_session_may_come_late) {
    Rig rig({}, inactivity(1));
    Channel session({.session = 9, .start = {0, 0}, .ends = {}});
    rig.feed(session.open());
    rig.feed(session.tls_open(endpoints(1, 443, 2, 50000)));
    exchange(rig, session);
    ASSERT_EQ(rig.transactions.size(), 1u);
    EXPECT_EQ(rig.transactions[0].local.to_string(), "10.0.0.1:443");
}

TEST(ConnectionTable, the_longest_pause_makes_room) {
    Rig rig({}, awake(2));
    Channel one(socket(1));
    Channel two(socket(2));
    Channel three(socket(3));
    two.now_ns += kSecond;
    three.now_ns += 2 * kSecond;
    for (Channel* channel : {&one, &two, &three})
        rig.feed(channel->open());
    for (int round = 0; round < 3; ++round)
        for (Channel* channel : {&one, &two, &three})
            exchange(rig, *channel);
    EXPECT_EQ(rig.texts.size(), 9u);
    EXPECT_THAT(rig.texts, ::testing::Each(kWhole));
    EXPECT_LE(rig.tracker.table().awake(), 2u);
    for (Channel* channel : {&one, &two, &three})
        rig.feed(channel->end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_EQ(rig.count(Count::kConnectionsRefused), 0u);
    EXPECT_EQ(rig.count(Count::kBytesDropped), 0u);
}

TEST(ConnectionTable, where_all_are_busy_another_is_not_followed_and_that_is_counted) {
    Rig rig({}, awake(2));
    Channel one(socket(1));
    Channel two(socket(2));
    Channel three(socket(3));
    for (Channel* channel : {&one, &two, &three})
        rig.feed(channel->open());
    rig.feed(one.bytes(AP_READ, kGet)).feed(two.bytes(AP_READ, kGet));  // both wait
    exchange(rig, three);
    exchange(rig, three);
    EXPECT_EQ(rig.count(Count::kConnectionsRefused), 1u);
    EXPECT_EQ(rig.count(Count::kBytesDropped), 2 * (kGet.size() + kOk.size()));
    rig.feed(one.bytes(AP_WRITE, kOk)).feed(two.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre(kWhole, kWhole));
    // There is room again, some time later: what it missed is a gap.
    three.now_ns += kSecond;
    rig.tracker.settle(three.now_ns);
    for (int i = 0; i < 3; ++i) {
        three.now_ns += kSecond;
        rig.tracker.settle(three.now_ns);
        exchange(rig, three);
    }
    EXPECT_THAT(rig.texts, Contains(HasSubstr("gap")));
    for (Channel* channel : {&one, &two, &three})
        rig.feed(channel->end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, a_tunnel_takes_no_room) {
    Rig rig({}, awake(1));
    Channel tunnel(socket(1));
    Channel plain(socket(2));
    rig.feed(tunnel.open()).feed(plain.open());
    rig.feed(tunnel.bytes(AP_READ, "GET /own HTTP/1.1\r\nUpgrade: own\r\nConnection: upgrade\r\n\r\n"));
    rig.feed(tunnel.bytes(AP_WRITE, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: own\r\n\r\n"));
    rig.feed(tunnel.bytes(AP_READ, "frame")).feed(tunnel.bytes(AP_WRITE, "frame"));
    exchange(rig, plain);
    rig.feed(tunnel.bytes(AP_READ, "more"));  // does not wake it
    exchange(rig, plain);
    EXPECT_THAT(rig.texts, ElementsAre("GET /own [] -> 101 [] complete", kWhole, kWhole));
    EXPECT_EQ(rig.count(Count::kConnectionsRefused), 0u);
    EXPECT_EQ(rig.count(Count::kConnectionsGivenUp), 0u);
    rig.feed(tunnel.end()).feed(plain.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_EQ(rig.count(Count::kBytesTunnelled), 14u);
    ASSERT_FALSE(rig.marks.empty());
    EXPECT_EQ(rig.marks.back().second.not_http, 0u);  // the word to the kernel is taken back with the connection
}

TEST(ConnectionTable, who_is_idle_inside_an_exchange_gives_way_and_says_so) {
    Rig rig({}, awake(1));
    Channel stream(socket(1));
    Channel plain(socket(2));
    rig.feed(stream.open()).feed(plain.open());
    rig.feed(stream.bytes(AP_READ, "GET /events HTTP/1.1\r\n\r\n"));
    rig.feed(stream.bytes(AP_WRITE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"));
    plain.now_ns = stream.now_ns + kSecond;
    exchange(rig, plain);
    EXPECT_THAT(rig.texts, ElementsAre("GET /events [] -> 200 [one] response_truncated", kWhole));
    EXPECT_EQ(rig.count(Count::kConnectionsGivenUp), 1u);
    // Its next piece begins no message, and costs nobody his place.
    stream.now_ns = plain.now_ns + kSecond;
    rig.feed(stream.bytes(AP_WRITE, "3\r\ntwo\r\n"));
    EXPECT_EQ(rig.count(Count::kConnectionsGivenUp), 1u);
    // A request does begin one, and is joined midway.
    rig.feed(stream.bytes(AP_READ, kGet));
    stream.now_ns += kSecond;
    rig.feed(stream.bytes(AP_WRITE, kOk));
    rig.tracker.settle(stream.now_ns + kSecond);
    EXPECT_EQ(rig.texts.back(), "GET /a [] -> 200 [ok] joined_midway");
    rig.feed(stream.end()).feed(plain.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, a_connection_that_gives_way_takes_its_word_to_the_kernel_back) {
    Rig rig({}, awake(1));
    Channel large(socket(1));
    Channel plain(socket(2));
    rig.feed(large.open()).feed(plain.open());
    rig.feed(large.bytes(AP_READ, post(std::size_t{8} << 20, std::size_t{2} << 20)));
    ASSERT_FALSE(rig.marks.empty());
    ASSERT_EQ(rig.marks.back().second.skipping[AP_READ], 1u);
    plain.now_ns = large.now_ns + kSecond;
    exchange(rig, plain);
    EXPECT_EQ(rig.marks.back().second.skipping[AP_READ], 0u);
    rig.feed(large.end()).feed(plain.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, requests_that_nobody_answers_do_not_gather) {
    Rig rig;
    Channel channel;
    rig.feed(channel.open());
    const std::string request = "GET /a HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
    for (int i = 0; i < 1000; ++i) {
        rig.feed(channel.bytes(AP_READ, request));
        ASSERT_LT(rig.tracker.table().held_bytes(), 2u << 20);
    }
    EXPECT_GT(rig.texts.size(), 900u);
    EXPECT_THAT(rig.texts, ::testing::Each(HasSubstr("-> nothing ")));
    rig.feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, the_largest_bodies_go_first_and_their_records_say_so) {
    Rig rig({}, held(700'000));
    Channel small(socket(1));
    Channel large(socket(2));
    Channel last(socket(3));
    rig.feed(small.open()).feed(large.open()).feed(last.open());
    rig.feed(small.bytes(AP_READ, post(60'000, 20'000)));
    rig.feed(large.bytes(AP_READ, post(900'000, 400'000)));
    EXPECT_EQ(rig.count(Count::kBodiesReleased), 0u);
    rig.feed(last.bytes(AP_READ, post(900'000, 300'000)));
    EXPECT_EQ(rig.count(Count::kBodiesReleased), 1u);
    EXPECT_LE(rig.tracker.table().held_bytes(), 700'000u);
    small.now_ns = large.now_ns = last.now_ns = 3 * kSecond;
    rig.feed(large.bytes(AP_READ, std::string(500'000, 'x'))).feed(large.bytes(AP_WRITE, kOk));
    rig.feed(small.bytes(AP_READ, std::string(40'000, 'x'))).feed(small.bytes(AP_WRITE, kOk));
    ASSERT_EQ(rig.transactions.size(), 2u);
    EXPECT_EQ(rig.transactions[0].request.body, "");
    EXPECT_EQ(rig.transactions[0].request.body_size, 900'000u);
    EXPECT_EQ(capture_text(rig.transactions[0].capture), "request_truncated");
    EXPECT_EQ(rig.transactions[1].request.body.size(), 60'000u);
    EXPECT_EQ(capture_text(rig.transactions[1].capture), "complete");
    for (Channel* channel : {&small, &large, &last})
        rig.feed(channel->end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, of_equals_the_one_that_was_idle_longest_goes) {
    Rig rig({}, held(850'000));
    Channel young(socket(1));
    Channel old(socket(2));
    Channel last(socket(3));
    young.now_ns += kSecond;
    rig.feed(old.open()).feed(young.open()).feed(last.open());
    rig.feed(young.bytes(AP_READ, post(900'000, 400'000)));
    rig.feed(old.bytes(AP_READ, post(900'000, 400'000)));
    last.now_ns += 2 * kSecond;
    rig.feed(last.bytes(AP_READ, post(200'000, 100'000)));
    ASSERT_EQ(rig.count(Count::kBodiesReleased), 1u);
    for (Channel* channel : {&young, &old})
        rig.feed(channel->end());
    ASSERT_EQ(rig.transactions.size(), 2u);
    EXPECT_EQ(rig.transactions[0].request.body.size(), 400'000u);
    EXPECT_EQ(rig.transactions[1].request.body.size(), 0u);
}

TEST(ConnectionTable, the_kernel_is_told_that_the_rest_of_a_released_body_is_not_needed) {
    Rig rig({}, held(300'000));
    Channel channel;
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, post(900'000, 400'000)));
    ASSERT_EQ(rig.count(Count::kBodiesReleased), 1u);
    ASSERT_FALSE(rig.marks.empty());
    EXPECT_EQ(rig.marks.back().second.skipping[AP_READ], 1u);
}

TEST(ConnectionTable, requests_that_wait_for_their_response_give_up_their_bodies_too) {
    Rig rig({}, held(300'000));
    Channel channel;
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, post(250'000, 250'000)));
    EXPECT_EQ(rig.count(Count::kBodiesReleased), 0u);
    rig.feed(channel.bytes(AP_READ, post(250'000, 250'000)));
    EXPECT_GE(rig.count(Count::kBodiesReleased), 1u);
    EXPECT_LE(rig.tracker.table().held_bytes(), 300'000u);
    rig.feed(channel.bytes(AP_WRITE, kOk)).feed(channel.bytes(AP_WRITE, kOk));
    ASSERT_EQ(rig.transactions.size(), 2u);
    EXPECT_EQ(capture_text(rig.transactions[0].capture), "request_truncated");
    rig.feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(ConnectionTable, relieving_gives_back_what_is_asked_for_or_all_there_is) {
    Rig rig;
    Channel one(socket(1));
    Channel two(socket(2));
    rig.feed(one.open()).feed(two.open());
    rig.feed(one.bytes(AP_READ, post(900'000, 400'000))).feed(two.bytes(AP_READ, post(900'000, 300'000)));
    const auto before = rig.tracker.table().held_bytes();
    rig.tracker.relieve(1);
    EXPECT_EQ(rig.count(Count::kBodiesReleased), 1u);
    EXPECT_LE(rig.tracker.table().held_bytes(), before - 399'000);
    rig.tracker.relieve(before);
    EXPECT_EQ(rig.count(Count::kBodiesReleased), 2u);
    EXPECT_LT(rig.tracker.table().held_bytes(), 50'000u);
    rig.tracker.relieve(before);  // nothing more to give
    EXPECT_EQ(rig.count(Count::kBodiesReleased), 2u);
}

}  // namespace
}  // namespace apiarist::transactions
