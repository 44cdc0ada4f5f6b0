// SPDX-License-Identifier: Apache-2.0
#include "protocols/content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

namespace apiarist::protocols {
namespace {

constexpr std::size_t kMiB = 1 << 20;
constexpr int kGzip = MAX_WBITS + 16;
constexpr int kZlib = MAX_WBITS;
constexpr int kRaw = -MAX_WBITS;
const std::string kHello = "hello hello hello hello";

std::string deflated(const std::string& text, int window_bits) {
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string gzip(const std::string& text) {
    return deflated(text, kGzip);
}

std::string zstd(const std::string& text, int level = 3, int window_log = 0) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    std::string out(ZSTD_compressBound(text.size()) + 64, '\0');
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    // In two steps: a frame whose size is known at once needs no window and would hide the window's limit.
    ZSTD_inBuffer first{text.data(), text.size() / 2, 0};
    ZSTD_compressStream2(context, &output, &first, ZSTD_e_continue);
    ZSTD_inBuffer second{text.data() + text.size() / 2, text.size() - text.size() / 2, 0};
    ZSTD_compressStream2(context, &output, &second, ZSTD_e_end);
    ZSTD_freeCCtx(context);
    out.resize(output.pos);
    return out;
}

// Brotli's encoder is not among our libraries; these were made with its command.
const std::string kBrotliHello("\241\260\000\300\157\244\164\363\046\252\062\264\144\003\171\013\171\342\000\307\001",
                               21);
const std::string kBrotliZeros("\321\070\234\300\077\001\020\217\005\002\101\013\000", 13);  // 5000 of them

void expect_decoded(const char* coding, const std::string& body, const std::string& text) {
    const Decoded decoded = decode_content(coding, body, kMiB);
    EXPECT_EQ(decoded.state, DecodeState::kDecoded) << coding;
    EXPECT_EQ(decoded.body, text) << coding;
}

void expect_as_it_is(const char* coding, const std::string& body, DecodeState state) {
    const Decoded decoded = decode_content(coding, body, kMiB);
    EXPECT_EQ(decoded.state, state) << coding;
    EXPECT_EQ(decoded.body, body) << coding;
}

TEST(ContentCoding, a_list_is_known_when_each_of_it_is_and_there_are_not_too_many) {
    for (const char* list : {"", "gzip", "X-GZIP , br", "identity", "gzip,,zstd", "gzip, br, deflate, zstd"})
        EXPECT_TRUE(knows_codings(list)) << list;
    for (const char* list : {"compress", "gzip, aes128gcm", "gzip,gzip,gzip,gzip,gzip"})
        EXPECT_FALSE(knows_codings(list)) << list;
}

TEST(ContentCoding, none_or_identity_leaves_the_body) {
    for (const char* coding : {"", "identity", " Identity , ", ",,"}) {
        expect_as_it_is(coding, kHello, DecodeState::kPlain);
    }
}

TEST(ContentCoding, each_coding_is_removed_whatever_its_case) {
    expect_decoded("gzip", gzip(kHello), kHello);
    expect_decoded("X-GZip", gzip(kHello), kHello);
    expect_decoded("Deflate", deflated(kHello, kZlib), kHello);
    expect_decoded("deflate", deflated(kHello, kRaw), kHello);
    expect_decoded("br", kBrotliHello, kHello);
    expect_decoded("ZSTD", zstd(kHello), kHello);
}

TEST(ContentCoding, empty_content_and_empty_body_are_decoded) {
    for (const char* coding : {"gzip", "deflate", "br", "zstd"})
        expect_decoded(coding, "", "");
    expect_decoded("gzip", gzip(""), "");
    expect_decoded("zstd", zstd(""), "");
}

TEST(ContentCoding, several_members_are_joined) {
    expect_decoded("gzip", gzip("one ") + gzip("") + gzip("two"), "one two");
    expect_decoded("zstd", zstd("one ") + zstd("two"), "one two");
}

TEST(ContentCoding, padding_after_the_stream_is_ignored) {
    for (const std::string& padding : {std::string(8, '\0'), std::string("junk")}) {
        expect_decoded("gzip", gzip(kHello) + padding, kHello);
        expect_decoded("deflate", deflated(kHello, kZlib) + padding, kHello);
        expect_decoded("br", kBrotliHello + padding, kHello);
        expect_decoded("zstd", zstd(kHello) + padding, kHello);
    }
}

TEST(ContentCoding, stacks_are_removed_from_the_last_to_the_first) {
    expect_decoded("gzip, zstd", zstd(gzip(kHello)), kHello);
    expect_decoded("zstd,identity,gzip", gzip(zstd(kHello)), kHello);
    expect_decoded("gzip, gzip, deflate, gzip", gzip(deflated(gzip(gzip(kHello)), kZlib)), kHello);
}

TEST(ContentCoding, more_than_four_layers_are_not_tried) {
    expect_as_it_is("gzip,gzip,gzip,gzip,gzip", gzip(gzip(gzip(gzip(gzip(kHello))))), DecodeState::kUnsupported);
}

TEST(ContentCoding, an_unknown_coding_leaves_the_body) {
    expect_as_it_is("compress", "abc", DecodeState::kUnsupported);
    expect_as_it_is("gzip, aws-chunked", gzip(kHello), DecodeState::kUnsupported);
    expect_as_it_is("gzip;q=1", gzip(kHello), DecodeState::kUnsupported);
}

TEST(ContentCoding, a_cut_body_is_decoded_as_far_as_it_goes) {
    std::string text;
    for (int i = 0; i < 20000; ++i)
        text += std::to_string(i * 7919);
    for (const auto& [coding, body] :
         {std::pair{"gzip", gzip(text)}, std::pair{"deflate", deflated(text, kZlib)},
          std::pair{"deflate", deflated(text, kRaw)}, std::pair{"zstd", zstd(text, 1, 16)}}) {
        const Decoded decoded = decode_content(coding, std::string_view(body).substr(0, body.size() - 20), kMiB);
        EXPECT_EQ(decoded.state, DecodeState::kPartial) << coding;
        EXPECT_FALSE(decoded.body.empty()) << coding;
        EXPECT_TRUE(text.starts_with(decoded.body)) << coding;
    }
    const Decoded second = decode_content("gzip", gzip(kHello) + "\x1f", kMiB);
    EXPECT_EQ(second.state, DecodeState::kPartial);
    EXPECT_EQ(second.body, kHello);
    const Decoded frame = decode_content("zstd", zstd(kHello) + "\x28\xb5", kMiB);
    EXPECT_EQ(frame.state, DecodeState::kPartial);
    EXPECT_EQ(frame.body, kHello);
}

TEST(ContentCoding, a_cut_stack_is_decoded_as_far_as_it_goes) {
    std::string text;
    for (int i = 0; i < 20000; ++i)
        text += std::to_string(i * 7919);
    const std::string body = gzip(gzip(text));
    const Decoded decoded = decode_content("gzip, gzip", std::string_view(body).substr(0, body.size() - 100), kMiB);
    EXPECT_EQ(decoded.state, DecodeState::kPartial);
    EXPECT_FALSE(decoded.body.empty());
    EXPECT_TRUE(text.starts_with(decoded.body));
}

TEST(ContentCoding, nothing_decodable_is_corrupt_and_left) {
    for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
        expect_as_it_is(coding, "{\"not\": \"compressed at all\"}", DecodeState::kCorrupt);
    }
    expect_as_it_is("gzip", gzip(kHello).substr(0, 5), DecodeState::kCorrupt);
    std::string wrong_sum = gzip(kHello);
    wrong_sum[wrong_sum.size() - 6] ^= 1;
    expect_as_it_is("gzip", wrong_sum, DecodeState::kCorrupt);
}

TEST(ContentCoding, output_stops_at_the_limit) {
    const std::string zeros(5000, '\0');
    for (const auto& [coding, body] : {std::pair{"gzip", gzip(zeros)}, std::pair{"deflate", deflated(zeros, kRaw)},
                                       std::pair{"br", kBrotliZeros}, std::pair{"zstd", zstd(zeros)}}) {
        const Decoded over = decode_content(coding, body, 4999);
        EXPECT_EQ(over.state, DecodeState::kLimit) << coding;
        EXPECT_EQ(over.body, zeros.substr(0, 4999)) << coding;
        const Decoded exact = decode_content(coding, body, 5000);
        EXPECT_EQ(exact.state, DecodeState::kDecoded) << coding;
        EXPECT_EQ(exact.body, zeros) << coding;
        EXPECT_EQ(decode_content(coding, body, 0).state, DecodeState::kLimit) << coding;
    }
}

TEST(ContentCoding, empty_output_is_within_a_limit_of_nothing) {
    EXPECT_EQ(decode_content("gzip", gzip(""), 0).state, DecodeState::kDecoded);
    EXPECT_EQ(decode_content("zstd", zstd(""), 0).state, DecodeState::kDecoded);
}

TEST(ContentCoding, a_bomb_costs_no_more_than_the_limit) {
    const std::string bomb = gzip(gzip(std::string(64 * kMiB, 'x')));
    const Decoded decoded = decode_content("gzip, gzip", bomb, kMiB);
    EXPECT_EQ(decoded.state, DecodeState::kLimit);
    EXPECT_EQ(decoded.body.size(), kMiB);
    EXPECT_LE(decoded.body.capacity(), kMiB + 1);
}

TEST(ContentCoding, limit_holds_for_what_is_left_as_it_is_too) {
    EXPECT_EQ(decode_content("", "abcdef", 3).body, "abc");
    EXPECT_EQ(decode_content("", "abcdef", 3).state, DecodeState::kLimit);
    EXPECT_EQ(decode_content("odd", "abcdef", 3).body, "abc");
    EXPECT_EQ(decode_content("odd", "abcdef", 3).state, DecodeState::kUnsupported);
    EXPECT_EQ(decode_content("gzip", "abcdef", 3).body, "abc");
}

TEST(ContentCoding, a_zstd_window_above_8_mib_is_refused) {
    expect_as_it_is("zstd", zstd(std::string(9 * kMiB, 'x'), 3, 25).substr(0, kMiB), DecodeState::kCorrupt);
}

}  // namespace
}  // namespace apiarist::protocols
