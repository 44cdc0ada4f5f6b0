// SPDX-License-Identifier: Apache-2.0
// What a sender says, in calls of whole frames or of any bytes, with calls lost. Whatever is not flagged is what was
// sent, in its order; without a loss that is everything.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "protocols/websocket_testing.h"

namespace apiarist::protocols::testing {
namespace {

using Random = std::mt19937;

std::size_t pick(Random& random, std::size_t below) {
    return random() % below;
}

struct Setting {
    bool masked = false;
    bool compressed = false;
    bool takeover = true;
    bool whole_calls = true;    // calls are made of frames
    std::size_t longest = 300;  // of other calls
};

struct Conversation {
    std::vector<std::string> calls;
    std::vector<std::string> sent;
};

// Its number makes it unlike the others; some contain what looks like frames.
std::string payload_of(Random& random, std::size_t number) {
    std::string payload = "{\"id\":" + std::to_string(number) + ",\"note\":\"";
    for (std::size_t words = pick(random, 40); words != 0; --words)
        payload += pick(random, 4) == 0 ? text_frame("inner") : "again ";
    return payload + "\"}";
}

std::string mask_of(Random& random, const Setting& setting) {
    std::string mask;
    for (std::size_t i = 0; setting.masked && i < 4; ++i)
        mask += static_cast<char>(random());
    return mask;
}

// A message in one to three frames.
std::vector<std::string> frames_of(Random& random, const Setting& setting, Deflater& deflater,
                                   const std::string& payload) {
    const bool compressed = setting.compressed && pick(random, 4) != 0;
    std::string rest = compressed ? deflater.message(payload) : payload;
    std::vector<std::string> frames;
    for (std::size_t left = 1 + pick(random, 3); left != 0; --left) {
        const std::string part = rest.substr(0, left == 1 ? std::string::npos : pick(random, rest.size() + 1));
        rest.erase(0, part.size());
        unsigned first = frames.empty() ? 2U : 0U;
        if (frames.empty() && compressed) first |= kRsv1;
        if (left == 1) first |= kFin;
        frames.push_back(websocket_frame(first, part, mask_of(random, setting)));
    }
    return frames;
}

Conversation make(Random& random, const Setting& setting) {
    Conversation made;
    Deflater deflater(setting.takeover);
    std::string bytes;
    for (std::size_t number = 0; number < 60; ++number) {
        made.sent.push_back(payload_of(random, number));
        for (const std::string& frame : frames_of(random, setting, deflater, made.sent.back())) {
            if (pick(random, 2) == 0 || made.calls.empty() || !setting.whole_calls)
                made.calls.push_back(frame);
            else
                made.calls.back() += frame;
        }
    }
    if (setting.whole_calls) return made;
    for (const std::string& call : std::exchange(made.calls, {}))
        bytes += call;
    while (!bytes.empty()) {
        made.calls.push_back(bytes.substr(0, 1 + pick(random, setting.longest)));
        bytes.erase(0, made.calls.back().size());
    }
    return made;
}

// Those that claim to be what was sent.
std::vector<std::string> whole_messages(const WebsocketFeeder& feeder) {
    std::vector<std::string> out;
    for (const WebsocketItem& item : feeder.items) {
        const WebsocketMessage& one = item.message;
        const bool whole = one.fin && !one.gap && !one.truncated && !one.not_seen && !one.not_decoded;
        if (item.kind == WebsocketItemKind::kMessage && whole) out.push_back(one.payload);
    }
    return out;
}

void expect_in_order(const std::vector<std::string>& some, const std::vector<std::string>& all) {
    auto from = all.begin();
    for (const std::string& one : some) {
        const auto found = std::find(from, all.end(), one);
        ASSERT_NE(found, all.end()) << one;
        from = found + 1;
    }
}

WebsocketFeeder feeder_of(const Setting& setting) {
    WebsocketExtensions agreed;
    agreed.deflate = setting.compressed;
    agreed.client.takeover = agreed.server.takeover = setting.takeover;
    return WebsocketFeeder(setting.masked, agreed);
}

void run(unsigned seed, const Setting& setting, std::size_t& found, std::size_t& sent) {
    Random random(seed);
    const Conversation made = make(random, setting);
    WebsocketFeeder whole = feeder_of(setting);
    WebsocketFeeder some = feeder_of(setting);
    for (const std::string& call : made.calls) {
        whole.call(call);
        if (pick(random, 16) != 0)
            some.call(call);
        else
            some.gap(call.size());
    }
    EXPECT_EQ(whole_messages(whole.end()), made.sent);
    expect_in_order(whole_messages(some.end()), made.sent);
    EXPECT_TRUE(whole.adds_up() && some.adds_up());
    found += whole_messages(some).size();
    sent += made.sent.size();
}

TEST(WebsocketLoss, what_is_not_flagged_was_sent) {
    std::size_t found = 0;
    std::size_t sent = 0;
    for (unsigned seed = 0; seed < 800; ++seed) {
        SCOPED_TRACE(seed);
        const Setting setting{.masked = seed % 2 != 0,
                              .compressed = seed / 2 % 2 != 0,
                              .takeover = seed / 4 % 2 != 0,
                              .whole_calls = seed / 8 % 2 != 0,
                              .longest = seed / 16 % 2 != 0 ? 300U : 6U};
        run(seed, setting, found, sent);
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(found, sent / 5);
    RecordProperty("found", static_cast<int>(found * 100 / sent));
}

}  // namespace
}  // namespace apiarist::protocols::testing
