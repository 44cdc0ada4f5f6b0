// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the parser of WebSocket hands on: one message as it was sent, with what is missing from it. Plain data.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/message.h"

namespace apiarist::protocols {

enum class WebsocketOpcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10,
};

struct WebsocketMessage {
    WebsocketOpcode opcode = WebsocketOpcode::kText;  // never kContinuation
    std::string payload;          // unmasked, inflated; the first bytes, at most WebsocketLimits::payload
    std::uint64_t size = 0;       // of the whole payload that passed: inflated, or as it was sent where not_decoded
    std::uint64_t wire_size = 0;  // as it was sent: bytes of all payloads, masked and compressed as they are
    std::uint64_t frames = 0;     // fragments
    bool fin = false;             // its last frame came
    bool truncated = false;       // bytes were left out by a limit, or the connection ended before the message did
    bool not_seen = false;        // bytes passed that no one could see
    bool gap = false;             // bytes were lost inside it
    bool not_decoded = false;     // it is whole, but what it was encoded with could not be removed to its end
    Stamp begin = 0;              // of its first byte
    Stamp end = 0;                // of its last byte
};

// Of a close (RFC 6455 §5.5.1): its status; none: it says none, or not that much of it was seen.
[[nodiscard]] inline std::optional<std::uint16_t> close_status(const WebsocketMessage& message) {
    if (message.opcode != WebsocketOpcode::kClose || message.payload.size() < 2) return std::nullopt;
    const auto byte = [&message](std::size_t at) { return static_cast<unsigned char>(message.payload[at]); };
    return static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
}

// What the message says to its reader: of a close the reason behind the status.
[[nodiscard]] inline std::string_view payload_text(const WebsocketMessage& message) {
    return std::string_view(message.payload).substr(close_status(message) ? 2 : 0);
}

// Its payload is not all that was sent.
[[nodiscard]] inline bool is_cut(const WebsocketMessage& message) {
    return !message.fin || message.truncated || message.not_seen || message.gap;
}

}  // namespace apiarist::protocols
