// SPDX-License-Identifier: Apache-2.0
#include "protocols/hpack_huffman.h"

#include <array>
#include <cstdint>

namespace apiarist::protocols {
namespace {

constexpr unsigned kSymbols = 257;
constexpr unsigned kEndOfString = 256;
constexpr unsigned kLongest = 30;  // bits

// Bits of each symbol's code (Appendix B). The code is canonical: by length, then by symbol, each code is the one
// before it plus one.
constexpr std::array<std::uint8_t, kSymbols> kLengths{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,  //
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,  //
    6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,   //
    5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10,  //
    13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,   //
    7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,   //
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,   //
    6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28,  //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,  //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,  //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,  //
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,  //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,  //
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,  //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,  //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,  //
    30,
};

// The decoder walks the code's tree by four bits at a time. A code is at least five bits long, so that a step gives at
// most one symbol. States are the inner nodes, 0 the root.
struct Step {
    std::uint8_t next = 0;
    std::uint8_t symbol = 0;
    bool gives = false;
    bool wrong = false;  // the end-of-string symbol
};
constexpr unsigned kStates = kSymbols - 1;

struct Tables {
    std::array<std::array<Step, 16>, kStates> steps{};
    std::array<bool, kStates> may_end{};  // the bits since the last symbol are at most seven, all ones
};

constexpr Tables make_tables() {
    // children[node][bit]: an inner node, or kStates + symbol.
    std::array<std::array<std::uint16_t, 2>, kStates> children{};
    unsigned nodes = 1;
    std::uint32_t code = 0;
    for (unsigned length = 1; length <= kLongest; ++length, code <<= 1) {
        for (unsigned symbol = 0; symbol < kSymbols; ++symbol) {
            if (kLengths[symbol] != length) continue;
            unsigned node = 0;
            for (unsigned bit = length; bit-- > 1;) {
                std::uint16_t& child = children[node][code >> bit & 1];
                if (child == 0) child = static_cast<std::uint16_t>(nodes++);
                node = child;
            }
            children[node][code & 1] = static_cast<std::uint16_t>(kStates + symbol);
            ++code;
        }
    }
    Tables tables;
    for (unsigned state = 0; state < kStates; ++state) {
        for (unsigned bits = 0; bits < 16; ++bits) {
            Step& step = tables.steps[state][bits];
            unsigned node = state;
            for (unsigned bit = 4; bit-- > 0;) {
                const unsigned child = children[node][bits >> bit & 1];
                if (child < kStates) {
                    node = child;
                    continue;
                }
                node = 0;
                if (child - kStates == kEndOfString) {
                    step.wrong = true;
                    break;
                }
                step.gives = true;
                step.symbol = static_cast<std::uint8_t>(child - kStates);
            }
            step.next = static_cast<std::uint8_t>(node);
        }
    }
    unsigned node = 0;
    for (unsigned ones = 0; ones <= 7; ++ones, node = children[node][1])
        tables.may_end[node] = true;
    return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

bool decode_huffman(std::span<const std::byte> coded, std::string& out) {
    unsigned state = 0;
    for (const std::byte byte : coded) {
        for (const unsigned bits : {std::to_integer<unsigned>(byte) >> 4, std::to_integer<unsigned>(byte) & 15}) {
            const Step& step = kTables.steps[state][bits];
            if (step.wrong) return false;
            if (step.gives) out.push_back(static_cast<char>(step.symbol));
            state = step.next;
        }
    }
    return kTables.may_end[state];
}

}  // namespace apiarist::protocols
