// SPDX-License-Identifier: Apache-2.0
// Connections under what may happen on the way. First byte even: a conversation that the rest of the input decides on,
// with its records cut, swapped, late, repeated and lost; what is promised stands in judge_testing.h. Odd: records with
// any bytes at any positions, for which no more is promised than to stay alive and to account for every byte.
#include <cstdio>
#include <cstdlib>

#include "transactions/judge_testing.h"

namespace {

using namespace apiarist::transactions;
using apiarist::transactions::testing::Channel;
using apiarist::transactions::testing::ChannelOptions;
using apiarist::transactions::testing::Choices;
using apiarist::transactions::testing::Rig;

void check(const std::string& fault) {
    if (fault.empty()) return;
    std::fprintf(stderr, "violated: %s\n", fault.c_str());
    std::abort();
}

// Now and then what is missing in so much text, so that the input need not hold whole heads.
std::string_view some_text(Choices& choices, std::string_view& text) {
    constexpr std::string_view kPhrases[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "HEAD /a HTTP/1.1\r\nA: b\r\n\r\n",
        "POST /b HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
        "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n",
        "CONNECT h:1 HTTP/1.1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n9999\r\n",
        "PRI * HTTP/2.0\r\n\r\n",
        "0\r\n\r\n",
        "PROXY UNKNOWN\r\n",
        std::string_view("\r\n\r\n\0\r\nQUIT\n\x20\0\0\2xx", 18),
    };
    constexpr std::size_t kCount = sizeof(kPhrases) / sizeof(kPhrases[0]);
    const std::size_t which = choices.below(2 * kCount);
    if (which < kCount) return kPhrases[which];
    const std::string_view taken = text.substr(0, 1 + choices.below(30));
    text.remove_prefix(taken.size());
    return taken.empty() ? "x" : taken;
}

void abuse(std::string_view input) {
    Choices choices(input.substr(0, input.size() / 2));
    std::string_view text = input.substr(input.size() / 2);
    ConnectionOptions options;
    options.http1.body = 64;
    options.decoded_body = 64;
    options.skip_from = 16;
    options.stream.held_bytes = 200;
    options.stream.held_pieces = 6;
    Rig rig(options);
    ChannelOptions of;
    of.session = choices.one_in(3) ? 5 : 0;
    of.start = {choices.below(65536), 0xffffff00};
    of.before = {choices.below(2), choices.below(4)};
    of.counted = choices.one_in(8);
    Channel channel(of);
    channel.step_ns = choices.one_in(2) ? 1000 : 70'000'000;
    if (!choices.one_in(16)) rig.feed(channel.open());
    for (std::size_t i = 1 + choices.below(60); i > 0; --i) {
        const auto direction = static_cast<unsigned>(choices.below(2));
        channel.tid = 41 + static_cast<std::uint32_t>(choices.below(2));
        constexpr std::uint32_t kLengths[] = {AP_DATA_NOT_SEEN, AP_DATA_SKIPPED, AP_DATA_FAULT};
        switch (choices.below(12)) {
            default:
                rig.feed(
                    channel.bytes(direction, some_text(choices, text), choices.one_in(4) ? 0 : AP_DATA_CALL_START));
                break;
            case 6:
                rig.feed(channel.bytes_at(direction, choices.below(500), some_text(choices, text)));
                break;
            case 7:
                rig.feed(channel.length(direction, static_cast<std::uint32_t>(1 + choices.below(50000)),
                                        kLengths[choices.below(3)]));
                break;
            case 8:
                channel.lose(direction, choices.below(300), choices.one_in(2));
                break;
            case 9:
                channel.skip(direction, choices.below(300));
                break;
            case 10:
                rig.feed(choices.one_in(2) ? channel.side_end(direction)
                                           : channel.side_end_at(direction, choices.below(300)));
                break;
            case 11:
                rig.feed(channel.open());
                rig.tracker.settle(channel.now_ns + choices.below(6) * 200'000'000);
                break;
        }
    }
    rig.feed(channel.end(choices.one_in(4) ? AP_END_LIVE : 0));
    for (const std::string& fault : rig.finish())
        check(fault);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (input.empty()) return 0;
    if ((data[0] & 1) != 0) {
        abuse(input.substr(1));
    } else {
        check(apiarist::transactions::testing::play_all(input.substr(1)).fault);
    }
    return 0;
}
