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
// For loops that look at one byte of `stride`, at `i` >= stride - 1: false only if no run of more than `stride` / 2
// bytes to one of its sides has `i` in it, as a run of `stride` bytes has.
template <typename In>
[[nodiscard]] bool may_be_in_run(std::string_view text, std::size_t i, std::size_t stride, const In& in) {
    const std::size_t half = stride / 2;
    const std::size_t quarter = stride / 4;
    if (!in(text[i])) return false;
    if (in(text[i - half]) && in(text[i - quarter])) return true;
    return i + half < text.size() && in(text[i + half]) && in(text[i + quarter]);
}

[[nodiscard]] constexpr unsigned hex_value(char c) {
    if (is_ascii_digit(c)) return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

}  // namespace apiarist::sensitive
