// SPDX-License-Identifier: Apache-2.0
#pragma once
// One content coding removed from one buffer, by the libraries that know it. Pure; safe from any thread.
// Output never exceeds the limit, and no allocation for it exceeds the limit plus one byte. The libraries' own state is
// bounded too: zlib 44 KB, zstd by its window (8 MiB, RFC 8878 §3.1.1.1.2), brotli by its window (16 MiB).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace apiarist::protocols {

enum class Coding : std::uint8_t { kGzip, kDeflate, kBrotli, kZstd };

enum class InflateEnd : std::uint8_t {
    kComplete,
    kPartial,  // the input ended early, after some output
    kLimit,    // there is more output than the limit
    kCorrupt,  // wrong data, or the input ended before any output; `output` is empty
};

struct Inflated {
    std::string output;
    InflateEnd end = InflateEnd::kComplete;
};

[[nodiscard]] Inflated inflate_layer(Coding coding, std::string_view input, std::size_t limit);

}  // namespace apiarist::protocols
