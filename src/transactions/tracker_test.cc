// SPDX-License-Identifier: Apache-2.0
#include "transactions/tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transactions/traffic_testing.h"

namespace apiarist::transactions {
namespace {

using testing::Channel;
using testing::ChannelOptions;
using ::testing::ElementsAre;
using testing::endpoints;
using ::testing::IsEmpty;
using testing::Rig;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

ChannelOptions tls_session(std::uint64_t number) {
    ChannelOptions options;
    options.session = number;
    options.start = {0, 0};
    return options;
}

TEST(Tracker, two_connections_do_not_mix) {
    Rig rig;
    Channel one;
    Channel two({.sock = 2, .inode = 22});
    rig.feed(one.open()).feed(two.open());
    rig.feed(one.bytes(AP_READ, "GET /1 HTTP/1.1\r\n\r\n")).feed(two.bytes(AP_READ, "GET /2 HTTP/1.1\r\n\r\n"));
    EXPECT_EQ(rig.tracker.connections(), 2u);
    rig.feed(two.bytes(AP_WRITE, kOk)).feed(one.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre("GET /2 [] -> 200 [ok] complete", "GET /1 [] -> 200 [ok] complete"));
    rig.feed(one.end()).feed(two.end());
    EXPECT_EQ(rig.tracker.connections(), 0u);
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_EQ(rig.count(Count::kConnections), 2u);
}

TEST(Tracker, a_socket_at_a_reused_address_is_another_connection) {
    Rig rig;
    Channel old;
    Channel fresh({.inode = 12, .start = {77, 88}});
    rig.feed(old.open()).feed(old.bytes(AP_READ, "GET /old HTTP/1.1\r\n\r\n"));
    // The old one's end found no room in the ring.
    rig.feed(fresh.open());
    EXPECT_THAT(rig.texts, ElementsAre("GET /old [] -> nothing unanswered"));
    rig.feed(fresh.bytes(AP_READ, kGet)).feed(fresh.bytes(AP_WRITE, kOk));
    EXPECT_EQ(rig.texts.back(), "GET /a [] -> 200 [ok] complete");
    rig.feed(old.end()).feed(fresh.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(Tracker, late_data_of_the_old_socket_at_an_address_does_not_reach_the_new_one) {
    Rig rig;
    Channel old;
    Channel fresh({.inode = 12});
    rig.feed(old.open()).feed(old.end()).feed(fresh.open());
    Channel late = old;
    rig.feed(late.bytes(AP_READ, kGet)).feed(late.side_end(AP_READ));
    EXPECT_EQ(rig.count(Count::kBytesDropped), kGet.size());
    rig.feed(fresh.bytes(AP_READ, kGet)).feed(fresh.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ok] complete"));
}

TEST(Tracker, the_end_of_another_socket_at_an_address_ends_nothing) {
    Rig rig;
    Channel old;
    Channel fresh({.inode = 12});
    rig.feed(fresh.open()).feed(old.end());
    EXPECT_EQ(rig.tracker.connections(), 1u);
    rig.feed(fresh.bytes(AP_READ, kGet)).feed(fresh.bytes(AP_WRITE, kOk)).feed(fresh.end());
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ok] complete"));
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(Tracker, a_connection_that_two_threads_announced_is_one) {
    Rig rig;
    Channel channel;
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, kGet)).feed(channel.open()).feed(channel.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ok] complete"));
    EXPECT_EQ(rig.count(Count::kConnections), 1u);
}

TEST(Tracker, data_without_an_opening_is_dropped_and_counted) {
    Rig rig;
    Channel channel;
    rig.feed(channel.bytes(AP_READ, kGet))
        .feed(channel.length(AP_WRITE, 99, AP_DATA_NOT_SEEN))
        .feed(channel.side_end(AP_READ));
    rig.feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_THAT(rig.texts, IsEmpty());
    EXPECT_EQ(rig.count(Count::kBytesDropped), kGet.size() + 99);
}

TEST(Tracker, data_after_the_end_is_dropped_and_counted) {
    Rig rig;
    Channel channel;
    rig.feed(channel.open()).feed(channel.end());
    Channel late;
    rig.feed(late.bytes(AP_READ, kGet));
    EXPECT_EQ(rig.count(Count::kBytesDropped), kGet.size());
}

TEST(Tracker, a_tls_session_is_read_like_a_connection) {
    Rig rig;
    Channel channel(tls_session(5));
    rig.feed(testing::library(1, "OpenSSL 3.0.22"));
    rig.feed(channel.open()).feed(channel.bytes(AP_WRITE, kGet)).feed(channel.bytes(AP_READ, kOk)).feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    ASSERT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ok] complete"));
    EXPECT_EQ(rig.transactions[0].tls, "OpenSSL 3.0.22");
    EXPECT_EQ(rig.transactions[0].direction, Direction::kClient);
    EXPECT_EQ(rig.count(Count::kTlsSessions), 1u);
    EXPECT_EQ(rig.count(Count::kTlsPassed), kGet.size() + kOk.size());
    EXPECT_EQ(rig.count(Count::kSocketPassed), 0u);
}

TEST(Tracker, plaintext_of_tls_in_the_kernel_says_so) {
    Rig rig;
    Channel channel(ChannelOptions{.flags = AP_CONN_KTLS, .counted = true});
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk)).feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    ASSERT_EQ(rig.transactions.size(), 1U);
    EXPECT_EQ(rig.transactions[0].tls, "kTLS");
    EXPECT_EQ(rig.count(Count::kTlsSessions), 0U);
}

