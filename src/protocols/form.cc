// SPDX-License-Identifier: Apache-2.0
#include "protocols/form.h"

#include <algorithm>

#include "base/text.h"

namespace apiarist::protocols {
namespace {

int digit(char c) {
    if (is_ascii_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
            out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

// Without a copy where nothing is encoded, as names seldom are.
bool same(std::string_view encoded, std::string_view name) {
    return encoded == name || (encoded.find_first_of("%+") != std::string_view::npos && decoded(encoded) == name);
}

}  // namespace

std::optional<std::string> form_value(std::string_view form, std::string_view name) {
    std::optional<std::string_view> found;
    while (!form.empty()) {
        const std::string_view pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(form.size(), pair.size() + 1));
        const std::size_t sign = std::min(pair.find('='), pair.size());
        if (!same(pair.substr(0, sign), name)) continue;
        if (found) return std::nullopt;
        found = pair.substr(std::min(pair.size(), sign + 1));
    }
    if (!found) return std::nullopt;
    return decoded(*found);
}

std::string_view query_of(std::string_view target) {
    target = target.substr(0, target.find('#'));
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

}  // namespace apiarist::protocols
