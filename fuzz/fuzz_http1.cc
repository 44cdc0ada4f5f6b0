// SPDX-License-Identifier: Apache-2.0
// HTTP/1 parser under hostile bytes, splits and gaps. Input: 8 control bytes (see Plan), then the stream.
// Checked: how calls are split into feeds, or fed message by message, changes nothing; leaving out what is skippable
// changes nothing; each byte is counted once; memory stays within the limits; and if the whole stream is well-formed
// and calls start only where messages start, then a loss never makes a message that is wrong and not flagged.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "protocols/http1.h"
#include "protocols/http1_testing.h"

namespace {

using namespace apiarist::protocols;
using testing::is_flagged;
using testing::Player;
using testing::to_text;

struct Plan {
    MessageKind kind = MessageKind::kRequest;
    bool from_start = true;
    bool clean_end = true;
    std::uint8_t methods = 0;  // two bits for each of four expected requests
    Http1Limits limits;
    std::minstd_rand random;
    std::string_view stream;
};

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

void check(bool holds, const char* what) {
    if (!holds) fail(what);
}

constexpr std::size_t kControlBytes = 8;

Plan make_plan(std::string_view input) {
    const auto control = [&](std::size_t i) { return static_cast<std::uint8_t>(input[i]); };
    Plan plan;
    plan.kind = control(0) & 1 ? MessageKind::kResponse : MessageKind::kRequest;
    plan.from_start = (control(0) & 2) == 0;
    plan.clean_end = (control(0) & 4) == 0;
    plan.methods = control(1);
    plan.limits = {.body = control(2),
                   .head = 32u + control(3) * 4u,
                   .headers = 1u + control(4) % 16,
                   .chunk_line = 4u + control(5) % 64,
                   .expectations = 1u + control(4) / 64};
    plan.random.seed(1u + control(6) * 256u + control(7));
    plan.stream = input.substr(kControlBytes);
    return plan;
}

void check_memory(const Player& player, const Http1Limits& limits) {
    const std::size_t fields = 4 * (limits.headers + 1) * sizeof(Header);
    const std::size_t lines = 2 * std::max(limits.head, limits.chunk_line * 4) + 512;
    const std::size_t text = limits.head + limits.chunk_line * 4;
    const std::size_t bound = 2 * limits.body + lines + text + fields + 2 * limits.expectations + 64;
    check(player.parser.memory() <= bound, "memory is bounded by the limits");
}

Player make_player(const Plan& plan, bool expectations) {
    Player player(plan.kind, plan.limits, plan.from_start);
    if (!expectations || plan.kind == MessageKind::kRequest) return player;
    for (int i = 0; i < 4; ++i) {
        constexpr const char* kMethods[] = {"GET", "HEAD", "CONNECT", "POST"};
        player.expect(kMethods[plan.methods >> (2 * i) & 3]);
    }
    return player;
}

std::vector<std::string> all_texts(const Player& player) {
    std::vector<std::string> texts;
    for (const Item& item : player.items) {
        const Message& m = item.message;
        texts.push_back(to_text(item) + " @" + std::to_string(m.begin) + ' ' + std::to_string(m.head_end) + ' ' +
                        std::to_string(m.end));
    }
    return texts;
}

void check_accounting(const Player& player) {
    check(player.counted() == player.fed, "every byte is counted once after the end");
}

std::vector<std::size_t> random_cuts(Plan& plan, std::size_t begin, std::size_t end) {
    std::vector<std::size_t> cuts = {begin, end};
    for (std::size_t i = plan.random() % 6; i > 0 && end > begin; --i) {
        cuts.push_back(begin + plan.random() % (end - begin));
    }
    std::ranges::sort(cuts);
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    return cuts;
}

// Every call in one feed, against every call in pieces.
void check_splits(Plan& plan) {
    Player whole = make_player(plan, true);
    Player split = make_player(plan, true);
    const std::vector<std::size_t> calls = random_cuts(plan, 0, plan.stream.size());
    for (std::size_t i = 0; i + 1 < calls.size(); ++i) {
        whole.feed(plan.stream.substr(calls[i], calls[i + 1] - calls[i]));
        check_memory(whole, plan.limits);
        const bool single_bytes = plan.random() % 4 == 0;
        std::vector<std::size_t> cuts = random_cuts(plan, calls[i], calls[i + 1]);
        if (single_bytes) {
            cuts.clear();
            for (std::size_t at = calls[i]; at <= calls[i + 1]; ++at)
                cuts.push_back(at);
        }
        for (std::size_t j = 0; j + 1 < cuts.size(); ++j) {
            const std::string_view piece = plan.stream.substr(cuts[j], cuts[j + 1] - cuts[j]);
            plan.random() % 2 == 0 ? split.feed(piece, j == 0) : split.feed_by_message(piece, j == 0);
            check_memory(split, plan.limits);
        }
    }
    whole.end(plan.clean_end);
    split.end(plan.clean_end);
    check(all_texts(whole) == all_texts(split), "a split changes no item");
    const Http1Counts& a = whole.parser.counts();
    const Http1Counts& b = split.parser.counts();
    check(a.parsed == b.parsed && a.unattributed == b.unattributed && a.tunnelled == b.tunnelled &&
              a.malformed == b.malformed,
          "a split changes no count");
    check_accounting(whole);
    check_accounting(split);
}

void check_start_look(std::string_view stream) {
    const StartLook look = look_at_start(testing::as_bytes(stream));
    check(look.proxy_header <= stream.size(), "a header is not longer than what holds it");
    check(look.proxy_header <= 16 + 2047, "a header is bounded");
    check(look.look != Http1Look::kProxyHeader || stream.size() < 16 + 2048, "waiting for a header is bounded");
}

// A PROXY header that stands before the requests, cut anywhere, leaves everything as it is without one. Of version 2:
// the other one is a line, so that a small limit of a head holds for it too.
void check_proxy_header(Plan& plan) {
    if (plan.kind != MessageKind::kRequest || !plan.from_start) return;
    if (look_at_proxy_header(plan.stream).state != ProxyHeader::State::kNone) return;
    const std::size_t length = 12 + plan.random() % (2048 - 12);
    std::string header("\r\n\r\n\0\r\nQUIT\n\x21\x11", 14);
    header += static_cast<char>(length >> 8);
    header += static_cast<char>(length);
    header.append(length, '\n');
    const std::string stream = header + std::string(plan.stream);
    Player plain = make_player(plan, true);
    Player headed = make_player(plan, true);
    const std::vector<std::size_t> cuts = random_cuts(plan, 0, stream.size());
    plain.feed(plan.stream);
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
        headed.feed(std::string_view(stream).substr(cuts[i], cuts[i + 1] - cuts[i]), false);
    plain.end(plan.clean_end);
    headed.end(plan.clean_end);
    check(plain.texts() == headed.texts(), "a PROXY header changes no item");
    check(plain.parser.counts().parsed + header.size() == headed.parser.counts().parsed, "a PROXY header is framing");
    check_accounting(headed);
}

// Byte by byte, leaving out all that the parser does not need.
void check_skipping(const Plan& plan) {
    Player whole = make_player(plan, true);
    Player sparse = make_player(plan, true);
    for (std::size_t at = 0; at < plan.stream.size();) {
        const std::uint64_t skip = std::min<std::uint64_t>(sparse.parser.skippable(), plan.stream.size() - at);
        if (skip > 0) sparse.gap(skip, GapKind::kSkipped);
        if (skip == 0) sparse.feed(plan.stream.substr(at, 1));
        const std::size_t step = std::max<std::size_t>(skip, 1);
        for (std::size_t i = 0; i < step; ++i)
            whole.feed(plan.stream.substr(at + i, 1));
        at += step;
    }
    whole.end(plan.clean_end);
    sparse.end(plan.clean_end);
    check(whole.texts() == sparse.texts(), "skipping what is skippable changes no message");
    check_accounting(sparse);
}

// Where messages begin in a stream without loss; empty when it is not well-formed throughout.
std::vector<std::size_t> message_starts(const Plan& plan, Player& whole) {
    std::vector<std::size_t> starts;
    for (std::size_t at = 0; at < plan.stream.size(); ++at) {
        const bool between = whole.parser.between_messages();
        whole.feed(plan.stream.substr(at, 1));
        if (between && !whole.parser.between_messages()) starts.push_back(at);
    }
    whole.end(plan.clean_end);
    if (whole.parser.counts().malformed > 0) starts.clear();
    return starts;
}

// Plays the stream with random ranges lost; calls start at `starts` and nowhere else.
Player play_lossy(Plan& plan, const std::vector<std::size_t>& starts) {
    Player player = make_player(plan, false);
    const std::vector<std::size_t> cuts = random_cuts(plan, 0, plan.stream.size());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        if (plan.random() % 3 == 0) {
            player.gap(cuts[i + 1] - cuts[i], static_cast<GapKind>(plan.random() % 3));
            continue;
        }
        for (std::size_t at = cuts[i]; at < cuts[i + 1];) {
            const auto next = std::ranges::upper_bound(starts, at);
            const std::size_t stop = next == starts.end() ? cuts[i + 1] : std::min(cuts[i + 1], *next);
            player.feed(plan.stream.substr(at, stop - at), std::ranges::binary_search(starts, at));
            check_memory(player, plan.limits);
            at = stop;
        }
    }
    player.end(plan.clean_end);
    check_accounting(player);
    return player;
}