TEST(Tracker, the_addresses_of_a_tls_session_may_come_late) {
    Rig rig;
    ChannelOptions options = tls_session(5);
    options.ends = {};
    Channel channel(options);
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    rig.feed(channel.tls_open(endpoints(1, 443, 9, 1234)));
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk)).feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    ASSERT_EQ(rig.transactions.size(), 2u);
    EXPECT_EQ(rig.transactions[0].remote.to_string(), "");
    EXPECT_EQ(rig.transactions[1].remote.to_string(), "10.0.0.9:1234");
    EXPECT_EQ(rig.transactions[1].local.to_string(), "10.0.0.1:443");
    EXPECT_EQ(rig.count(Count::kTlsSessions), 1u);
}

TEST(Tracker, a_tls_sessions_side_ends_by_its_number) {
    Rig rig;
    Channel channel(tls_session(5));
    rig.feed(channel.open())
        .feed(channel.bytes(AP_WRITE, kGet))
        .feed(channel.bytes(AP_READ, "HTTP/1.1 200 OK\r\n\r\nab"));
    EXPECT_THAT(rig.texts, IsEmpty());
    rig.feed(channel.side_end(AP_READ));
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ab] complete"));
}

TEST(Tracker, a_tls_session_that_was_old_when_first_seen_is_joined_midway) {
    Rig rig;
    ChannelOptions options = tls_session(5);
    options.before = {1, 1};
    Channel channel(options);
    rig.feed(channel.open()).feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ok] joined_midway"));
}

TEST(Tracker, a_session_and_a_socket_of_one_number_do_not_mix) {
    Rig rig;
    Channel session(tls_session(5));
    Channel socket({.sock = 5});
    rig.feed(session.open()).feed(socket.open());
    rig.feed(session.bytes(AP_READ, "GET /tls HTTP/1.1\r\n\r\n"))
        .feed(socket.bytes(AP_READ, "GET /clear HTTP/1.1\r\n\r\n"));
    rig.feed(socket.bytes(AP_WRITE, kOk)).feed(session.bytes(AP_WRITE, kOk));
    EXPECT_THAT(rig.texts, ElementsAre("GET /clear [] -> 200 [ok] complete", "GET /tls [] -> 200 [ok] complete"));
}

