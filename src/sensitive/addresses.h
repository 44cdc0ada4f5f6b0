// SPDX-License-Identifier: Apache-2.0
#pragma once
// Addresses of people and machines around a sign that tells of them: e-mail, IPv4, IPv6, a password in a URL. Pure
// functions; each looks at some hundred bytes around its sign.
// Sources: RFC 5321 §4.5.3.1 (lengths), RFC 3986 §3.2.1, RFC 4291 §2.2, RFC 5737 and RFC 3849 (addresses of documents).

#include <array>
#include <optional>
#include <string_view>

#include "sensitive/spot.h"

namespace apiarist::sensitive {

// Around the "@" at `at`.
[[nodiscard]] std::optional<Span> email_at(const Spot& spot, std::size_t at);

// Around a byte of it. Not of documents, loopback, netmasks; not what stands like a version.
[[nodiscard]] std::optional<Span> ipv4_around(const Spot& spot, std::size_t inside);
[[nodiscard]] std::optional<Span> ipv6_around(const Spot& spot, std::size_t inside);
// Four parts that are as small as those of versions.
[[nodiscard]] bool is_like_version(std::string_view ipv4);
// IPv6 addresses that are written in full ("::" is a sign of others). True: `found` said enough.
template <typename Found>
bool find_full_ipv6(const Spot& spot, const Found& found);

// Of "scheme://user:password@host" the password, with the "://" ending at `end`.
[[nodiscard]] std::optional<Span> url_password_behind(const Spot& spot, std::size_t end);

// Letters, digits and colons, at least fifteen of them: looked for at one byte of fourteen.
template <typename Found>
bool find_full_ipv6(const Spot& spot, const Found& found) {
    constexpr std::size_t kStride = 14;
    constexpr std::size_t kLongest = 45;
    const std::string_view text = spot.text;
    static constexpr std::array<bool, 256> kInside = [] {
        std::array<bool, 256> in{};
        for (unsigned c = 0; c < 128; ++c)
            in[c] = c == ':' || is_hex(static_cast<char>(c));
        return in;
    }();
    const auto inside = [](char c) { return kInside[static_cast<unsigned char>(c)]; };
    std::size_t done = 0;
    for (std::size_t i = kStride - 1; i < text.size(); i += kStride) {
        if (i < done || !may_be_in_run(text, i, kStride, inside)) continue;
        Span run{i, i};
        std::size_t colons = 0;
        while (run.begin > done && inside(text[run.begin - 1]))
            colons += text[--run.begin] == ':' ? 1 : 0;
        while (run.end < text.size() && inside(text[run.end]))
            colons += text[run.end++] == ':' ? 1 : 0;
        done = run.end;
        if (colons < 6 || run.end - run.begin <= kStride || run.end - run.begin > kLongest) continue;
        if (const auto span = ipv6_around(spot, run.begin)) {
            if (found(*span)) return true;
        }
    }
    return false;
}

}  // namespace apiarist::sensitive
