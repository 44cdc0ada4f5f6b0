// SPDX-License-Identifier: Apache-2.0
#include "transactions/early_bytes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace apiarist::transactions {
namespace {

using streams::Missing;

std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(const EarlyBytes::Piece& piece) {
    const auto rest = std::get<EarlyBytes::Bytes>(piece.what).rest();
    return {reinterpret_cast<const char*>(rest.data()), rest.size()};
}

TEST(EarlyBytes, pieces_come_back_in_order_with_what_belongs_to_them) {
    EarlyBytes early;
    EXPECT_TRUE(early.empty());
    early.add_bytes(as_bytes("abc"), true, 1);
    early.add_gap(7, Missing::kNotSeen, 2);
    early.add_bytes(as_bytes("de"), false, 3);
    early.add_end(true, 4);

    EXPECT_EQ(text_of(early.front()), "abc");
    EXPECT_TRUE(std::get<EarlyBytes::Bytes>(early.front().what).call_start);
    EXPECT_EQ(early.front().time_ns, 1u);
    early.drop();
    EXPECT_EQ(std::get<EarlyBytes::Gap>(early.front().what).size, 7u);
    EXPECT_EQ(std::get<EarlyBytes::Gap>(early.front().what).why, Missing::kNotSeen);
    EXPECT_EQ(early.front().time_ns, 2u);
    early.drop();
    EXPECT_EQ(text_of(early.front()), "de");
    EXPECT_FALSE(std::get<EarlyBytes::Bytes>(early.front().what).call_start);
    early.drop();
    EXPECT_TRUE(std::get<EarlyBytes::End>(early.front().what).clean);
    EXPECT_EQ(early.front().time_ns, 4u);
    early.drop();
    EXPECT_TRUE(early.empty());
}

TEST(EarlyBytes, a_piece_may_be_used_bit_by_bit) {
    EarlyBytes early;
    early.add_bytes(as_bytes("abcdef"), true, 1);
    early.add_bytes(as_bytes("g"), true, 2);
    early.drop_bytes(0);
    EXPECT_TRUE(std::get<EarlyBytes::Bytes>(early.front().what).call_start);
    early.drop_bytes(2);
    EXPECT_EQ(text_of(early.front()), "cdef");
    EXPECT_FALSE(std::get<EarlyBytes::Bytes>(early.front().what).call_start) << "the rest does not begin a call";
    EXPECT_EQ(early.front().time_ns, 1u);
    early.drop_bytes(4);
    EXPECT_EQ(text_of(early.front()), "g");
}

TEST(EarlyBytes, the_bytes_are_copies) {
    EarlyBytes early;
    std::string text = "abc";
    early.add_bytes(as_bytes(text), true, 1);
    text = "xyz";
    EXPECT_EQ(text_of(early.front()), "abc");
}

TEST(EarlyBytes, both_limits_count) {
    const streams::StreamLimits limits{.held_bytes = 10, .held_pieces = 3, .settle_ns = 0};
    EarlyBytes bytes;
    bytes.add_bytes(as_bytes("0123456789"), true, 1);
    EXPECT_FALSE(bytes.over_limits(limits));
    bytes.add_bytes(as_bytes("a"), true, 1);
    EXPECT_TRUE(bytes.over_limits(limits));
    bytes.drop();
    EXPECT_FALSE(bytes.over_limits(limits));

    EarlyBytes pieces;
    for (int i = 0; i < 3; ++i)
        pieces.add_gap(1000, Missing::kLost, 1);
    EXPECT_FALSE(pieces.over_limits(limits));
    pieces.add_end(false, 1);
    EXPECT_TRUE(pieces.over_limits(limits));
}

TEST(EarlyBytes, memory_is_what_is_held) {
    EarlyBytes early;
    EXPECT_EQ(early.memory(), 0u);
    early.add_bytes(as_bytes(std::string(1000, 'x')), true, 1);
    const std::size_t one = early.memory();
    EXPECT_GE(one, 1000u);
    early.drop_bytes(999);
    EXPECT_EQ(early.memory(), one) << "the used part is held too";
    early.drop_bytes(1);
    EXPECT_EQ(early.memory(), 0u);
}

}  // namespace
}  // namespace apiarist::transactions
