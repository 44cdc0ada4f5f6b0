// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

namespace apiarist {
namespace {

std::string json_of(std::string_view bytes) {
    std::string out;
    append_json_string(out, bytes);
    return out;
}

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

std::string replaced(int times) {
    std::string out = "\"";
    for (int i = 0; i < times; ++i)
        out += kReplacement;
    return out + "\"";
}

struct Ill {
    std::string_view bytes;
    int maximal_parts;  // Unicode 15, §3.9: one U+FFFD for each
};

// Table 3-7 of the Unicode Standard, from its edges.
const Ill kIll[] = {
    {"\x80", 1},  // continuation alone
    {"\xbf\x80", 2},
    {"\xc0\x80", 2},                  // overlong NUL
    {"\xc1\xbf", 2},                  // overlong U+007F
    {"\xe0\x80\x80", 3},              // overlong, three bytes
    {"\xe0\x9f\xbf", 3},              // overlong U+07FF
    {"\xf0\x80\x80\x80", 4},          // overlong, four bytes
    {"\xf0\x8f\xbf\xbf", 4},          // overlong U+FFFF
    {"\xed\xa0\x80", 3},              // surrogate U+D800
    {"\xed\xbf\xbf", 3},              // surrogate U+DFFF
    {"\xed\xa0\xbd\xed\xb8\x80", 6},  // a pair of surrogates (CESU-8)
    {"\xf4\x90\x80\x80", 4},          // U+110000
    {"\xf5\x80\x80\x80", 4},
    {"\xf8\x88\x80\x80\x80", 5},  // five bytes, as in RFC 2279
    {"\xfe", 1},
    {"\xff", 1},
    {"\xc2", 1},                      // cut after one of two
    {"\xe2\x82", 1},                  // cut after two of three: one part
    {"\xf0\x9f\x98", 1},              // cut after three of four: one part
    {"\xf1\x80\x80\xe1\x80\xc2", 3},  // the standard's example of maximal parts
};

TEST(Utf8, ill_formed_sequences_are_told_and_replaced_part_by_part) {
    for (const Ill& ill : kIll) {
        EXPECT_FALSE(is_utf8(ill.bytes)) << json_of(ill.bytes);
        EXPECT_EQ(json_of(ill.bytes), replaced(ill.maximal_parts)) << ill.bytes.size();
        const std::string among = "a" + std::string(ill.bytes) + "b";
        EXPECT_FALSE(is_utf8(among));
        EXPECT_TRUE(is_utf8(json_of(among)));
        EXPECT_EQ(json_of(among).substr(0, 2), "\"a");
        EXPECT_EQ(json_of(among).substr(json_of(among).size() - 2), "b\"");
    }
}

TEST(Utf8, the_first_and_last_character_of_each_length_pass) {
    for (const std::string_view good : {"", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_TRUE(is_utf8(good));
        EXPECT_EQ(json_of(good), "\"" + std::string(good) + "\"");
    }
    EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(JsonString, escapes_what_must_be_escaped) {
    EXPECT_EQ(json_of("a\"b\\c/d"), R"("a\"b\\c/d")");
    EXPECT_EQ(json_of("\n\r\t"), R"("\n\r\t")");
    EXPECT_EQ(json_of(std::string_view("\0\x01\x1f", 3)), R"("\u0000\u0001\u001f")");
}

TEST(JsonString, is_appended) {
    std::string out = "x";
    append_json_string(out, "y");
    EXPECT_EQ(out, "x\"y\"");
}

TEST(Base64, vectors_of_rfc_4648) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foob"), "Zm9vYg==");
    EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64("\xfb\xff\xfe"), "+//+");
    EXPECT_EQ(base64(std::string_view("\0\0\0", 3)), "AAAA");
}

TEST(Json, text_of_any_bytes) {
    EXPECT_EQ(to_utf8("a\xc3\xa4\n"), "a\xc3\xa4\n");
    for (const Ill& ill : kIll) {
        std::string text = "x";
        for (int i = 0; i < ill.maximal_parts; ++i)
            text += kReplacement;
        EXPECT_EQ(to_utf8("x" + std::string(ill.bytes) + "y"), text + "y");
    }
}

}  // namespace
}  // namespace apiarist
