// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_frame.h"

#include <algorithm>
#include <string>

#include "base/json.h"

namespace apiarist::protocols {
namespace {

constexpr unsigned kLength16 = 126;  // in place of a length: 16 bits of it follow
constexpr unsigned kLength64 = 127;

unsigned number(std::byte byte) {
    return std::to_integer<unsigned>(byte);
}

std::uint64_t big_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (const std::byte byte : bytes)
        value = value << 8 | number(byte);
    return value;
}

std::size_t length_size(unsigned short_length) {
    if (short_length == kLength16) return 2;
    return short_length == kLength64 ? 8 : 0;
}

bool is_known(std::uint8_t opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

}  // namespace

std::size_t websocket_header_size(std::span<const std::byte, kShortestWebsocketHeader> bytes) {
    const unsigned second = number(bytes[1]);
    return kShortestWebsocketHeader + length_size(second & 0x7f) + ((second & 0x80) != 0 ? 4 : 0);
}

WebsocketFrame read_websocket_frame(std::span<const std::byte> bytes) {
    const unsigned first = number(bytes[0]);
    const unsigned second = number(bytes[1]);
    WebsocketFrame frame;
    frame.fin = (first & 0x80) != 0;
    frame.rsv1 = (first & 0x40) != 0;
    frame.rsv23 = (first & 0x30) != 0;
    frame.opcode = static_cast<std::uint8_t>(first & 0x0f);
    frame.masked = (second & 0x80) != 0;
    frame.length = second & 0x7f;
    const auto more = bytes.subspan(kShortestWebsocketHeader, length_size(second & 0x7f));
    if (!more.empty()) {
        frame.length = big_endian(more);
        frame.minimal = frame.length > (more.size() == 2 ? kMostControlPayload : 0xffff);
    }
    if (frame.masked) std::copy_n(bytes.end() - 4, 4, frame.mask.begin());
    return frame;
}

bool is_lawful(const WebsocketFrame& frame, const WebsocketRules& rules) {
    if (!is_known(frame.opcode) || frame.masked != rules.masked || !frame.minimal) return false;
    if ((frame.length >> 63) != 0) return false;
    if (frame.is_control() && (!frame.fin || frame.length > kMostControlPayload)) return false;
    if (frame.is(WebsocketOpcode::kClose) && frame.length == 1) return false;
    if (rules.extensions) return true;
    const bool compressible = rules.compression && !frame.is_control() && !frame.is(WebsocketOpcode::kContinuation);
    return !frame.rsv23 && (!frame.rsv1 || compressible);
}

void unmask(std::span<const std::byte> bytes, const std::array<std::byte, 4>& mask, std::uint64_t before,
            std::byte* out) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        out[i] = bytes[i] ^ mask[(before + i) & 3];
}

bool is_credible(const WebsocketFrame& frame, std::span<const std::byte> payload, const WebsocketRules& rules) {
    const bool text = frame.is(WebsocketOpcode::kText) && frame.fin && !frame.rsv1;
    const bool close = frame.is(WebsocketOpcode::kClose);
    if (rules.extensions || (!text && !close)) return true;
    std::string plain(payload.size(), '\0');
    unmask(payload, frame.mask, 0, reinterpret_cast<std::byte*>(plain.data()));
    if (text) return is_utf8(plain);
    if (plain.empty()) return true;
    if (plain.size() == 1) return false;
    const auto status = big_endian(std::as_bytes(std::span(plain)).first(2));
    return status >= 1000 && status < 5000 && is_utf8(std::string_view(plain).substr(2));  // §5.5.1, §7.4.2
}

}  // namespace apiarist::protocols
