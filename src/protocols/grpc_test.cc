// SPDX-License-Identifier: Apache-2.0
#include "protocols/grpc.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace apiarist::protocols {
namespace {

std::string prefixed(std::string_view message, unsigned flags = 0) {
    const auto size = static_cast<std::uint32_t>(message.size());
    std::string out{static_cast<char>(flags), static_cast<char>(size >> 24), static_cast<char>(size >> 16),
                    static_cast<char>(size >> 8), static_cast<char>(size)};
    return out.append(message);
}

std::string gzipped(const std::string& text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(text.size() + 100, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

TEST(Grpc, content_types) {
    for (const char* type :
         {"application/grpc", "application/grpc+proto", "application/grpc;charset=x", "Application/gRPC-Web+proto"})
        EXPECT_TRUE(is_grpc_type(type)) << type;
    for (const char* type : {"application/json", "application/grpcx", "application/grpc-web-text", ""})
        EXPECT_FALSE(is_grpc_type(type)) << type;
}

TEST(Grpc, messages_stand_one_after_the_other) {
    const GrpcBody body = read_grpc(prefixed("one") + prefixed("") + prefixed("two"), "", 100);
    EXPECT_EQ(body.messages, "onetwo");
    EXPECT_FALSE(body.cut || body.not_decoded);
}

TEST(Grpc, compressed_messages_are_inflated) {
    const GrpcBody body = read_grpc(prefixed(gzipped("squeezed"), 1) + prefixed(" plain"), "gzip", 100);
    EXPECT_EQ(body.messages, "squeezed plain");
    EXPECT_FALSE(body.cut || body.not_decoded);
}

TEST(Grpc, a_message_that_does_not_inflate_is_left_out) {
    const GrpcBody body = read_grpc(prefixed("not gzip", 1) + prefixed("next"), "gzip", 100);
    EXPECT_EQ(body.messages, "next");
    EXPECT_TRUE(body.not_decoded);
    EXPECT_TRUE(read_grpc(prefixed("x", 1), "snappy", 100).not_decoded);
}

TEST(Grpc, a_cut_message_is_left_out) {
    for (const std::size_t cut : {1U, 3U, 7U}) {
        const std::string whole = prefixed("one") + prefixed("two");
        const GrpcBody body = read_grpc(std::string_view(whole).substr(0, whole.size() - cut), "", 100);
        EXPECT_EQ(body.messages, "one");
        EXPECT_TRUE(body.cut);
    }
}

TEST(Grpc, the_limit_holds_for_what_is_inflated_too) {
    EXPECT_TRUE(read_grpc(prefixed("12345") + prefixed("6"), "", 5).cut);
    const GrpcBody bomb = read_grpc(prefixed(gzipped(std::string(100'000, 'x')), 1), "gzip", 1000);
    EXPECT_TRUE(bomb.cut);
    EXPECT_LE(bomb.messages.size(), 1000U);
}

TEST(Grpc, trailers_of_grpc_web) {
    const GrpcBody body =
        read_grpc(prefixed("one") + prefixed("grpc-status: 5\r\ngrpc-message:gone\r\n", 0x80), "", 100);
    EXPECT_EQ(body.messages, "one");
    ASSERT_EQ(body.trailers.size(), 2U);
    EXPECT_EQ(header_value(body.trailers, "grpc-status"), "5");
    EXPECT_EQ(header_value(body.trailers, "grpc-message"), "gone");
}

TEST(Grpc, the_counter_counts_whatever_the_cuts) {
    const std::string bytes = prefixed("one") + prefixed("") + prefixed(std::string(300, 'x'), 1) +
                              prefixed("grpc-status:0", 0x80) + prefixed("cut");
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        GrpcCounter counter;
        for (std::size_t at = 0; at < bytes.size(); at += size)
            counter.feed(std::as_bytes(std::span(bytes)).subspan(at, std::min(size, bytes.size() - at)));
        EXPECT_EQ(counter.messages(), 4U) << size;
    }
}

TEST(Grpc, bodies_are_told_by_their_lengths) {
    EXPECT_TRUE(is_grpc_body(prefixed("a")));
    EXPECT_TRUE(is_grpc_body(prefixed("") + prefixed("abc")));
    EXPECT_FALSE(is_grpc_body(""));
    EXPECT_FALSE(is_grpc_body(prefixed("")));
    EXPECT_FALSE(is_grpc_body(prefixed("abc") + "x"));
    EXPECT_FALSE(is_grpc_body(prefixed("abc").substr(0, 7)));
    EXPECT_FALSE(is_grpc_body(prefixed("abc", 1)));
    EXPECT_FALSE(is_grpc_body(prefixed("x: y", 0x80)));
    EXPECT_FALSE(is_grpc_body("{\"a\": 1}"));
}

TEST(Grpc, names_of_statuses) {
    EXPECT_EQ(grpc_status_name(0), "OK");
    EXPECT_EQ(grpc_status_name(16), "UNAUTHENTICATED");
    EXPECT_EQ(grpc_status_name(17), "");
    EXPECT_EQ(grpc_status_name(-1), "");
}

}  // namespace
}  // namespace apiarist::protocols
