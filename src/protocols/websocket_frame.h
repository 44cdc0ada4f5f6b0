// SPDX-License-Identifier: Apache-2.0
#pragma once
// Frames of WebSocket (RFC 6455 §5.2): their two to fourteen bytes of header, and whether such a header may stand in
// one direction of a connection at all. Pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "protocols/websocket_message.h"

namespace apiarist::protocols {

constexpr std::size_t kShortestWebsocketHeader = 2;
constexpr std::size_t kLongestWebsocketHeader = 14;
constexpr std::size_t kMostControlPayload = 125;  // RFC 6455 §5.5

// What holds of one direction since the handshake.
struct WebsocketRules {
    bool masked = false;       // it is the client's (§5.1)
    bool compression = false;  // permessage-deflate: RSV1 says of a message that it is compressed (RFC 7692 §6)
    bool extensions = false;   // another extension: what the reserved bits and the payloads mean is not known
};

struct WebsocketFrame {
    std::uint8_t opcode = 0;
    bool fin = false;
    bool rsv1 = false;
    bool rsv23 = false;
    bool masked = false;
    bool minimal = true;  // no shorter form would have told the length
    std::array<std::byte, 4> mask{};
    std::uint64_t length = 0;  // of the payload

    [[nodiscard]] bool is(WebsocketOpcode one) const { return opcode == static_cast<std::uint8_t>(one); }
    [[nodiscard]] bool is_control() const { return opcode >= 8; }
};

// Of the header that begins with these bytes.
[[nodiscard]] std::size_t websocket_header_size(std::span<const std::byte, kShortestWebsocketHeader> bytes);
// `bytes`: as many as websocket_header_size() says.
[[nodiscard]] WebsocketFrame read_websocket_frame(std::span<const std::byte> bytes);
[[nodiscard]] bool is_lawful(const WebsocketFrame& frame, const WebsocketRules& rules);

// `bytes` of a payload, of which `before` came earlier, unmasked to `out`, which has room for as many.
void unmask(std::span<const std::byte> bytes, const std::array<std::byte, 4>& mask, std::uint64_t before,
            std::byte* out);

// What it carries agrees with what it says to be: text in a single frame is UTF-8, and a close has a status.
[[nodiscard]] bool is_credible(const WebsocketFrame& frame, std::span<const std::byte> payload,
                               const WebsocketRules& rules);

}  // namespace apiarist::protocols
