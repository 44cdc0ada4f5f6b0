// SPDX-License-Identifier: Apache-2.0
#pragma once
// A text under search and what the checks ask of the characters beside a candidate. Views only; nothing is kept.
//
// A check has two manners. Of one value it decides. Of a whole payload (`loose`) it must say yes to whatever it would
// say yes to in any value cut out of that payload, so that rules about what stands further left are left out there,
// and the letter of an escape ("\n" before a number) is no letter.

#include <cstddef>
#include <string_view>

#include "base/text.h"

namespace apiarist::sensitive {

struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool operator==(const Span&) const = default;
    [[nodiscard]] bool empty() const { return begin == end; }
};

struct Spot {
    std::string_view text;
    bool loose = false;

    [[nodiscard]] char at(std::size_t i) const { return i < text.size() ? text[i] : '\0'; }
    // '\0' at the begin, and for the letter of an escape.
    [[nodiscard]] char before(std::size_t i) const {
        if (i == 0) return '\0';
        const char c = text[i - 1];
        if (loose && i > 1 && text[i - 2] == '\\' && std::string_view("nrtbf").find(c) != std::string_view::npos)
            return '\0';
        return c;
    }
};

[[nodiscard]] constexpr bool is_hex(char c) {
    return is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
[[nodiscard]] constexpr bool is_word(char c) {
    return is_ascii_alphanumeric(c) || c == '_';
}
// Also the bytes of letters outside ASCII.
[[nodiscard]] constexpr bool is_letter_or_digit(char c) {
    return is_ascii_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80;
}
[[nodiscard]] constexpr unsigned hex_value(char c) {
    if (is_ascii_digit(c)) return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

}  // namespace apiarist::sensitive
