// SPDX-License-Identifier: Apache-2.0
#pragma once
// Removes content codings (RFC 9110 §8.4): gzip, x-gzip, deflate (zlib and raw), br, zstd, identity, and stacks of
// them. Inflates first and cuts then; the output is bounded, so a decompression bomb costs no more than the limit. Pure
// function of its input; safe from any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace apiarist::protocols {

enum class DecodeState : std::uint8_t {
    kPlain,        // no coding: the input as it is
    kDecoded,      // all codings removed, to the end of the stream
    kPartial,      // input ended early (cut body): what could be decoded
    kLimit,        // output reached the limit and was cut there
    kUnsupported,  // a coding that we do not know: the input as it is
    kCorrupt,      // not decodable: the input as it is
};

struct Decoded {
    std::string body;
    DecodeState state = DecodeState::kPlain;
};

// All codings of this list can be removed; an empty list has none.
[[nodiscard]] bool knows_codings(std::string_view content_encoding);

// `content_encoding`: the header's value, several joined by ", ". `limit`: bytes of output, of every layer.
[[nodiscard]] Decoded decode_content(std::string_view content_encoding, std::string_view body, std::size_t limit);

}  // namespace apiarist::protocols
