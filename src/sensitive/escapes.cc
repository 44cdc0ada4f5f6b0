// SPDX-License-Identifier: Apache-2.0
#include "sensitive/escapes.h"

#include <cstddef>

#include "sensitive/spot.h"

namespace apiarist::sensitive {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_percent_escape(std::string_view text, std::size_t i) {
    return text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
}

std::size_t next_percent_escape(std::string_view text, std::size_t from) {
    for (auto i = text.find('%', from); i != kNone; i = text.find('%', i + 1))
        if (is_percent_escape(text, i)) return i;
    return kNone;
}

char percent_byte(std::string_view text, std::size_t i) {
    return static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
}

// Of "\uXXXX" at `i`; more than 16 bits: it is none.
std::uint32_t code_unit(std::string_view text, std::size_t i) {
    constexpr std::uint32_t kNoUnit = 0x10000;
    if (i + 6 > text.size() || text[i] != '\\' || text[i + 1] != 'u') return kNoUnit;
    std::uint32_t unit = 0;
    for (std::size_t k = i + 2; k < i + 6; ++k) {
        if (!is_hex(text[k])) return kNoUnit;
        unit = unit << 4 | hex_value(text[k]);
    }
    return unit;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
    if (point < 0x80) {
        byte(point);
    } else if (point < 0x800) {
        byte(0xc0 | point >> 6);
        byte(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        byte(0xe0 | point >> 12);
        byte(0x80 | (point >> 6 & 0x3f));
        byte(0x80 | (point & 0x3f));
    } else {
        byte(0xf0 | point >> 18);
        byte(0x80 | (point >> 12 & 0x3f));
        byte(0x80 | (point >> 6 & 0x3f));
        byte(0x80 | (point & 0x3f));
    }
}

// The escape at `i`; its size in `text`.
std::size_t append_json_escape(std::string_view text, std::size_t i, std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::uint32_t unit = code_unit(text, i);
    if (unit < 0x10000) {
        const std::uint32_t low = code_unit(text, i + 6);
        if (unit >= 0xd800 && unit < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            return 12;
        }
        append_utf8(out, unit);
        return 6;
    }
    const auto letter = i + 1 < text.size() ? kLetters.find(text[i + 1]) : kNone;
    if (letter == kNone) {
        out += text[i];
        return 1;
    }
    out += kMeanings[letter];
    return 2;
}

}  // namespace

bool decode_json(std::string_view text, std::string& out) {
    auto escape = text.find('\\');
    if (escape == kNone) return false;
    out.clear();
    std::size_t done = 0;
    while (escape != kNone) {
        out.append(text, done, escape - done);
        done = escape + append_json_escape(text, escape, out);
        escape = text.find('\\', done);
    }
    out.append(text, done);
    return true;
}

bool hides_characters(std::string_view json) {
    for (auto i = json.find('\\'); i != kNone && i + 1 < json.size(); i = json.find('\\', i + 2))
        if (std::string_view("u/bf").find(json[i + 1]) != kNone) return true;
    return false;
}

bool decode_percent(std::string_view text, std::string& out) {
    auto escape = next_percent_escape(text, 0);
    if (escape == kNone) return false;
    out.clear();
    std::size_t done = 0;
    while (escape != kNone) {
        out.append(text, done, escape - done);
        out += percent_byte(text, escape);
        done = escape + 3;
        escape = next_percent_escape(text, done);
    }
    out.append(text, done);
    return true;
}

bool decode_form(std::string_view text, std::string& out) {
    if (text.find('+') == kNone && next_percent_escape(text, 0) == kNone) return false;
    out.clear();
    for (std::size_t i = 0; i < text.size();) {
        const bool escape = is_percent_escape(text, i);
        out += escape ? percent_byte(text, i) : text[i] == '+' ? ' ' : text[i];
        i += escape ? 3 : 1;
    }
    return true;
}

bool decode_percent(std::string_view text, std::string& out, std::vector<std::uint32_t>& offsets) {
    if (next_percent_escape(text, 0) == kNone) return false;
    out.clear();
    offsets.clear();
    for (std::size_t i = 0; i < text.size();) {
        const bool escape = is_percent_escape(text, i);
        out += escape ? percent_byte(text, i) : text[i];
        offsets.push_back(static_cast<std::uint32_t>(i));
        i += escape ? 3 : 1;
    }
    offsets.push_back(static_cast<std::uint32_t>(text.size()));
    return true;
}

}  // namespace apiarist::sensitive
