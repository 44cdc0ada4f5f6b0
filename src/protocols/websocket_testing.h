// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only: frames as a sender makes them, and a parser's items as text.

#include <zlib.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/websocket.h"

namespace apiarist::protocols::testing {

constexpr unsigned kFin = 0x80;
constexpr unsigned kRsv1 = 0x40;
constexpr std::string_view kMask = "\x11\x22\x83\xf4";

// Byte 0 is given as it is: flags and opcode. Masked, if there is a mask.
[[nodiscard]] inline std::string websocket_frame(unsigned first, std::string_view payload, std::string_view mask = {}) {
    const auto byte = [](std::uint64_t value) { return static_cast<char>(value & 0xff); };
    const unsigned masked = mask.empty() ? 0 : 0x80;
    std::string out{byte(first)};
    if (payload.size() <= 125) {
        out += byte(masked | payload.size());
    } else if (payload.size() <= 0xffff) {
        out += byte(masked | 126U);
        for (const unsigned shift : {8U, 0U})
            out += byte(payload.size() >> shift);
    } else {
        out += byte(masked | 127U);
        for (int shift = 56; shift >= 0; shift -= 8)
            out += byte(payload.size() >> shift);
    }
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += mask.empty() ? payload[i] : static_cast<char>(payload[i] ^ mask[i % mask.size()]);
    return out;
}
[[nodiscard]] inline std::string text_frame(std::string_view payload, std::string_view mask = {}) {
    return websocket_frame(kFin | 1, payload, mask);
}

// permessage-deflate as a sender does it.
class Deflater {
  public:
    explicit Deflater(bool takeover = true, int window_bits = 15) : takeover_(takeover) {
        deflateInit2(&zlib_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY);
    }
    ~Deflater() { deflateEnd(&zlib_); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    [[nodiscard]] std::string message(std::string_view text) {
        std::string out(deflateBound(&zlib_, text.size()) + 64, '\0');
        zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        zlib_.avail_in = static_cast<uInt>(text.size());
        zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
        zlib_.avail_out = static_cast<uInt>(out.size());
        deflate(&zlib_, Z_SYNC_FLUSH);
        out.resize(out.size() - zlib_.avail_out - 4);
        if (!takeover_) deflateReset(&zlib_);
        return out;
    }
    [[nodiscard]] std::string frame(std::string_view text, std::string_view mask = {}) {
        return websocket_frame(kFin | kRsv1 | 1, message(text), mask);
    }

  private:
    bool takeover_;
    z_stream zlib_{};
};

// "text [payload] size", and what is wrong with it.
[[nodiscard]] inline std::string to_text(const WebsocketItem& item) {
    if (item.kind == WebsocketItemKind::kLostPlace) return "lost";
    const WebsocketMessage& message = item.message;
    std::string text;
    switch (message.opcode) {
        case WebsocketOpcode::kContinuation:
            text = "continuation";
            break;
        case WebsocketOpcode::kText:
            text = "text";
            break;
        case WebsocketOpcode::kBinary:
            text = "binary";
            break;
        case WebsocketOpcode::kClose:
            text = "close";
            break;
        case WebsocketOpcode::kPing:
            text = "ping";
            break;
        case WebsocketOpcode::kPong:
            text = "pong";
            break;
    }
    text += " [" + message.payload + "]";
    if (message.size != message.payload.size()) text += " of " + std::to_string(message.size);
    if (message.frames != 1) text += " in " + std::to_string(message.frames);
    text += message.fin ? "" : " open";
    text += message.truncated ? " truncated" : "";
    text += message.not_seen ? " not_seen" : "";
    text += message.gap ? " gap" : "";
    text += message.not_decoded ? " not_decoded" : "";
    return text;
}

struct WebsocketFeeder {
    explicit WebsocketFeeder(bool masked = false, const WebsocketExtensions& agreed = {},
                             const WebsocketLimits& limits = {}, bool from_start = true)
        : parser(limits, masked, agreed, from_start) {}

    WebsocketFeeder& call(std::string_view bytes) {
        parser.feed(std::as_bytes(std::span(bytes)), ++stamp, true, items);
        fed += bytes.size();
        return *this;
    }
    WebsocketFeeder& more(std::string_view bytes) {
        parser.feed(std::as_bytes(std::span(bytes)), ++stamp, false, items);
        fed += bytes.size();
        return *this;
    }
    WebsocketFeeder& gap(std::uint64_t size, GapKind kind = GapKind::kLost) {
        parser.on_gap(size, kind, ++stamp, items);
        fed += size;
        return *this;
    }
    WebsocketFeeder& end() {
        parser.on_end(++stamp, items);
        return *this;
    }
    [[nodiscard]] std::vector<std::string> texts() {  // of what came since
        std::vector<std::string> out;
        for (const WebsocketItem& item : std::exchange(items, {}))
            out.push_back(to_text(item));
        return out;
    }
    // After the end.
    [[nodiscard]] bool adds_up() const {
        const WebsocketCounts& counts = parser.counts();
        return counts.parsed + counts.unattributed + counts.missing == fed;
    }

    WebsocketParser parser;
    std::vector<WebsocketItem> items;
    Stamp stamp = 0;
    std::uint64_t fed = 0;
};

}  // namespace apiarist::protocols::testing
