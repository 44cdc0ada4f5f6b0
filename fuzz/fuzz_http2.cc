// SPDX-License-Identifier: Apache-2.0
// One direction of HTTP/2 out of arbitrary bytes: every byte is counted once, what is held has a bound, and how bytes
// are split changes nothing as long as the place is known.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http2.h"
#include "protocols/http2_testing.h"

namespace {

using namespace apiarist::protocols;
using apiarist::protocols::testing::Feeder;

Http2Limits small_limits() {
    Http2Limits limits;
    limits.body = 256;
    limits.block = 512;
    limits.streams = 8;
    limits.search = 512;
    limits.hpack = {.table = 1024, .list = 1024, .fields = 16};
    return limits;
}

void require(bool holds) {
    if (!holds) __builtin_trap();
}

// A message holds its body and the fields of a block and its trailers, each field more than its text.
constexpr std::size_t kMostHeld = 64 << 10;

void check(const Feeder& feeder, std::uint64_t fed) {
    const Http2Counts& counts = feeder.parser.counts();
    require(counts.parsed + counts.unattributed + counts.missing == fed);
}

// Calls and gaps: a byte says how long, and what.
void with_gaps(std::string_view input, bool from_start) {
    Feeder feeder(from_start, small_limits());
    std::uint64_t fed = 0;
    while (!input.empty()) {
        const auto choice = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
        if (choice % 16 == 15) {
            const std::uint64_t size = choice / 16 + 1U;
            const GapKind kinds[] = {GapKind::kLost, GapKind::kSkipped, GapKind::kNotSeen};
            feeder.gap(size, kinds[choice / 16 % 3]);
            fed += size;
            continue;
        }
        const std::string_view part = input.substr(0, choice);
        input.remove_prefix(part.size());
        choice % 2 == 0 ? feeder.call(part) : feeder.more(part);
        fed += part.size();
        require(feeder.parser.memory() <= kMostHeld);
        (void)feeder.texts();
    }
    feeder.end();
    check(feeder, fed);
    require(feeder.parser.messages().memory() == 0);
}

void split(std::string_view bytes) {
    Feeder whole(true, small_limits());
    whole.call(bytes);
    const bool lost = whole.parser.lost();
    const auto expected = whole.texts(true);
    for (const std::size_t size : {1U, 7U, 64U}) {
        Feeder pieces(true, small_limits());
        for (std::size_t at = 0; at < bytes.size(); at += size)
            at == 0 ? pieces.call(bytes.substr(at, size)) : pieces.more(bytes.substr(at, size));
        const auto texts = pieces.texts(true);
        // After a loss the split may say how early the place is found again.
        const auto loss = std::find(expected.begin(), expected.end(), "lost");
        const auto other = std::find(texts.begin(), texts.end(), "lost");
        require(std::vector(expected.begin(), loss) == std::vector(texts.begin(), other));
        if (loss == expected.end()) require(lost == pieces.parser.lost());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.empty()) return 0;
    const unsigned mode = static_cast<unsigned char>(input.front()) % 3;
    if (mode == 2)
        split(input.substr(1));
    else
        with_gaps(input.substr(1), mode == 0);
    return 0;
}
