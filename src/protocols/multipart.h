// SPDX-License-Identifier: Apache-2.0
#pragma once
// The first parts of a multipart body (RFC 2046 §5.1.1), told apart by its first line. Views of the body. Pure.

#include <cstddef>
#include <string_view>
#include <vector>

namespace apiarist::protocols {

struct BodyPart {
    std::string_view head;  // its fields, as they stand
    std::string_view content;
    bool whole = false;  // its end was seen
};

// At most `most`. None: it does not begin with a delimiter.
[[nodiscard]] std::vector<BodyPart> read_parts(std::string_view body, std::size_t most);

}  // namespace apiarist::protocols
