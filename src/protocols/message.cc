// SPDX-License-Identifier: Apache-2.0
#include "protocols/message.h"

#include <algorithm>
#include <array>

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

bool is_stream_type(std::string_view content_type) {
    constexpr std::array<std::string_view, 8> kTypes = {
        "text/event-stream",    "application/x-ndjson",    "application/ndjson",        "application/jsonl",
        "application/json-seq", "application/stream+json", "multipart/x-mixed-replace", "application/grpc"};
    const auto begins = [content_type](std::string_view type) {
        return same_name(content_type.substr(0, type.size()), type);
    };
    return std::any_of(kTypes.begin(), kTypes.end(), begins);
}

}  // namespace apiarist::protocols
