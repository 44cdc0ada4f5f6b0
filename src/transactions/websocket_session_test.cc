// SPDX-License-Identifier: Apache-2.0
#include "transactions/websocket_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "protocols/websocket_testing.h"
#include "transactions/traffic_testing.h"

namespace apiarist::transactions::testing {
namespace {

using protocols::testing::Deflater;
using protocols::testing::kFin;
using protocols::testing::kMask;
using protocols::testing::text_frame;
using protocols::testing::websocket_frame;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kAsk =
    "GET /chat?room=1 HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const std::string kHandshake = "GET /chat?room=1 [] -> 101 [] complete";

std::string switch_with(const std::string& extensions) {
    return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n" +
           (extensions.empty() ? std::string() : "Sec-WebSocket-Extensions: " + extensions + "\r\n") + "\r\n";
}

// "> 1 [hello]" of the client; flags as words.
std::vector<std::string> events_of(const Transaction& transaction) {
    std::vector<std::string> texts;
    for (const WebsocketEvent& event : transaction.events) {
        const protocols::WebsocketMessage& message = event.message;
        std::string text = event.from_client ? "> " : "< ";
        text += std::to_string(static_cast<unsigned>(message.opcode)) + " [" + message.payload + "]";
        text += message.fin ? "" : " open";
        text += message.gap ? " gap" : "";
        text += message.truncated ? " truncated" : "";
        text += message.not_decoded ? " not_decoded" : "";
        texts.push_back(std::move(text));
    }
    return texts;
}

class WebsocketTest : public ::testing::Test {
  protected:
    void open(const ConnectionOptions& options = {}, const std::string& extensions = {},
              const TableLimits& limits = {}) {
        rig = std::make_unique<Rig>(options, limits);
        rig->feed(channel.open());
        client(kAsk);
        server(switch_with(extensions));
    }
    void client(const std::string& bytes) { rig->feed(channel.bytes(request_side, bytes)); }
    void server(const std::string& bytes) { rig->feed(channel.bytes(1 - request_side, bytes)); }
    void say(const std::string& text) { client(text_frame(text, kMask)); }
    void end() {
        rig->feed(channel.end());
        EXPECT_THAT(rig->finish(), IsEmpty());
    }
    [[nodiscard]] std::vector<std::string> events(std::size_t number) const {
        return events_of(rig->transactions.at(number));
    }

