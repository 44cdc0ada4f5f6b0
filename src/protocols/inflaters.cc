// SPDX-License-Identifier: Apache-2.0
#include "protocols/inflaters.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "base/handles.h"

namespace apiarist::protocols {

namespace {

constexpr int kZstdWindowLog = 23;
constexpr int kRawDeflate = -MAX_WBITS;
constexpr int kGzipOnly = MAX_WBITS + 16;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

// Room for the limit and one byte more, by which "exactly the limit" is told from "more than the limit".
class Output {
  public:
    explicit Output(std::size_t limit)
        : limit_(limit), cap_(limit == std::numeric_limits<std::size_t>::max() ? limit : limit + 1) {}

    // Where to write next; empty when there is no room left.
    std::span<char> room(std::size_t input_size) {
        if (used_ == text_.size()) grow(input_size);
        return std::span(text_).subspan(used_);
    }
    void wrote(std::size_t size) { used_ += size; }
    [[nodiscard]] bool full() const { return used_ == cap_; }

    Inflated finish(InflateEnd end) && {
        if (used_ > limit_) end = InflateEnd::kLimit;
        if (end == InflateEnd::kPartial && used_ == 0) end = InflateEnd::kCorrupt;
        text_.resize(end == InflateEnd::kCorrupt ? 0 : std::min(used_, limit_));
        return {std::move(text_), end};
    }

  private:
    // Text of APIs shrinks to about a quarter.
    void grow(std::size_t input_size) {
        constexpr std::size_t kSmallest = 1024;
        const std::size_t wanted = used_ == 0 ? std::max(kSmallest, input_size * 4) : used_ * 2;
        // A fresh string: growing in place would round up beyond the limit.
        std::string larger;
        larger.reserve(std::min(wanted, cap_));
        larger.append(text_);
        larger.resize(std::min(wanted, cap_));
        text_ = std::move(larger);
    }

    std::size_t limit_;
    std::size_t cap_;
    std::size_t used_ = 0;
    std::string text_;
};

// Whether a finished gzip member or zstd frame is followed by another, which may be cut; else what follows is padding.
bool continues(std::string_view rest, std::string_view magic) {
    return !rest.empty() && (rest.starts_with(magic) || magic.starts_with(rest));
}

class ZlibStream {
  public:
    explicit ZlibStream(int window_bits) : ready_(inflateInit2(&stream_, window_bits) == Z_OK) {}
    ZlibStream(const ZlibStream&) = delete;
    ZlibStream& operator=(const ZlibStream&) = delete;
    ~ZlibStream() {
        if (ready_) inflateEnd(&stream_);
    }
    [[nodiscard]] bool ready() const { return ready_; }
    z_stream& get() { return stream_; }

  private:
    z_stream stream_{};
    bool ready_;
};

constexpr uInt clamp_to_zlib(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

// One call of inflate() with as much input and room as its 32 bit counts allow.
int inflate_some(z_stream& stream, std::string_view& input, Output& output) {
    const std::span<char> room = output.room(input.size());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream.avail_in = clamp_to_zlib(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = clamp_to_zlib(room.size());
    const uInt in_before = stream.avail_in;
    const uInt out_before = stream.avail_out;
    const int result = inflate(&stream, Z_NO_FLUSH);
    input.remove_prefix(in_before - stream.avail_in);
    output.wrote(out_before - stream.avail_out);
    return result;
}

Inflated inflate_zlib(std::string_view input, std::size_t limit, int window_bits) {
    Output output(limit);
    ZlibStream stream(window_bits);
    if (!stream.ready()) return std::move(output).finish(InflateEnd::kCorrupt);
    while (!output.full()) {
        const int result = inflate_some(stream.get(), input, output);
        // Z_BUF_ERROR: no progress with room left, so the input is over.
        if (result == Z_BUF_ERROR) return std::move(output).finish(InflateEnd::kPartial);
        if (result == Z_OK) continue;
        if (result != Z_STREAM_END) return std::move(output).finish(InflateEnd::kCorrupt);
        if (window_bits != kGzipOnly || !continues(input, kGzipMagic)) {
            return std::move(output).finish(InflateEnd::kComplete);
        }
        inflateReset(&stream.get());
    }
    return std::move(output).finish(InflateEnd::kLimit);
}

// RFC 9110 §8.4.1.2 says zlib format; many senders leave its header out.
Inflated inflate_deflate(std::string_view input, std::size_t limit) {
    Inflated wrapped = inflate_zlib(input, limit, MAX_WBITS);
    if (wrapped.end != InflateEnd::kCorrupt) return wrapped;
    return inflate_zlib(input, limit, kRawDeflate);
}

Inflated inflate_brotli(std::string_view input, std::size_t limit) {
    Output output(limit);
    const std::unique_ptr<BrotliDecoderState, Destroy<BrotliDecoderDestroyInstance>> state(
        BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    if (!state) return std::move(output).finish(InflateEnd::kCorrupt);
    auto* next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    std::size_t in_size = input.size();
    while (!output.full()) {
        const std::span<char> room = output.room(in_size);
        auto* next_out = reinterpret_cast<std::uint8_t*>(room.data());
        std::size_t out_size = room.size();
        const BrotliDecoderResult result =
            BrotliDecoderDecompressStream(state.get(), &in_size, &next_in, &out_size, &next_out, nullptr);
        output.wrote(room.size() - out_size);
        switch (result) {
            case BROTLI_DECODER_RESULT_ERROR:
                return std::move(output).finish(InflateEnd::kCorrupt);
            case BROTLI_DECODER_RESULT_SUCCESS:
                return std::move(output).finish(InflateEnd::kComplete);
            case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
                return std::move(output).finish(InflateEnd::kPartial);
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
                break;
        }
    }
    return std::move(output).finish(InflateEnd::kLimit);
}

Inflated inflate_zstd(std::string_view input, std::size_t limit) {
    Output output(limit);
    const std::unique_ptr<ZSTD_DStream, Destroy<ZSTD_freeDStream>> stream(ZSTD_createDStream());
    if (!stream || ZSTD_isError(ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kZstdWindowLog))) {
        return std::move(output).finish(InflateEnd::kCorrupt);
    }
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    while (!output.full()) {
        const std::span<char> room = output.room(in.size - in.pos);
        ZSTD_outBuffer out{room.data(), room.size(), 0};
        const std::size_t result = ZSTD_decompressStream(stream.get(), &out, &in);
        output.wrote(out.pos);
        if (ZSTD_isError(result)) return std::move(output).finish(InflateEnd::kCorrupt);
        if (result == 0) {
            if (!continues(input.substr(in.pos), kZstdMagic)) return std::move(output).finish(InflateEnd::kComplete);
        } else if (in.pos == in.size && out.pos < out.size) {
            return std::move(output).finish(InflateEnd::kPartial);
        }
    }
    return std::move(output).finish(InflateEnd::kLimit);
}

}  // namespace

Inflated inflate_layer(Coding coding, std::string_view input, std::size_t limit) {
    switch (coding) {
        case Coding::kGzip:
            return inflate_zlib(input, limit, kGzipOnly);
        case Coding::kDeflate:
            return inflate_deflate(input, limit);
        case Coding::kBrotli:
            return inflate_brotli(input, limit);
        case Coding::kZstd:
            return inflate_zstd(input, limit);
    }
    return {"", InflateEnd::kCorrupt};
}

}  // namespace apiarist::protocols
