// SPDX-License-Identifier: Apache-2.0
#include "protocols/message.h"

#include <algorithm>

namespace apiarist::protocols {

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [lower](char x, char y) { return lower(x) == lower(y); });
}

std::string_view header_value(const std::vector<Header>& headers, std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [name](const Header& header) { return same_name(header.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

}  // namespace apiarist::protocols