    Channel channel;
    std::unique_ptr<Rig> rig;
    unsigned request_side = AP_READ;
};

TEST_F(WebsocketTest, messages_leave_behind_their_handshake) {
    for (const unsigned side : {AP_READ, AP_WRITE}) {
        channel = Channel();
        request_side = side;
        open();
        EXPECT_THAT(rig->texts, ElementsAre(kHandshake));
        EXPECT_THAT(rig->transactions[0].events, IsEmpty());
        say("hello");
        server(text_frame("world") + websocket_frame(kFin | 2, "\xff"));
        client(websocket_frame(kFin | 8, "\x03\xe8 bye", kMask));
        EXPECT_THAT(rig->texts, SizeIs(1));
        EXPECT_THAT(rig->marks, IsEmpty()) << "the kernel goes on copying";
        end();
        EXPECT_THAT(rig->texts, ElementsAre(kHandshake, kHandshake));
        EXPECT_THAT(events(1), ElementsAre("> 1 [hello]", "< 1 [world]", "< 2 [\xff]", "> 8 [\x03\xe8 bye]"));
        const Transaction& left = rig->transactions[1];
        EXPECT_EQ(left.direction, side == AP_READ ? Direction::kServer : Direction::kClient);
        EXPECT_EQ(left.process_id, 41U);
        EXPECT_EQ(left.remote.port, 40000);
        EXPECT_GT(left.request.begin, rig->transactions[0].request.begin);
        EXPECT_EQ(left.request.headers[0].value, "shop");
        EXPECT_EQ(left.response->headers.size(), 2U);
        EXPECT_EQ(rig->count(Count::kWebsocketMessages), 4U);
        EXPECT_EQ(rig->count(Count::kBytesUnattributed) + rig->count(Count::kBytesTunnelled), 0U);
        EXPECT_EQ(rig->count(Count::kRequests), 1U);
    }
}

TEST_F(WebsocketTest, bytes_in_the_calls_of_the_handshake) {
    rig = std::make_unique<Rig>();
    rig->feed(channel.open());
    client(kAsk);
    server(switch_with("") + text_frame("welcome"));
    end();
    EXPECT_THAT(events(1), ElementsAre("< 1 [welcome]"));
}

TEST_F(WebsocketTest, a_record_has_so_many_messages) {
    ConnectionOptions options;
    options.websocket_events = 3;
    open(options);
    for (int i = 0; i < 7; ++i)
        say(std::to_string(i));
    EXPECT_THAT(rig->texts, SizeIs(3));
    end();
    EXPECT_THAT(events(1), ElementsAre("> 1 [0]", "> 1 [1]", "> 1 [2]"));
    EXPECT_THAT(events(3), ElementsAre("> 1 [6]"));
    EXPECT_EQ(rig->count(Count::kWebsocketEvents), 7U);
}

TEST_F(WebsocketTest, a_record_has_so_many_bytes) {
    ConnectionOptions options;
    options.websocket_bytes = 10;
    open(options);
    say("1234");
    say("5678");
    say("9abc");
    EXPECT_THAT(events(1), ElementsAre("> 1 [1234]", "> 1 [5678]"));
    say("a message that is larger than that");
    EXPECT_THAT(events(2), ElementsAre("> 1 [9abc]"));
    EXPECT_THAT(events(3), ElementsAre("> 1 [a message that is larger than that]"));
    end();
    EXPECT_THAT(rig->texts, SizeIs(4));
}

TEST_F(WebsocketTest, a_message_waits_no_longer_than_a_stream_does) {
    open();
    say("first");
    rig->tracker.settle(channel.now_ns + 9'000'000'000);
    EXPECT_THAT(rig->texts, SizeIs(1));
    rig->tracker.settle(channel.now_ns + 10'000'000'000);
    EXPECT_THAT(events(1), ElementsAre("> 1 [first]"));
    say("second");
    end();
    EXPECT_THAT(events(2), ElementsAre("> 1 [second]"));
}

TEST_F(WebsocketTest, pings_are_counted_only) {
    open();
    client(websocket_frame(kFin | 9, "", kMask));
    server(websocket_frame(kFin | 10, ""));
    end();
    EXPECT_THAT(rig->texts, ElementsAre(kHandshake));
    EXPECT_EQ(rig->count(Count::kWebsocketPings), 2U);
    EXPECT_EQ(rig->count(Count::kWebsocketMessages), 0U);
}

TEST_F(WebsocketTest, compression_is_as_the_handshake_says) {
    open({}, "permessage-deflate; server_no_context_takeover");
    Deflater from_client;
    Deflater from_server(false);
    for (int i = 0; i < 2; ++i) {
        client(from_client.frame("the same words", kMask));
        server(from_server.frame("the same words"));
    }
    end();
    EXPECT_THAT(events(1), ElementsAre("> 1 [the same words]", "< 1 [the same words]", "> 1 [the same words]",
                                       "< 1 [the same words]"));
    EXPECT_EQ(rig->texts[1], kHandshake);
}

TEST_F(WebsocketTest, what_a_limit_cuts_and_what_is_not_decoded_is_said) {
    ConnectionOptions options;
    options.websocket.payload = 4;
    open(options, "permessage-deflate");
    server(text_frame("too long"));
    client(websocket_frame(kFin | 0x41, "\xff\xff", kMask));
    end();
    EXPECT_THAT(events(1), ElementsAre("< 1 [too ] truncated", "> 1 [] not_decoded"));
    EXPECT_EQ(capture_text(rig->transactions[1].capture), "response_truncated,request_not_decoded");
    EXPECT_EQ(rig->count(Count::kWebsocketIncomplete), 2U);
}

TEST_F(WebsocketTest, a_loss_between_frames_costs_the_place_until_it_shows_again) {
    open();
    say("before");
    channel.lose(request_side, 10);
    say("one");
    say("two");
    server(text_frame("other side"));
    say("three");
    end();
    EXPECT_THAT(events(1), ElementsAre("> 1 [before]", "< 1 [other side]", "> 1 [one]", "> 1 [two]", "> 1 [three]"));
    EXPECT_EQ(capture_text(rig->transactions[1].capture), "gap");
    EXPECT_EQ(rig->count(Count::kLostPlace), 1U);
}

TEST_F(WebsocketTest, records_say_gap_while_the_place_is_lost) {
    ConnectionOptions options;
    options.websocket_events = 1;
    open(options);
    channel.lose(request_side, 10);
    client("lost");
    server(text_frame("one"));
    server(text_frame("two"));
    say("there");
    say("again");
    say("more");
    server(text_frame("three"));
    end();
    std::vector<std::string> all;
    for (const Transaction& transaction : rig->transactions)
        all.push_back(capture_text(transaction.capture));
    EXPECT_THAT(all, ElementsAre("complete", "gap", "gap", "gap", "complete", "complete", "complete"));
}

TEST_F(WebsocketTest, a_reader_of_headers_is_found_again) {
    open();
    const auto read = [this](const std::string& text) {
        const std::string frame = text_frame(text, kMask);
        client(frame.substr(0, 2));
        client(frame.substr(2, 4));
        client(frame.substr(6));
    };
    read("before");
    channel.lose(request_side, 6);
    client("lost");
    for (int i = 0; i < 20; ++i)
        read("after");
    end();
    ASSERT_THAT(events(1), SizeIs(21));
    EXPECT_EQ(events(1).back(), "> 1 [after]");
    EXPECT_EQ(capture_text(rig->transactions[1].capture), "gap");
}

TEST_F(WebsocketTest, the_connection_ends_inside_a_message) {
    open();
    server(websocket_frame(1, "begun"));
    end();
    EXPECT_THAT(events(1), ElementsAre("< 1 [begun] open truncated"));
}

TEST_F(WebsocketTest, what_is_no_websocket_is_a_tunnel_in_the_end) {
    open();
    for (int i = 0; i < 80; ++i)
        server(std::string(4096, 'x'));
    end();
    EXPECT_THAT(rig->texts, ElementsAre(kHandshake));
    EXPECT_GT(rig->count(Count::kBytesTunnelled), 300'000U);
}

TEST(WebsocketSession, it_says_itself_that_it_is_none_and_tells_nobody_else) {
    Rig rig;
    const ConnectionOptions options;
    const Surroundings around{options, rig.ledger, rig, [](std::uint32_t) { return std::string(); },
                              [](const Wish&) { ADD_FAILURE() << "that is the connection's"; }};
    const Ends ends;
    const Call call;
    UpgradeContext context{around, ends, call};
    context.from_start = {true, true};
    WebsocketSession session({}, {}, context);
    const std::string bytes(4096, 'x');
    for (int i = 0; i < 65; ++i)  // the last one is looked at when the next begins
        session.on_bytes(AP_WRITE, std::as_bytes(std::span(bytes)), true, 1);
    EXPECT_FALSE(session.is_none());
    session.on_bytes(AP_WRITE, std::as_bytes(std::span(bytes)), true, 1);
    EXPECT_TRUE(session.is_none());
    ConnectionStart start;
    session.describe(start);
    EXPECT_TRUE(start.tunnel);
    session.on_end(AP_WRITE, true, 2);
    session.finish(2);
    EXPECT_EQ(rig.count(Count::kBytesTunnelled), 66U * 4096U);
}

Channel other_channel(std::uint64_t number) {
    ChannelOptions options;
    options.sock += 64 * number;
    options.inode += number;
    return Channel(options);
}

TEST_F(WebsocketTest, between_messages_it_takes_no_room) {
    open({}, "permessage-deflate; client_no_context_takeover; server_no_context_takeover", {.awake = 1});
    Deflater deflater(false);
    client(deflater.frame("compressed", kMask));
    Channel other = other_channel(1);
    rig->feed(other.open());
    rig->feed(other.bytes(AP_READ, "GET /a HTTP/1.1\r\n\r\n"));
    rig->feed(other.bytes(AP_WRITE, "HTTP/1.1 204 No Content\r\n\r\n"));
    EXPECT_EQ(rig->count(Count::kConnectionsRested), 1U);
    EXPECT_THAT(rig->texts, ElementsAre(kHandshake, kHandshake, "GET /a [] -> 204 [] complete"));
    client(deflater.frame("compressed again", kMask));
    server(text_frame("answer"));
    EXPECT_EQ(rig->count(Count::kConnectionsGivenUp) + rig->count(Count::kConnectionsRefused), 0U);
    rig->feed(other.end());
    end();
    EXPECT_THAT(events(1), ElementsAre("> 1 [compressed]"));
    EXPECT_THAT(events(3), ElementsAre("> 1 [compressed again]", "< 1 [answer]"));
    EXPECT_EQ(rig->texts[3], kHandshake);
    EXPECT_EQ(rig->transactions[3].request.headers[0].value, "shop");
    EXPECT_EQ(rig->transactions[3].process_id, 41U);
    EXPECT_EQ(rig->count(Count::kBytesUnattributed) + rig->count(Count::kBytesTunnelled), 0U);
}

TEST_F(WebsocketTest, what_it_holds_at_rest_is_counted_and_given_back) {
    std::string fields;
    for (int i = 0; i < 60; ++i)
        fields += "X-" + std::to_string(i) + ": " + std::string(1000, 'a') + "\r\n";
    const std::string ask = kAsk.substr(0, kAsk.size() - 2) + fields + "\r\n";
    rig = std::make_unique<Rig>(ConnectionOptions{}, TableLimits{.held_bytes = 100'000, .awake = 1});
    std::vector<Channel> channels;
    for (std::uint64_t i = 0; i < 20; ++i) {
        channels.push_back(other_channel(i));
        channels.back().now_ns += i * 1'000'000'000;
        rig->feed(channels.back().open()).feed(channels.back().bytes(AP_READ, ask));
        rig->feed(channels.back().bytes(AP_WRITE, switch_with({})));
        if (i == 1) {
            EXPECT_GT(rig->tracker.table().held_bytes(), 16'000U);
        }
        EXPECT_LT(rig->tracker.table().held_bytes(), 110'000U);
    }
    EXPECT_EQ(rig->count(Count::kConnectionsRested), 19U);
    Channel& first = channels[0];
    first.now_ns = channels.back().now_ns + 1'000'000'000;
    rig->feed(first.bytes(AP_READ, text_frame("still there", kMask)));
    for (const Channel& one : channels)
        rig->feed(one.end());
    EXPECT_EQ(rig->tracker.table().held_bytes(), 0U);
    EXPECT_THAT(rig->finish(), IsEmpty());
    ASSERT_THAT(rig->transactions, SizeIs(21));
    EXPECT_THAT(events(20), ElementsAre("> 1 [still there]"));
    EXPECT_EQ(protocols::header_value(rig->transactions[20].request.headers, "host"), "shop");
}

TEST_F(WebsocketTest, records_of_messages_repeat_only_so_much_of_the_heads) {
    rig = std::make_unique<Rig>();
    rig->feed(channel.open());
    std::string fields;
    for (int i = 0; i < 1000; ++i)
        fields += "X-" + std::to_string(i) + ": " + std::string(i < 3 ? 4000 : 1, 'a') + "\r\n";
    const std::string more = "Cookie: " + std::string(2000, 'c') + "\r\nAuthorization: Bearer b\r\nOrigin: there\r\n";
    client(kAsk.substr(0, kAsk.size() - 2) + fields + more + "\r\n");
    server(switch_with({}));
    say("hello");
    end();
    ASSERT_THAT(rig->transactions, SizeIs(2));
    EXPECT_THAT(rig->transactions[0].request.headers, SizeIs(1008));
    std::size_t bytes = 0;
    const auto& kept = rig->transactions[1].request.headers;
    for (const protocols::Header& header : kept)
        bytes += header.name.size() + header.value.size();
    EXPECT_LE(bytes, 8192U);
    EXPECT_GT(bytes, 6000U);
    EXPECT_THAT(kept, SizeIs(128));
    EXPECT_EQ(kept[0].value, "shop") << "in their order";
    for (const char* name : {"host", "upgrade", "sec-websocket-key", "origin", "authorization", "cookie", "x-0"})
        EXPECT_NE(protocols::header_value(kept, name), "") << name;
    EXPECT_EQ(protocols::header_value(kept, "x-1"), "");
}

TEST_F(WebsocketTest, one_that_gives_way_is_joined_again) {
    open({}, "permessage-deflate", {.awake = 1});
    Deflater deflater;
    client(deflater.frame("compressed", kMask));
    Channel other = other_channel(1);
    other.now_ns = channel.now_ns + 1'000'000'000;
    rig->feed(other.open());
    rig->feed(other.bytes(AP_READ, "GET /a HTTP/1.1\r\n\r\n"));
    rig->feed(other.bytes(AP_WRITE, "HTTP/1.1 204 No Content\r\n\r\n"));
    EXPECT_EQ(rig->count(Count::kConnectionsGivenUp), 1U);
    channel.now_ns = other.now_ns + 1'000'000'000;
    say("one");
    client(deflater.frame("compressed", kMask));  // refers to what is not known any more
    say("two");
    rig->feed(other.end());
    end();
    EXPECT_THAT(events(1), ElementsAre("> 1 [compressed]"));
    ASSERT_THAT(rig->transactions, SizeIs(4));
    EXPECT_THAT(events(3), ElementsAre("> 1 [one]", ::testing::EndsWith(" not_decoded"), "> 1 [two]"));
    EXPECT_EQ(capture_text(rig->transactions[3].capture), "joined_midway,request_not_decoded");
}

TEST_F(WebsocketTest, one_that_was_read_is_read_again_after_it_gave_way) {
    open({}, {}, {.awake = 1});
    for (int i = 0; i < 100; ++i)
        server(text_frame("tick"));
    server(websocket_frame(2, "part"));  // not between messages
    for (std::uint64_t round = 1; round <= 2; ++round) {
        Channel other = other_channel(round);
        other.now_ns = channel.now_ns + 1'000'000'000;
        rig->feed(other.open());
        rig->feed(other.bytes(AP_READ, "GET /a HTTP/1.1\r\n\r\n"));
        rig->feed(other.bytes(AP_WRITE, "HTTP/1.1 204 No Content\r\n\r\n"));
        ASSERT_EQ(rig->count(Count::kConnectionsGivenUp), round);
        channel.now_ns = other.now_ns + 1'000'000'000;
        rig->feed(other.end());
        server(std::string(4096, 'y'));
    }
    const std::string large = websocket_frame(kFin | 2, std::string(600'000, 'y'));  // no evidence for so long
    for (std::size_t at = 0; at < large.size(); at += 16384)
        server(large.substr(at, 16384));
    for (int i = 0; i < 100; ++i)
        server(text_frame("tock"));
    end();
    EXPECT_EQ(rig->count(Count::kBytesTunnelled), 0U);
    std::size_t told = 0;
    for (const Transaction& transaction : rig->transactions)
        for (const std::string& event : events_of(transaction))
            told += event == "< 1 [tock]" ? 1 : 0;
    EXPECT_EQ(told, 100U);
}

TEST_F(WebsocketTest, memory_is_given_back) {
    open({}, "permessage-deflate");
    Deflater deflater;
    client(deflater.frame("the same words", kMask));
    say(std::string(30'000, 'a'));
    server(websocket_frame(2, std::string(60'000, 'b')));
    const auto before = rig->tracker.table().held_bytes();
    EXPECT_GT(before, 120'000U);
    rig->tracker.relieve(before);
    EXPECT_EQ(rig->count(Count::kBodiesReleased), 4U);  // two of each direction, with what was compressed
    EXPECT_LT(rig->tracker.table().held_bytes(), 30'000U);
    server(websocket_frame(kFin, "end"));
    client(deflater.frame("the same words", kMask));  // refers to what is not known any more
    say("after");
    end();
    EXPECT_THAT(events(1), ElementsAre("> 1 [] truncated", "> 1 [] truncated", "< 2 [] truncated",
                                       ::testing::EndsWith(" not_decoded"), "> 1 [after]"));
    EXPECT_EQ(rig->count(Count::kWebsocketEvents), 5U);
}

}  // namespace
}  // namespace apiarist::transactions::testing
