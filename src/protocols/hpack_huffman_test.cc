// SPDX-License-Identifier: Apache-2.0
// What is Huffman code and what is not; that each symbol is right, hpack_oracle_test.cc tells.
#include "protocols/hpack_huffman.h"

#include <gtest/gtest.h>

#include <string_view>

namespace apiarist::protocols {
namespace {

bool decodes_to(std::string_view coded, std::string_view text) {
    std::string out;
    return decode_huffman(std::as_bytes(std::span(coded)), out) && out == text;
}

bool is_wrong_code(std::string_view coded) {
    std::string out;
    return !decode_huffman(std::as_bytes(std::span(coded)), out);
}

TEST(HpackHuffman, padding_of_up_to_seven_ones) {
    EXPECT_TRUE(decodes_to("", ""));
    EXPECT_TRUE(decodes_to("\x1f", "a"));
    EXPECT_TRUE(decodes_to("\x18\xc6\x31\xff", "aaaaa"));
    EXPECT_TRUE(decodes_to("\x18\xc6\x31\x8c\x63", "aaaaaaaa"));
}

TEST(HpackHuffman, padding_of_more_than_seven_bits_is_wrong) {
    EXPECT_TRUE(is_wrong_code("\xff"));
    EXPECT_TRUE(is_wrong_code("\x1f\xff"));
    EXPECT_TRUE(is_wrong_code("\x18\xc6\x31\x8c\x63\xff"));
}

TEST(HpackHuffman, padding_that_is_not_ones_is_wrong) {
    for (const char* coded : {"\x18", "\x1b", "\x1d", "\x1e", "\x18\xc6\x31\xfe", "\x18\xc6\x31\x80"}) {
        EXPECT_TRUE(is_wrong_code(coded)) << coded;
    }
}

TEST(HpackHuffman, the_end_of_string_symbol_is_wrong) {
    EXPECT_TRUE(is_wrong_code("\xff\xff\xff\xfc"));
    EXPECT_TRUE(is_wrong_code("\xff\xff\xff\xff"));
    EXPECT_TRUE(is_wrong_code("\x1f\xff\xff\xff\xff"));
    EXPECT_TRUE(is_wrong_code("\xff\xff\xff\xfc\x1f"));
}

TEST(HpackHuffman, symbols_are_appended_up_to_a_wrong_one) {
    std::string out = "b";
    EXPECT_FALSE(decode_huffman(std::as_bytes(std::span(std::string_view("\x1f\xff"))), out));
    EXPECT_EQ(out, "ba");
}

}  // namespace
}  // namespace apiarist::protocols
