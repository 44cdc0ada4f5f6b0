// SPDX-License-Identifier: Apache-2.0
// What a sender with nghttp2's header compression says, with calls lost or begun in the midst of it. Whatever is not
// flagged is what was sent; a path that is there is right, flagged or not.
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>

#include "protocols/http2_testing.h"

namespace apiarist::protocols::testing {
namespace {

using Random = std::mt19937;

std::size_t pick(Random& random, std::size_t below) {
    return random() % below;
}

class Encoder {
  public:
    Encoder() {
        nghttp2_hd_deflater* made = nullptr;
        if (nghttp2_hd_deflate_new(&made, 4096) != 0) throw std::bad_alloc();
        deflater_.reset(made);
    }
    std::string encode(const Fields& fields) {
        const auto bytes_of = [](const std::string& text) {
            return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        };
        std::vector<nghttp2_nv> pairs;
        for (const auto& [name, value] : fields)
            pairs.push_back({bytes_of(name), bytes_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
        std::string bytes(nghttp2_hd_deflate_bound(deflater_.get(), pairs.data(), pairs.size()), '\0');
        const auto size =
            nghttp2_hd_deflate_hd(deflater_.get(), bytes_of(bytes), bytes.size(), pairs.data(), pairs.size());
        if (size < 0) throw std::runtime_error("not encoded");
        bytes.resize(static_cast<std::size_t>(size));
        return bytes;
    }

  private:
    struct Delete {
        void operator()(nghttp2_hd_deflater* deflater) const { nghttp2_hd_deflate_del(deflater); }
    };
    std::unique_ptr<nghttp2_hd_deflater, Delete> deflater_;
};

struct Sent {
    std::string path;
    std::string body;
};

struct Conversation {
    std::vector<std::string> calls;
    std::map<std::uint32_t, Sent> sent;  // by stream
};

// Requests, some with bodies whose frames interleave, cut into calls that are no frames.
Conversation make(Random& random, std::size_t requests) {
    Conversation made;
    Encoder encoder;
    std::string bytes = std::string(kHttp2Preface) + settings();
    std::vector<std::pair<std::uint32_t, std::string>> open;  // what is still to be sent
    const auto send_some = [&](std::size_t at) {
        auto& [stream, rest] = open[at];
        const std::string part = rest.substr(0, 1 + pick(random, 3000));
        rest.erase(0, part.size());
        bytes += frame(FrameType::kData, rest.empty() ? unsigned{kEndStream} : 0U, stream, part);
        if (rest.empty()) open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
    };
    for (std::uint32_t stream = 1; stream < 2 * requests; stream += 2) {
        Sent& sent = made.sent[stream];
        sent.path = "/orders/" + std::to_string(pick(random, 3) == 0 ? stream : pick(random, 8));
        if (pick(random, 2) == 0)
            sent.body = std::to_string(stream) + std::string(pick(random, 6000), static_cast<char>('a' + stream % 26));
        const Fields fields{{":method", sent.body.empty() ? "GET" : "POST"},
                            {":scheme", "http"},
                            {":path", sent.path},
                            {":authority", "shop"},
                            {"x-tenant", "t" + std::to_string(pick(random, 20))}};
        bytes += frame(FrameType::kHeaders, kEndHeaders | (sent.body.empty() ? unsigned{kEndStream} : 0U), stream,
                       encoder.encode(fields));
        if (!sent.body.empty()) open.emplace_back(stream, sent.body);
        while (open.size() > 3 || (!open.empty() && pick(random, 3) != 0))
            send_some(pick(random, open.size()));
        while (bytes.size() > 200 && pick(random, 3) != 0) {
            const std::size_t size = 1 + pick(random, bytes.size());
            made.calls.push_back(bytes.substr(0, size));
            bytes.erase(0, size);
        }
    }
    while (!open.empty())
        send_some(0);
    made.calls.push_back(bytes);
    return made;
}

struct Judge {
    std::size_t complete = 0;
    std::size_t flagged = 0;
    std::size_t known_paths = 0;

    void judge(const Conversation& conversation, const std::vector<Http2Item>& items) {
        for (const Http2Item& item : items) {
            if (item.kind != Http2ItemKind::kMessage) continue;
            const Message& message = item.message;
            const auto at = conversation.sent.find(item.stream);
            ASSERT_NE(at, conversation.sent.end()) << "stream " << item.stream;
            const bool whole =
                !message.gap && !message.joined_midway && !message.body_truncated && !message.body_not_seen;
            whole ? ++complete : ++flagged;
            if (!message.target.empty()) {
                ++known_paths;
                EXPECT_EQ(message.target, at->second.path);
            }
            if (whole) {
                EXPECT_EQ(message.target, at->second.path);
                EXPECT_EQ(message.body, at->second.body);
            }
            EXPECT_EQ(at->second.body.substr(0, message.body.size()), message.body) << "no first part";
        }
    }
};

TEST(Http2Loss, whole_all_is_complete) {
    Random random(1);
    const Conversation conversation = make(random, 400);
    Feeder feeder;
    for (const std::string& call : conversation.calls)
        feeder.call(call);
    Judge judge;
    judge.judge(conversation, feeder.items);
    EXPECT_EQ(judge.complete, 400U);
    EXPECT_EQ(judge.flagged, 0U);
}

TEST(Http2Loss, each_kth_call_is_lost) {
    for (const std::size_t k : {2U, 5U, 20U, 100U}) {
        Judge judge;
        std::size_t sent = 0;
        for (unsigned seed = 0; seed < 20; ++seed) {
            Random random(seed);
            const Conversation conversation = make(random, 300);
            sent += conversation.sent.size();
            Feeder feeder;
            for (std::size_t at = 0; at < conversation.calls.size(); ++at)
                at % k == k - 1 ? feeder.gap(conversation.calls[at].size()) : feeder.call(conversation.calls[at]);
            feeder.end();
            judge.judge(conversation, feeder.items);
        }
        std::printf("one call in %zu lost: of %zu messages %zu complete, %zu flagged, %zu with a known path\n", k, sent,
                    judge.complete, judge.flagged, judge.known_paths);
        if (k >= 100) {
            EXPECT_GT(judge.complete, sent / 3);
        }
    }
}

TEST(Http2Loss, joined_at_any_call) {
    Judge judge;
    std::size_t sent = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        Random random(seed);
        const Conversation conversation = make(random, 300);
        const std::size_t begin = pick(random, conversation.calls.size() / 2);
        sent += conversation.sent.size();
        Feeder feeder(false);
        for (std::size_t at = begin; at < conversation.calls.size(); ++at)
            feeder.call(conversation.calls[at]);
        feeder.end();
        judge.judge(conversation, feeder.items);
    }
    std::printf("joined midway: of %zu messages %zu complete, %zu flagged, %zu with a known path\n", sent,
                judge.complete, judge.flagged, judge.known_paths);
    // What was said once, before, and is only referred to since stays unknown: here the authority.
    EXPECT_GT(judge.known_paths, sent / 3);
}

}  // namespace
}  // namespace apiarist::protocols::testing