TEST(Tracker, waiting_in_a_session_and_in_a_socket_of_one_number_both_end) {
    Rig rig;
    Channel session(tls_session(5));
    Channel socket({.sock = 5});
    rig.feed(session.open()).feed(socket.open());
    constexpr std::string_view kPost = "POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\n";
    rig.feed(session.bytes(AP_READ, kPost)).feed(socket.bytes(AP_READ, kPost));
    rig.feed(session.bytes(AP_WRITE, kOk)).feed(socket.bytes(AP_WRITE, kOk));
    rig.tracker.settle(socket.now_ns + 10'000'000'000);
    EXPECT_EQ(rig.texts.size(), 2u);
}

TEST(Tracker, a_record_has_the_name_that_its_process_had_then) {
    Rig rig;
    Channel channel;
    rig.feed(testing::process(41, "sh")).feed(channel.open());
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    rig.feed(testing::process(41, "a-name-of-15-by", AP_PROCESS_EXEC));
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    rig.feed(testing::process(41, "", AP_PROCESS_EXIT));
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    ASSERT_EQ(rig.transactions.size(), 3u);
    EXPECT_EQ(rig.transactions[0].process_name, "sh");
    EXPECT_EQ(rig.transactions[1].process_name, "a-name-of-15-by");
    EXPECT_EQ(rig.transactions[2].process_name, "a-name-of-15-by") << "the last records may follow the exit";
    EXPECT_EQ(rig.count(Count::kProcesses), 1u);
}

TEST(Tracker, a_name_without_an_end_is_cut) {
    Rig rig;
    Channel channel;
    rig.feed(testing::process(41, "a-name-of-16-byt")).feed(channel.open());
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    ASSERT_EQ(rig.transactions.size(), 1u);
    EXPECT_EQ(rig.transactions[0].process_name, "a-name-of-16-by");
}

TEST(Tracker, the_library_is_told_by_number) {
    Rig rig;
    rig.feed(testing::library(1, "OpenSSL 1.1.1w")).feed(testing::library(2, "OpenSSL 3.0.22"));
    ChannelOptions options = tls_session(5);
    options.library = 2;
    Channel known(options);
    options = tls_session(6);
    options.library = 0;
    Channel unknown(options);
    rig.feed(known.open()).feed(known.bytes(AP_READ, kGet)).feed(known.bytes(AP_WRITE, kOk));
    rig.feed(unknown.open()).feed(unknown.bytes(AP_READ, kGet)).feed(unknown.bytes(AP_WRITE, kOk));
    ASSERT_EQ(rig.transactions.size(), 2u);
    EXPECT_EQ(rig.transactions[0].tls, "OpenSSL 3.0.22");
    EXPECT_EQ(rig.transactions[1].tls, "OpenSSL") << "two are known and it is not told which";
}

TEST(Tracker, an_unknown_library_is_the_only_one) {
    Rig rig;
    ChannelOptions options = tls_session(5);
    options.library = 0;
    Channel channel(options);
    rig.feed(testing::library(1, "OpenSSL 3.0.22")).feed(channel.open());
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    ASSERT_EQ(rig.transactions.size(), 1u);
    EXPECT_EQ(rig.transactions[0].tls, "OpenSSL 3.0.22");
}

TEST(Tracker, the_counts_of_a_connection_end_go_into_the_ledger) {
    Rig rig;
    ap_conn_end end{};
    end.header = events::header_of<ap_conn_end>(AP_EVENT_CONN_END, 9);
    end.conn = {1, 2};
    end.read = {.passed = 511,
                .copied = 1,
                .unknown = 2,
                .not_http = 4,
                .http2 = 8,
                .ciphertext = 16,
                .opaque = 256,
                .skipped = 32,
                .shed = 128,
                .lost = 64};
    end.write = {.passed = 1000,
                 .copied = 0,
                 .unknown = 0,
                 .not_http = 0,
                 .http2 = 0,
                 .ciphertext = 1000,
                 .opaque = 0,
                 .skipped = 0,
                 .shed = 0,
                 .lost = 0};
    rig.feed(testing::record_of(end));
    EXPECT_EQ(rig.count(Count::kSocketPassed), 1511u);
    EXPECT_EQ(rig.count(Count::kSocketCopied), 1u);
    EXPECT_EQ(rig.count(Count::kSocketUnknown), 2u);
    EXPECT_EQ(rig.count(Count::kSocketNotHttp), 4u);
    EXPECT_EQ(rig.count(Count::kSocketHttp2), 8u);
    EXPECT_EQ(rig.count(Count::kSocketCiphertext), 1016u);
    EXPECT_EQ(rig.count(Count::kSocketOpaque), 256u);
    EXPECT_EQ(rig.count(Count::kSocketSkipped), 32u);
    EXPECT_EQ(rig.count(Count::kSocketShed), 128u);
    EXPECT_EQ(rig.count(Count::kSocketLost), 64u);
    EXPECT_EQ(rig.count(Count::kTlsPassed), 0u);
}

TEST(Tracker, bytes_of_udp_are_counted_apart) {
    Rig rig;
    ap_datagrams datagrams{};
    datagrams.header = events::header_of<ap_datagrams>(AP_EVENT_DATAGRAMS, 9);
    datagrams.bytes = {.quic = {1, 2}, .other = {4, 8}};
    rig.feed(testing::record_of(datagrams)).feed(testing::record_of(datagrams));
    EXPECT_EQ(rig.count(Count::kUdpQuic), 6u);
    EXPECT_EQ(rig.count(Count::kUdpOther), 24u);
    EXPECT_EQ(rig.count(Count::kSocketPassed), 0u);
}

TEST(Tracker, the_causes_of_loss_go_into_the_ledger_in_their_order) {
    Rig rig;
    ap_loss loss{};
    loss.header = events::header_of<ap_loss>(AP_EVENT_LOSS, 9);
    for (unsigned i = 0; i < AP_LOSS_COUNT; ++i)
        loss.count[i] = i + 1;
    rig.feed(testing::record_of(loss));
    EXPECT_EQ(rig.count(Count::kLossRingFullRecords), 1u);
    EXPECT_EQ(rig.count(Count::kLossCopyFaultBytes), 6u);
    EXPECT_EQ(rig.count(Count::kLossConnectionTableFullBytes), 10u);
    EXPECT_EQ(rig.count(Count::kLossUnreadCalls), 12u);
}

// What overload left out was whole exchanges; but that the next one begins right there is not known for sure.
void exchanges_are_shed(const ChannelOptions& options) {
    Rig rig;
    Channel channel(options);
    rig.feed(channel.open());
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, kOk));
    channel.shed(AP_READ, 500);
    channel.shed(AP_WRITE, 70'000);
    rig.feed(channel.resumed());
    for (const char* path : {"/b", "/c"})
        rig.feed(channel.bytes(AP_READ, std::string("GET ") + path + " HTTP/1.1\r\n\r\n"))
            .feed(channel.bytes(AP_WRITE, kOk));
    rig.feed(channel.side_end(AP_READ)).feed(channel.side_end(AP_WRITE)).feed(channel.end());
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ok] complete", "GET /b [] -> 200 [ok] joined_midway",
                                       "GET /c [] -> 200 [ok] complete"));
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_EQ(rig.count(Count::kGaps), 0u);
    EXPECT_EQ(rig.count(Count::kConnections) + rig.count(Count::kTlsSessions), 1u);
    EXPECT_EQ(rig.count(Count::kSocketShed) + rig.count(Count::kTlsShed), 70'500u);
}

