// SPDX-License-Identifier: Apache-2.0
// Generated conversations. What is promised, and under which condition:
// * Without loss: any split into calls gives the same items. Where calls start does not matter, the place being known.
//   A PROXY header before the first request changes nothing.
// * With loss, calls starting only where messages start: the messages without a flag are original messages, in order.
//   This holds for any content, since the parser can only begin again where a message does.
// * With loss, calls starting anywhere: the same, unless a call starts at bytes that look like a start line and are
//   none. The generator makes no such bytes. (Real traffic may: recorded HTTP sent as a body, when a loss and a call
//   boundary both fall into it.)
// In all cases each byte is counted once, and a flagged message is the true one as far as it goes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>

#include "protocols/http1.h"
#include "protocols/http1_testing.h"

namespace apiarist::protocols {
namespace {

using testing::is_flagged;
using testing::Player;
using testing::to_text;

using Random = std::mt19937;

// Not std::uniform_int_distribution: its results differ between libraries.
std::size_t pick(Random& random, std::size_t below) {
    return random() % below;
}

struct Conversation {
    MessageKind kind = MessageKind::kRequest;
    std::string bytes;
    std::vector<std::size_t> starts;  // of its messages, in bytes
};

std::string make_text(Random& random, std::size_t size) {
    constexpr std::string_view kAlphabet = "abc {}\":,\r\n0123456789GET/HTP.1 ";
    std::string text;
    while (text.size() < size)
        text += kAlphabet[pick(random, kAlphabet.size())];
    return text;
}

std::string make_chunks(Random& random, const std::string& body) {
    std::string chunks;
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t size = std::min(body.size() - at, 1 + pick(random, 40));
        char line[32];
        std::snprintf(line, sizeof line, pick(random, 3) == 0 ? "%zX;ext=\"1\"\r\n" : "%zx\r\n", size);
        chunks += line + body.substr(at, size) + "\r\n";
        at += size;
    }
    return chunks + (pick(random, 3) == 0 ? "0\r\nTrailer: t\r\n\r\n" : "0\r\n\r\n");
}

std::string make_start_line(Random& random, MessageKind kind) {
    constexpr std::array<const char*, 5> kMethods = {"GET", "POST", "PUT", "DELETE", "OPTIONS"};
    constexpr std::array<const char*, 5> kStatuses = {"200 OK", "201", "404 Not Found", "204 No Content", "304 N"};
    if (kind == MessageKind::kResponse) return std::string("HTTP/1.1 ") + kStatuses[pick(random, 5)] + "\r\n";
    return std::string(kMethods[pick(random, 5)]) + " /p" + std::to_string(random()) + " HTTP/1.1\r\n";
}

std::string make_message(Random& random, MessageKind kind) {
    std::string message = make_start_line(random, kind);
    const bool bodiless = message.find(" 204") != std::string::npos || message.find(" 304") != std::string::npos;
    for (std::size_t i = pick(random, 4); i > 0; --i)
        message += "X-H: v" + std::to_string(random()) + "\r\n";
    const std::string body = make_text(random, pick(random, 4) == 0 ? 0 : pick(random, 200));
    if (bodiless) return message + "\r\n";
    if (pick(random, 2) == 0) return message + "Transfer-Encoding: chunked\r\n\r\n" + make_chunks(random, body);
    return message + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Conversation make_conversation(Random& random, MessageKind kind) {
    Conversation conversation;
    conversation.kind = kind;
    for (std::size_t i = 1 + pick(random, 8); i > 0; --i) {
        conversation.starts.push_back(conversation.bytes.size());
        const bool interim = conversation.kind == MessageKind::kResponse && pick(random, 5) == 0;
        if (interim) conversation.bytes += "HTTP/1.1 100 Continue\r\n\r\n";
        if (interim) conversation.starts.push_back(conversation.bytes.size());
        conversation.bytes += make_message(random, conversation.kind);
    }
    if (conversation.kind == MessageKind::kResponse && pick(random, 4) == 0) {
        conversation.starts.push_back(conversation.bytes.size());
        conversation.bytes += "HTTP/1.1 200 OK\r\n\r\n" + make_text(random, pick(random, 300));
    }
    return conversation;
}

Conversation make_conversation(Random& random) {
    return make_conversation(random, pick(random, 2) == 0 ? MessageKind::kRequest : MessageKind::kResponse);
}

std::vector<std::size_t> random_places(Random& random, std::size_t size) {
    std::vector<std::size_t> places = {0};
    for (std::size_t i = pick(random, 20); i > 0; --i)
        places.push_back(pick(random, size));
    std::ranges::sort(places);
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
}

Http1Limits small_limits() {
    return {.body = 100};
}

Player play(const Conversation& conversation, const std::vector<std::size_t>& cuts, bool call_starts) {
    Player player(conversation.kind, small_limits());
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        const std::size_t end = i + 1 < cuts.size() ? cuts[i + 1] : conversation.bytes.size();
        player.feed(conversation.bytes.substr(cuts[i], end - cuts[i]), call_starts);
    }
    player.end();
    return player;
}

struct Range {
    std::size_t begin;
    std::size_t end;
};

// Cuts at `starts` and at both ends of the range that is reported as a gap.
Player play_lossy(const Conversation& conversation, std::vector<std::size_t> starts, Range lost, GapKind kind) {
    Player player(conversation.kind, small_limits());
    const auto feed = [&](std::size_t begin, std::size_t end) {
        for (std::size_t at = begin; at < end;) {
            const auto next = std::ranges::upper_bound(starts, at);
            const std::size_t stop = next == starts.end() ? end : std::min(end, *next);
            player.feed(conversation.bytes.substr(at, stop - at), std::ranges::binary_search(starts, at));
            at = stop;
        }
    };
    feed(0, lost.begin);
    player.gap(lost.end - lost.begin, kind);
    feed(lost.end, conversation.bytes.size());
    player.end();
    return player;
}

std::string head_of(const Message& message) {
    return message.method + message.target + std::to_string(message.status);
}

// Unflagged messages are a subsequence of the original ones; flagged ones are a beginning of one.
void expect_no_wrong_message(const Player& whole, const Player& lossy) {
    const std::vector<Message> originals = whole.messages();
    auto from = originals.begin();
    for (const Message& message : lossy.messages()) {
        const auto found = std::find_if(from, originals.end(), [&](const Message& original) {
            if (!is_flagged(message)) return to_text(original) == to_text(message);
            return head_of(original) == head_of(message) && original.body.starts_with(message.body);
        });
        ASSERT_NE(found, originals.end()) << to_text(message);
        from = found + 1;
    }
    EXPECT_EQ(lossy.counted(), lossy.fed);
}

TEST(Http1Property, any_split_gives_the_same_items) {
    Random random(1);
    for (int round = 0; round < 2000; ++round) {
        const Conversation conversation = make_conversation(random);
        const Player whole = play(conversation, {0}, true);
        EXPECT_EQ(whole.messages().empty(), false);
        EXPECT_EQ(whole.parser.counts().parsed, conversation.bytes.size());
        const Player split = play(conversation, random_places(random, conversation.bytes.size()), pick(random, 2) == 0);
        ASSERT_EQ(whole.texts(), split.texts()) << conversation.bytes;
        EXPECT_EQ(split.parser.counts().parsed, conversation.bytes.size());
    }
}

TEST(Http1Property, single_bytes_give_the_same_items) {
    Random random(2);
    for (int round = 0; round < 200; ++round) {
        const Conversation conversation = make_conversation(random);
        std::vector<std::size_t> cuts(conversation.bytes.size());
        for (std::size_t i = 0; i < cuts.size(); ++i)
            cuts[i] = i;
        ASSERT_EQ(play(conversation, {0}, true).texts(), play(conversation, cuts, true).texts()) << conversation.bytes;
    }
}

TEST(Http1Property, a_proxy_header_before_the_requests_changes_no_item) {
    Random random(6);
    const std::array<std::string, 3> headers = {
        "PROXY TCP6 2001:db8::1 2001:db8::2 50000 80\r\n", "PROXY UNKNOWN\r\n",
        std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\n\0\0\x01\n\0\0\x02\r\n\0P", 28)};
    for (int round = 0; round < 1000; ++round) {
        const Conversation plain = make_conversation(random, MessageKind::kRequest);
        Conversation headed = plain;
        headed.bytes.insert(0, headers[pick(random, headers.size())]);
        const Player split = play(headed, random_places(random, headed.bytes.size()), pick(random, 2) == 0);
        ASSERT_EQ(play(plain, {0}, true).texts(), split.texts()) << headed.bytes;
        EXPECT_EQ(split.parser.counts().parsed, headed.bytes.size());
    }
}

TEST(Http1Property, message_by_message_gives_the_same_items) {
    Random random(6);
    for (int round = 0; round < 1000; ++round) {
        const Conversation conversation = make_conversation(random);
        Player one_by_one(conversation.kind, small_limits());
        for (auto rest = testing::as_bytes(conversation.bytes); !rest.empty();) {
            std::vector<Item> items;
            rest = rest.subspan(one_by_one.parser.feed_message(rest, 1, true, items));
            EXPECT_LE(std::ranges::count(items, ItemKind::kMessage, &Item::kind), 1);
            std::ranges::move(items, std::back_inserter(one_by_one.items));
        }
        one_by_one.end();
        ASSERT_EQ(play(conversation, {0}, true).texts(), one_by_one.texts()) << conversation.bytes;
        EXPECT_EQ(one_by_one.parser.counts().parsed, conversation.bytes.size());
    }
}

TEST(Http1Property, a_lost_range_gives_no_wrong_message_when_calls_start_at_messages) {
    Random random(3);
    for (int round = 0; round < 5000; ++round) {
        const Conversation conversation = make_conversation(random);
        const std::size_t begin = pick(random, conversation.bytes.size());
        const std::size_t end = begin + 1 + pick(random, conversation.bytes.size() - begin);
        const auto kind = static_cast<GapKind>(pick(random, 3));
        const Player whole = play(conversation, {0}, true);
        const Player lossy = play_lossy(conversation, conversation.starts, {begin, end}, kind);
        expect_no_wrong_message(whole, lossy);
        if (HasFatalFailure()) FAIL() << conversation.bytes << "\nlost " << begin << ".." << end;
    }
}

TEST(Http1Property, a_lost_range_gives_no_wrong_message_when_calls_start_anywhere) {
    Random random(4);
    for (int round = 0; round < 5000; ++round) {
        const Conversation conversation = make_conversation(random);
        std::vector<std::size_t> starts = random_places(random, conversation.bytes.size());
        std::ranges::copy(conversation.starts, std::back_inserter(starts));
        std::ranges::sort(starts);
        const std::size_t begin = pick(random, conversation.bytes.size());
        const std::size_t end = begin + 1 + pick(random, conversation.bytes.size() - begin);
        const Player whole = play(conversation, {0}, true);
        const Player lossy = play_lossy(conversation, starts, {begin, end}, GapKind::kLost);
        expect_no_wrong_message(whole, lossy);
        if (HasFatalFailure()) FAIL() << conversation.bytes << "\nlost " << begin << ".." << end;
    }
}

TEST(Http1Property, messages_after_a_lost_range_are_found_again) {
    Random random(5);
    for (int round = 0; round < 500; ++round) {
        Conversation conversation = make_conversation(random);
        conversation.kind = MessageKind::kRequest;
        conversation.bytes = make_message(random, MessageKind::kRequest);
        conversation.starts = {0, conversation.bytes.size()};
        const std::size_t first = conversation.bytes.size();
        conversation.bytes += "GET /after HTTP/1.1\r\n\r\n";
        const std::size_t begin = pick(random, first);
        const std::size_t end = begin + 1 + pick(random, first - begin);
        const Player lossy = play_lossy(conversation, conversation.starts, {begin, end}, GapKind::kLost);
        ASSERT_FALSE(lossy.messages().empty());
        EXPECT_EQ(lossy.messages().back().target, "/after") << conversation.bytes << "\nlost " << begin << ".." << end;
    }
}

}  // namespace
}  // namespace apiarist::protocols
