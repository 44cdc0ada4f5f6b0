// SPDX-License-Identifier: Apache-2.0
#include "protocols/multipart.h"

#include <string>

namespace apiarist::protocols {

std::vector<BodyPart> read_parts(std::string_view body, std::size_t most) {
    constexpr std::size_t kLongestDelimiter = 2 + 70 + 8;  // "--", what RFC 2046 allows, and white space
    std::vector<BodyPart> parts;
    if (body.starts_with("\r\n")) body.remove_prefix(2);
    const std::size_t line = body.find("\r\n");
    if (!body.starts_with("--") || line == std::string_view::npos || line > kLongestDelimiter) return parts;
    const std::string delimiter = "\r\n" + std::string(body.substr(0, body.find_last_not_of(" \t", line - 1) + 1));
    body.remove_prefix(line + 2);
    while (parts.size() < most) {
        const std::size_t head = body.starts_with("\r\n") ? 0 : body.find("\r\n\r\n");
        if (head == std::string_view::npos) break;
        const std::size_t begin = head == 0 && body.starts_with("\r\n") ? 2 : head + 4;
        const std::size_t end = body.find(delimiter, begin);
        parts.push_back({body.substr(0, head), body.substr(begin, end == std::string_view::npos ? end : end - begin),
                         end != std::string_view::npos});
        if (end == std::string_view::npos) break;
        body.remove_prefix(end + delimiter.size());
        const std::size_t next = body.find("\r\n");
        if (body.starts_with("--") || next == std::string_view::npos) break;
        body.remove_prefix(next + 2);
    }
    return parts;
}

}  // namespace apiarist::protocols