TEST(Tracker, a_connection_goes_on_behind_exchanges_that_were_shed) {
    exchanges_are_shed({});
}

TEST(Tracker, a_session_goes_on_behind_exchanges_that_were_shed) {
    exchanges_are_shed(tls_session(5));
}

// A response without a length ends with its connection, but only if all of it came.
void a_response_is_cut_by(bool shed, const ChannelOptions& options) {
    Rig rig;
    Channel channel(options);
    rig.feed(channel.open());
    rig.feed(channel.bytes(AP_READ, kGet)).feed(channel.bytes(AP_WRITE, "HTTP/1.0 200 OK\r\n\r\nhalf"));
    if (shed) {
        channel.shed(AP_WRITE, 5000);
        channel.end_flags = AP_END_SHED;
    } else {
        channel.lose(AP_WRITE, 5000);
    }
    rig.feed(channel.end());
    EXPECT_THAT(rig.finish(), IsEmpty());
    ASSERT_EQ(rig.texts.size(), 1u);
    EXPECT_EQ(rig.texts[0].find("complete"), std::string::npos) << rig.texts[0];
}

TEST(Tracker, a_response_until_close_whose_tail_was_shed_or_lost_is_not_whole) {
    a_response_is_cut_by(true, {});
    a_response_is_cut_by(true, tls_session(5));
    a_response_is_cut_by(false, {});
    a_response_is_cut_by(false, tls_session(5));
}

