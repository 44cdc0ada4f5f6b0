// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_frame.h"

#include <gtest/gtest.h>

#include <string>

#include "protocols/websocket_testing.h"

namespace apiarist::protocols::testing {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

WebsocketFrame read(std::string_view text) {
    return read_websocket_frame(bytes_of(text));
}

bool lawful(std::string_view header, const WebsocketRules& rules = {}) {
    return is_lawful(read(header), rules);
}

constexpr WebsocketRules kClient{.masked = true};
constexpr WebsocketRules kCompression{.compression = true};

TEST(WebsocketFrame, the_example_of_the_rfc) {
    const std::string bytes("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);  // §5.7
    EXPECT_EQ(websocket_header_size(bytes_of(bytes).first<2>()), 6U);
    const WebsocketFrame frame = read(bytes.substr(0, 6));
    EXPECT_TRUE(frame.fin && frame.masked && frame.is(WebsocketOpcode::kText));
    ASSERT_EQ(frame.length, 5U);
    std::string plain(5, '\0');
    unmask(bytes_of(bytes).subspan(6), frame.mask, 0, reinterpret_cast<std::byte*>(plain.data()));
    EXPECT_EQ(plain, "Hello");
}

TEST(WebsocketFrame, lengths_of_sixteen_and_sixty_four_bits) {
    const std::string medium = websocket_frame(0x82, std::string(256, 'a'));
    EXPECT_EQ(websocket_header_size(bytes_of(medium).first<2>()), 4U);
    EXPECT_EQ(read(medium.substr(0, 4)).length, 256U);
    const std::string large = websocket_frame(0x82, std::string(65536, 'a'), kMask);
    EXPECT_EQ(websocket_header_size(bytes_of(large).first<2>()), 14U);
    EXPECT_EQ(read(large.substr(0, 14)).length, 65536U);
}

TEST(WebsocketFrame, a_length_in_the_shortest_form_only) {
    EXPECT_FALSE(lawful(std::string("\x82\x7e\x00\x7d", 4)));
    EXPECT_TRUE(lawful(std::string("\x82\x7e\x00\x7e", 4)));
    EXPECT_FALSE(lawful(std::string("\x82\x7f\0\0\0\0\0\0\xff\xff", 10)));
    EXPECT_TRUE(lawful(std::string("\x82\x7f\0\0\0\0\0\1\0\0", 10)));
    EXPECT_FALSE(lawful(std::string("\x82\x7f\x80\0\0\0\0\1\0\0", 10)));  // the highest bit is 0 (§5.2)
}

TEST(WebsocketFrame, clients_mask_and_servers_do_not) {
    EXPECT_TRUE(lawful("\x81\x05"));
    EXPECT_FALSE(lawful("\x81\x05", kClient));
    EXPECT_TRUE(lawful("\x81\x85\x01\x02\x03\x04", kClient));
    EXPECT_FALSE(lawful("\x81\x85\x01\x02\x03\x04"));
}

TEST(WebsocketFrame, reserved_opcodes_and_bits) {
    for (const unsigned opcode : {3U, 7U, 11U, 15U})
        EXPECT_FALSE(lawful(websocket_frame(kFin | opcode, "")));
    for (const unsigned bit : {0x10U, 0x20U, 0x40U})
        EXPECT_FALSE(lawful(websocket_frame(kFin | bit | 1, "")));
    EXPECT_TRUE(lawful(websocket_frame(kFin | kRsv1 | 1, ""), kCompression));
    EXPECT_FALSE(lawful(websocket_frame(kFin | kRsv1 | 0, ""), kCompression));  // of a message's first frame only
    EXPECT_FALSE(lawful(websocket_frame(kFin | kRsv1 | 9, ""), kCompression));
    EXPECT_TRUE(lawful(websocket_frame(kFin | 0x20U | 1, ""), {.extensions = true}));
}

TEST(WebsocketFrame, control_frames_are_short_and_whole) {
    EXPECT_TRUE(lawful(websocket_frame(kFin | 9, std::string(125, 'a')).substr(0, 2)));
    EXPECT_FALSE(lawful(websocket_frame(kFin | 9, std::string(126, 'a')).substr(0, 4)));
    EXPECT_FALSE(lawful(websocket_frame(9, "a").substr(0, 2)));
    EXPECT_FALSE(lawful(websocket_frame(kFin | 8, "a").substr(0, 2)));
}

}  // namespace
}  // namespace apiarist::protocols::testing
