// SPDX-License-Identifier: Apache-2.0
#pragma once
// How long a message's body is, decided from its head (RFC 9112 §6.3), and the size line of a chunk (§7.1). Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/http1_expectations.h"
#include "protocols/message.h"

namespace apiarist::protocols {

enum class BodyEnd : std::uint8_t {
    kLength,  // after Framing::length bytes, which may be none
    kChunked,
    kClose,
    kTunnel,  // no body; afterwards the connection is not HTTP/1 any more
    kInvalid,
};

struct Framing {
    BodyEnd end = BodyEnd::kLength;
    std::uint64_t length = 0;
    std::string transfer_coding = {};  // codings that remain once the chunks are joined
};

// `request`: what a response answers; not used for requests.
[[nodiscard]] Framing frame(const Message& message, RequestClass request);

// An interim response, which is followed by the final one. 101 is final: it ends HTTP/1.
[[nodiscard]] bool is_interim(const Message& message);

// The size in a chunk-size line; extensions are ignored. Nothing: not such a line.
[[nodiscard]] std::optional<std::uint64_t> parse_chunk_size(std::string_view line);

}  // namespace apiarist::protocols
