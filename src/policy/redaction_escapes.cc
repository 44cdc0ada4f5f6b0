// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_escapes.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/json.h"

namespace apiarist::policy {
namespace {

std::optional<std::uint32_t> number_of(std::string_view digits, int base) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

// Surrogates alone, and what is beyond Unicode, become U+FFFD.
void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) point = 0xfffd;
    if (point < 0x80) return put(point);
    if (point < 0x800) {
        put(0xc0 | point >> 6);
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put(0x80 | (point >> 6 & 63));
    } else {
        put(0xf0 | point >> 18);
        put(0x80 | (point >> 12 & 63));
        put(0x80 | (point >> 6 & 63));
    }
    put(0x80 | (point & 63));
}

// "\uXXXX" at `i`, or two of them that make one character. Moves `i` behind it.
bool append_json_unicode(std::string& out, std::string_view text, std::size_t& i) {
    const auto unit_at = [text](std::size_t at) -> std::optional<std::uint32_t> {
        if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
        return number_of(text.substr(at + 2, 4), 16);
    };
    const auto high = unit_at(i);
    if (!high) return false;
    i += 6;
    if (*high >= 0xd800 && *high < 0xdc00) {
        if (const auto low = unit_at(i); low && *low >= 0xdc00 && *low < 0xe000) {
            append_utf8(out, 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00));
            i += 6;
            return true;
        }
    }
    append_utf8(out, *high);
    return true;
}

char json_escape(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        default:
            return c;
    }
}

// "amp", "#64", "#x40".
std::optional<std::uint32_t> entity(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
        {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
    for (const auto& [known, c] : kNamed)
        if (name == known) return static_cast<std::uint32_t>(c);
    if (name.starts_with("#x") || name.starts_with("#X")) return number_of(name.substr(2), 16);
    return name.starts_with('#') ? number_of(name.substr(1), 10) : std::nullopt;
}

bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

bool stays(char c, UrlPart part) {
    if (unreserved(c)) return true;
    constexpr std::string_view kInPath = "!$&'()*+,=:@";
    constexpr std::string_view kInQuery = "!$'()*,:@/?";
    return (part == UrlPart::kPath ? kInPath : kInQuery).find(c) != std::string_view::npos;
}

}  // namespace

std::string percent_decoded(std::string_view text, UrlPart part) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            if (const auto byte = number_of(text.substr(i + 1, 2), 16)) {
                out += static_cast<char>(static_cast<unsigned char>(*byte));
                i += 2;
                continue;
            }
        }
        const bool meant = i == 0 && text.size() > 1 && text[1] >= '0' && text[1] <= '9';
        out += text[i] == '+' && part == UrlPart::kQuery && !meant ? ' ' : text[i];
    }
    return out;
}

std::string percent_encoded(std::string_view text, UrlPart part) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (stays(c, part)) {
            out += c;
        } else if (c == ' ' && part == UrlPart::kQuery) {
            out += '+';
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

std::string json_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '\\') {
            out += text[i++];
        } else if (!append_json_unicode(out, text, i)) {
            if (i + 1 < text.size()) out += json_escape(text[i + 1]);
            i += 2;
        }
    }
    return out;
}

std::string json_encoded(std::string_view text, char quote) {
    std::string quoted;
    append_json_string(quoted, text);
    if (quote == '"') return quoted.substr(1, quoted.size() - 2);
    std::string out;
    for (const char c : std::string_view(quoted).substr(1, quoted.size() - 2)) {
        if (c == quote) out += '\\';
        out += c;
    }
    return out;
}

std::string xml_decoded(std::string_view text) {
    constexpr std::size_t kLongest = 10;
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '&') {
            const auto end = text.substr(i, kLongest).find(';');
            const auto point = end == std::string_view::npos ? std::nullopt : entity(text.substr(i + 1, end - 1));
            if (point) {
                append_utf8(out, *point);
                i += end;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::string xml_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&apos;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace apiarist::policy