void check_loss(Plan& plan) {
    plan.from_start = true;
    // Without expectations: after a loss the owner forgets them, and HEAD or CONNECT could not be told from GET.
    Player whole = make_player(plan, false);
    const std::vector<std::size_t> starts = message_starts(plan, whole);
    const Player lossy = play_lossy(plan, starts);
    if (starts.empty()) return;
    const std::vector<Message> originals = whole.messages();
    auto from = originals.begin();
    for (const Message& message : lossy.messages()) {
        if (is_flagged(message)) continue;
        const auto same = [&](const Message& original) { return to_text(original) == to_text(message); };
        const auto found = std::find_if(from, originals.end(), same);
        check(found != originals.end(), "a loss makes no wrong message without a flag");
        from = found + 1;
    }
}

// No promise about the messages here, only about staying alive, bounded and exact in counting.
void check_abuse(Plan& plan) {
    Player player = make_player(plan, true);
    const std::vector<std::size_t> cuts = random_cuts(plan, 0, plan.stream.size());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        if (plan.random() % 4 == 0) player.gap(plan.random() % 1000, static_cast<GapKind>(plan.random() % 3));
        if (plan.random() % 16 == 0) player.parser.tunnel();
        if (plan.random() % 16 == 0) player.parser.forget_expectations();
        player.feed(plan.stream.substr(cuts[i], cuts[i + 1] - cuts[i]), plan.random() % 2 == 0);
        check_memory(player, plan.limits);
    }
    player.end(plan.clean_end);
    check_accounting(player);
    check(player.parser.current() == nullptr, "no message is left after the end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.size() < kControlBytes) return 0;
    Plan plan = make_plan(input);
    (void)look_at(testing::as_bytes(plan.stream));
    check_start_look(plan.stream);
    check_splits(plan);
    check_proxy_header(plan);
    check_skipping(plan);
    check_abuse(plan);
    check_loss(plan);
    return 0;
}