TEST(Tracker, a_word_to_the_kernel_is_taken_back_when_its_connection_ends) {
    Rig rig;
    Channel channel(tls_session(5));
    rig.feed(channel.open());
    rig.feed(channel.bytes(AP_READ, "POST /a HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n" + std::string(2 << 20, 'x')));
    ASSERT_EQ(rig.marks.size(), 1u);
    rig.feed(channel.end());
    ASSERT_EQ(rig.marks.size(), 2u);
    EXPECT_EQ(rig.marks.back().first, 5u);
    EXPECT_EQ(rig.marks.back().second.skipping[AP_READ], 0u);
}

TEST(Tracker, a_word_to_the_kernel_ends_with_the_exchanges_that_were_shed) {
    Rig rig;
    Channel channel;
    rig.feed(channel.open());
    rig.feed(channel.bytes(AP_READ, "POST /a HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n" + std::string(2 << 20, 'x')));
    ASSERT_EQ(rig.marks.size(), 1u);
    EXPECT_EQ(rig.marks.back().second.skipping[AP_READ], 1u);
    rig.feed(channel.resumed());
    ASSERT_EQ(rig.marks.size(), 2u);
    EXPECT_EQ(rig.marks.back().second.skipping[AP_READ], 0u);
    EXPECT_THAT(rig.texts,
                ElementsAre("POST /a [" + std::string(1 << 20, 'x') + "] -> nothing request_truncated,unanswered"));
}

TEST(Tracker, a_proxy_header_that_the_kernel_set_aside_is_no_part_of_the_connection) {
    Rig rig;
    Channel one({.before = {28, 0}, .flags = AP_CONN_FROM_START});
    Channel two({.sock = 2, .inode = 22, .before = {0, 29}, .flags = AP_CONN_FROM_START});
    rig.feed(one.open()).feed(two.open());
    rig.feed(one.bytes(AP_READ, kGet)).feed(one.bytes(AP_WRITE, kOk));
    rig.feed(two.bytes(AP_WRITE, "GE"))
        .feed(two.bytes(AP_WRITE, "T /a HTTP/1.1\r\n\r\n"))
        .feed(two.bytes(AP_READ, kOk));
    rig.feed(one.end()).feed(two.end());
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> 200 [ok] complete", "GET /a [] -> 200 [ok] complete"));
    EXPECT_THAT(rig.finish(), IsEmpty());
}

TEST(Tracker, records_that_do_not_decode_are_counted) {
    Rig rig;
    Channel channel;
    testing::Record cut = channel.bytes(AP_READ, kGet);
    cut.pop_back();
    rig.feed(cut).feed({}).feed(testing::Record(16));
    EXPECT_EQ(rig.count(Count::kEvents), 3u);
    EXPECT_EQ(rig.count(Count::kEventsInvalid), 3u);
}

TEST(Tracker, waiting_ends_by_the_time_of_later_events) {
    Rig rig;
    Channel one;
    Channel two({.sock = 2, .inode = 22});
    rig.feed(one.open()).feed(two.open());
    one.lose(AP_READ, 5, false);
    rig.feed(one.bytes(AP_READ, kGet));
    EXPECT_EQ(rig.count(Count::kRequests), 0u);
    two.now_ns = one.now_ns + 200'000'000;
    rig.feed(two.bytes(AP_READ, kGet));
    EXPECT_EQ(rig.count(Count::kRequests), 2u);
    EXPECT_EQ(rig.tracker.last_event_ns(), two.now_ns);
}

TEST(Tracker, finishing_leaves_nothing_behind) {
    Rig rig;
    Channel one;
    Channel session(tls_session(5));
    rig.feed(one.open()).feed(session.open());
    rig.feed(one.bytes(AP_READ, kGet)).feed(session.bytes(AP_READ, kGet));
    // Counts of what lives on: the last records of a run.
    rig.feed(one.end(AP_END_LIVE)).feed(session.end(AP_END_LIVE));
    EXPECT_THAT(rig.finish(), IsEmpty());
    EXPECT_EQ(rig.tracker.connections(), 0u);
    EXPECT_THAT(rig.texts, ElementsAre("GET /a [] -> nothing unanswered", "GET /a [] -> nothing unanswered"));
}

}  // namespace
}  // namespace apiarist::transactions
