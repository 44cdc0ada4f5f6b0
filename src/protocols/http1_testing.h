// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only: feeds a parser from string literals and writes items as text, so that two runs can be
// compared with one == and a difference can be read.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http1.h"

namespace apiarist::protocols::testing {

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

inline std::string to_text(const Message& message) {
    std::string text = message.kind == MessageKind::kRequest ? message.method + ' ' + message.target
                                                             : std::to_string(message.status) + ' ' + message.reason;
    text += " HTTP/1." + std::to_string(message.minor_version);
    for (const Header& header : message.headers)
        text += "\n  " + header.name + ": " + header.value;
    for (const Header& trailer : message.trailers)
        text += "\n  trailer " + trailer.name + ": " + trailer.value;
    if (!message.transfer_coding.empty()) text += "\n  coded " + message.transfer_coding;
    text += "\n  body " + std::to_string(message.body_size) + " [" + message.body + "]";
    if (message.body_truncated) text += " truncated";
    if (message.body_not_seen) text += " not_seen";
    if (message.gap) text += " gap";
    return text;
}

inline std::string to_text(const Item& item) {
    const Message& message = item.message;
    switch (item.kind) {
        case ItemKind::kHead:
            return "head " + message.method + message.target + std::to_string(message.status);
        case ItemKind::kMessage:
            return to_text(message);
        case ItemKind::kLostPlace:
            return "lost place";
        case ItemKind::kTunnel:
            return "tunnel";
    }
    return {};
}

inline bool is_flagged(const Message& message) {
    return message.gap || message.body_truncated || message.body_not_seen;
}

// One direction of a connection. Stamps count the calls, from 1.
class Player {
  public:
    explicit Player(MessageKind kind, const Http1Limits& limits = {}, bool from_start = true)
        : parser(kind, limits, from_start) {}

    Player& feed(std::string_view text, bool call_start = true) {
        if (call_start) ++stamp;
        parser.feed(as_bytes(text), stamp, call_start, items);
        fed += text.size();
        return *this;
    }
    // The same, one message after the other.
    Player& feed_by_message(std::string_view text, bool call_start = true) {
        if (call_start) ++stamp;
        fed += text.size();
        for (auto rest = as_bytes(text); !rest.empty(); call_start = false)
            rest = rest.subspan(parser.feed_message(rest, stamp, call_start, items));
        return *this;
    }
    Player& gap(std::uint64_t size, GapKind kind = GapKind::kLost) {
        parser.on_gap(size, kind, ++stamp, items);
        fed += size;
        return *this;
    }
    Player& end(bool clean = true) {
        parser.on_end(clean, ++stamp, items);
        return *this;
    }
    Player& expect(std::string_view method) {
        parser.expect(method);
        return *this;
    }

    [[nodiscard]] std::vector<Message> messages() const {
        std::vector<Message> found;
        for (const Item& item : items) {
            if (item.kind == ItemKind::kMessage) found.push_back(item.message);
        }
        return found;
    }
    // Without the kHead items, which most tests do not care about.
    [[nodiscard]] std::vector<std::string> texts() const {
        std::vector<std::string> found;
        for (const Item& item : items) {
            if (item.kind != ItemKind::kHead) found.push_back(to_text(item));
        }
        return found;
    }
    [[nodiscard]] std::uint64_t counted() const {
        const Http1Counts& counts = parser.counts();
        return counts.parsed + counts.unattributed + counts.tunnelled + counts.missing;
    }

    Http1Parser parser;
    std::vector<Item> items;
    Stamp stamp = 0;
    std::uint64_t fed = 0;
};

}  // namespace apiarist::protocols::testing
