// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only: frames as a sender makes them, and a parser's items as text.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/http2.h"

namespace apiarist::protocols::testing {

[[nodiscard]] inline std::string frame(FrameType type, unsigned flags, std::uint32_t stream, std::string_view payload) {
    const auto byte = [](std::uint64_t value) { return static_cast<char>(value & 0xff); };
    std::string out{byte(payload.size() >> 16),
                    byte(payload.size() >> 8),
                    byte(payload.size()),
                    byte(static_cast<unsigned>(type)),
                    byte(flags),
                    byte(stream >> 24),
                    byte(stream >> 16),
                    byte(stream >> 8),
                    byte(stream)};
    return out.append(payload);
}

// Literals without indexing, never Huffman-coded (RFC 7541 §6.2.2); no text of 127 bytes or more.
using Fields = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] inline std::string literals(const Fields& fields, char kind = 0) {
    std::string out;
    for (const auto& [name, value] : fields) {
        out += kind;
        out += static_cast<char>(name.size());
        out += name;
        out += static_cast<char>(value.size());
        out += value;
    }
    return out;
}
// The same, each put into the dynamic table (§6.2.1).
[[nodiscard]] inline std::string inserted(const Fields& fields) {
    return literals(fields, 0x40);
}
// A field of the table (§6.1): 62 is the newest of the dynamic one.
[[nodiscard]] inline std::string indexed(unsigned index) {
    return {static_cast<char>(0x80 | index)};
}

[[nodiscard]] inline std::string get(std::uint32_t stream, const std::string& path) {
    return frame(FrameType::kHeaders, kEndStream | kEndHeaders, stream,
                 literals({{":method", "GET"}, {":scheme", "http"}, {":path", path}, {":authority", "shop"}}));
}
[[nodiscard]] inline std::string settings() {
    return frame(FrameType::kSettings, 0, 0, "");
}

// "2 GET /a [body] complete"; a head alone "2 head GET /a".
[[nodiscard]] inline std::string to_text(const Http2Item& item) {
    const std::string stream = std::to_string(item.stream);
    if (item.kind == Http2ItemKind::kLostPlace) return "lost";
    if (item.kind == Http2ItemKind::kReset) return stream + " reset";
    const Message& message = item.message;
    std::string text = stream + (item.kind == Http2ItemKind::kHead ? " head " : " ");
    if (!item.role_known)
        text += "?";
    else if (message.kind == MessageKind::kRequest)
        text += message.method + ' ' + message.target;
    else
        text += std::to_string(message.status);
    if (item.kind == Http2ItemKind::kHead) return text;
    text += " [" + message.body + "]";
    for (const auto& [name, value] : message.headers)
        if (name != "host") text += ' ' + name + '=' + value;
    for (const auto& [name, value] : message.trailers)
        text += " ~" + name + '=' + value;
    text += message.body_truncated ? " truncated" : "";
    text += message.body_not_seen ? " not_seen" : "";
    text += message.gap ? " gap" : "";
    text += message.joined_midway ? " midway" : "";
    return text;
}

struct Feeder {
    explicit Feeder(bool from_start = true, const Http2Limits& limits = {}) : parser(limits, from_start) {}

    Feeder& call(std::string_view bytes) {
        parser.feed(std::as_bytes(std::span(bytes)), ++stamp, true, items);
        return *this;
    }
    Feeder& more(std::string_view bytes) {
        parser.feed(std::as_bytes(std::span(bytes)), ++stamp, false, items);
        return *this;
    }
    Feeder& gap(std::uint64_t size, GapKind kind = GapKind::kLost) {
        parser.on_gap(size, kind, ++stamp, items);
        return *this;
    }
    Feeder& end() {
        parser.on_end(++stamp, items);
        return *this;
    }
    // What came since, heads left out.
    [[nodiscard]] std::vector<std::string> texts(bool heads = false) {
        std::vector<std::string> out;
        for (const Http2Item& item : std::exchange(items, {}))
            if (heads || item.kind != Http2ItemKind::kHead) out.push_back(to_text(item));
        return out;
    }

    Http2Parser parser;
    std::vector<Http2Item> items;
    Stamp stamp = 0;
};

}  // namespace apiarist::protocols::testing
