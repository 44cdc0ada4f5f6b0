// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace apiarist {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

struct Unit {
    std::size_t size;  // bytes
    bool valid;
};

// The well-formed sequence at `i`, or the maximal part of one that breaks off.
Unit utf8_at(std::string_view text, std::size_t i) {
    const unsigned char lead = byte_at(text, i);
    if (lead < 0x80) return {1, true};
    std::size_t more = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        more = 2;
        if (lead == 0xe0) low = 0xa0;
        if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        more = 3;
        if (lead == 0xf0) low = 0x90;
        if (lead == 0xf4) high = 0x8f;
    } else {
        return {1, false};
    }
    for (std::size_t k = 1; k <= more; ++k) {
        if (i + k >= text.size() || byte_at(text, i + k) < low || byte_at(text, i + k) > high) return {k, false};
        low = 0x80;
        high = 0xbf;
    }
    return {more + 1, true};
}

bool plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void append_escape(std::string& out, unsigned char c) {
    static constexpr char kHex[] = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
    }
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const Unit unit = utf8_at(bytes, i);
        if (!unit.valid) return false;
        i += unit.size;
    }
    return true;
}

std::string to_utf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size();) {
        const Unit unit = utf8_at(bytes, i);
        out += unit.valid ? bytes.substr(i, unit.size) : std::string_view("\xef\xbf\xbd");
        i += unit.size;
    }
    return out;
}

void append_json_string(std::string& out, std::string_view bytes) {
    out += '"';
    for (std::size_t i = 0; i < bytes.size();) {
        std::size_t run = i;
        while (run < bytes.size() && plain(byte_at(bytes, run)))
            ++run;
        out.append(bytes, i, run - i);
        i = run;
        if (i == bytes.size()) break;
        if (byte_at(bytes, i) < 0x80) {
            append_escape(out, byte_at(bytes, i++));
            continue;
        }
        const Unit unit = utf8_at(bytes, i);
        if (unit.valid) {
            out.append(bytes, i, unit.size);
        } else {
            out += "\xef\xbf\xbd";
        }
        i += unit.size;
    }
    out += '"';
}

std::string base64(std::string_view bytes) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < n ? byte_at(bytes, i + k) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= n ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

}  // namespace apiarist
