// SPDX-License-Identifier: Apache-2.0
// Lines on their own, and the first look at a stream.
#include "protocols/http1_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocols/http1.h"
#include "protocols/http1_framing.h"
#include "protocols/http1_testing.h"

namespace apiarist::protocols {
namespace {

using testing::as_bytes;

Http1Look look(std::string_view text) {
    return look_at(as_bytes(text));
}

TEST(Http1Look, whole_start_lines_are_told) {
    EXPECT_EQ(look("GET / HTTP/1.1\r\nHost: x\r\n"), Http1Look::kRequest);
    EXPECT_EQ(look("\r\nFROB h:1 HTTP/1.0\r\n"), Http1Look::kRequest);
    EXPECT_EQ(look("OPTIONS * HTTP/1.1\n"), Http1Look::kRequest);
    EXPECT_EQ(look("HTTP/1.1 200 OK\r\n"), Http1Look::kResponse);
}

// Go, h11 and Python's http.server answer any token.
TEST(Http1Look, methods_may_have_any_letters) {
    for (const char* method :
         {"get", "Post", "GET2", "G_T", "x", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ"})
        EXPECT_EQ(look(std::string(method) + " / HTTP/1.1\r\n"), Http1Look::kRequest) << method;
    EXPECT_EQ(look("get /"), Http1Look::kUnknown);
    EXPECT_EQ(look("get / RTSP/1.0\r\n"), Http1Look::kOther);
}

TEST(Http1Look, usual_beginnings_are_told_before_the_line_ends) {
    EXPECT_EQ(look("GET /very/long"), Http1Look::kRequest);
    EXPECT_EQ(look("POST http://h/"), Http1Look::kRequest);
    EXPECT_EQ(look("HTTP/1."), Http1Look::kResponse);
}

TEST(Http1Look, too_few_bytes_are_unknown) {
    for (const char* text : {"", "\r\n", "G", "GET", "GET ", "GET http:", "HTT", "HTTP/1", "FROB /x", "CONNECT h:44"}) {
        EXPECT_EQ(look(text), Http1Look::kUnknown) << text;
    }
}

TEST(Http1Look, other_protocols_are_told_apart) {
    for (const char* text : {"\x16\x03\x01", "PRI * HTTP/2.0\r\n\r\n", "get key\r\n", "*1\r\n$4\r\n", "SSH-2.0-x\r\n",
                             "OPTIONS * RTSP/1.0\r\n", "GET foo\r\n", "SIP/2.0 200 OK\r\n", "220 mail\r\n",
                             "EHLO me\r\n", "GET \x01", "HTTP/2 200\r\n"}) {
        EXPECT_EQ(look(text), Http1Look::kOther) << text;
    }
    EXPECT_EQ(look(std::string(40, 'A')), Http1Look::kOther);
    EXPECT_EQ(look("FROB /" + std::string(9000, 'a')), Http1Look::kOther);
    EXPECT_EQ(look(std::string(9000, '\n')), Http1Look::kOther);
}

TEST(Http1ChunkSize, hexadecimal_up_to_64_bits) {
    EXPECT_EQ(parse_chunk_size("ffffffffffffffff"), 0xffffffffffffffffu);
    EXPECT_EQ(parse_chunk_size("00000000000000000000aF"), 0xafu);
    EXPECT_EQ(parse_chunk_size("1 ; x"), 1u);
    EXPECT_EQ(parse_chunk_size("1 "), 1u);
    EXPECT_EQ(parse_chunk_size(""), std::nullopt);
    EXPECT_EQ(parse_chunk_size("1g"), std::nullopt);
    EXPECT_EQ(parse_chunk_size("1 1"), std::nullopt);
}

TEST(Http1StartLine, resync_believes_no_rest_of_a_known_method) {
    EXPECT_TRUE(looks_like_start_line(MessageKind::kRequest, "POST / HTTP/1.1"));
    for (const char* rest : {"OST", "ST", "T", "ELETE", "UT", "ROPFIND"}) {
        EXPECT_FALSE(looks_like_start_line(MessageKind::kRequest, std::string(rest) + " / HTTP/1.1")) << rest;
    }
}

TEST(Http1StartLine, resync_forgives_nothing) {
    for (const char* line : {"get / HTTP/1.1", "\rGET / HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.1 ",
                             "GET /a b HTTP/1.1", "GET / HTTP/2.0", "GET / HTTP/1.10"})
        EXPECT_FALSE(looks_like_start_line(MessageKind::kRequest, line)) << line;
}

}  // namespace
}  // namespace apiarist::protocols
