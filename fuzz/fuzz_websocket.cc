// SPDX-License-Identifier: Apache-2.0
// One direction of WebSocket out of arbitrary bytes: every byte is counted once, what is held has a bound, and how
// calls are split changes nothing, with and without losses.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/websocket.h"
#include "protocols/websocket_extensions.h"
#include "protocols/websocket_testing.h"

namespace {

using namespace apiarist::protocols;
using apiarist::protocols::testing::WebsocketFeeder;

constexpr WebsocketLimits kSmall{.payload = 64, .inflated = 4096, .search = 256};
// Two payloads, what is held to find the place with its calls and what may begin at them, and the inflater's state with
// its window; strings and vectors double.
constexpr std::size_t kMostHeld = 2 * (2 * 64 + 125) + 2 * (256 + 16 * 17 + 8 * 128) + (8 << 10) + (32 << 10);

void require(bool holds) {
    if (!holds) __builtin_trap();
}

WebsocketExtensions agreed(unsigned choice) {
    WebsocketExtensions made;
    made.deflate = choice != 0;
    made.other = choice == 3;
    made.client.takeover = made.server.takeover = choice != 2;
    return made;
}

struct Outcome {
    std::vector<std::string> texts;
    WebsocketCounts counts;
    bool lost = false;
};

// Calls and gaps: a byte says how long, and what. Calls come in pieces of `piece` bytes.
Outcome play(std::string_view input, std::size_t piece) {
    const auto setting = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    WebsocketFeeder feeder((setting & 1) != 0, agreed(setting / 2 % 4), kSmall, setting / 8 % 2 == 0);
    while (!input.empty()) {
        const auto choice = static_cast<unsigned char>(input.front());
        input.remove_prefix(1);
        if (choice % 16 == 15) {
            const GapKind kinds[] = {GapKind::kLost, GapKind::kSkipped, GapKind::kNotSeen};
            feeder.gap(choice / 16 + 1U, kinds[choice / 16 % 3]);
            continue;
        }
        std::string_view call = input.substr(0, choice);
        input.remove_prefix(call.size());
        for (bool start = choice % 4 != 3; !call.empty(); start = false) {
            const std::string_view part = call.substr(0, piece);
            call.remove_prefix(part.size());
            start ? feeder.call(part) : feeder.more(part);
            require(feeder.parser.memory() <= kMostHeld);
        }
        if (choice == 0) feeder.parser.release();
        if (choice == 16) feeder.parser.distrust();
    }
    Outcome outcome;
    outcome.lost = feeder.parser.lost();
    feeder.end();
    require(feeder.adds_up());
    for (const WebsocketItem& item : feeder.items)
        require(item.message.payload.size() <= 125);
    outcome.texts = feeder.texts();
    outcome.counts = feeder.parser.counts();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.empty()) return 0;
    const Outcome whole = play(input, SIZE_MAX);
    for (const std::size_t piece : {1U, 7U, 50U}) {
        const Outcome pieces = play(input, piece);
        require(pieces.texts == whole.texts && pieces.lost == whole.lost);
        require(pieces.counts.parsed == whole.counts.parsed && pieces.counts.malformed == whole.counts.malformed);
    }
    return 0;
}
