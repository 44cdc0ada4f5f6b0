// SPDX-License-Identifier: Apache-2.0
#include "app/printable.h"

#include "base/json.h"

namespace apiarist::app {

std::string printable(std::string_view text) {
    const bool utf8 = is_utf8(text);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        const bool second_block = c == 0xc2 && next < 0xa0;  // U+0080 to U+009F
        if (second_block) ++i;
        out += c < 0x20 || c == 0x7f || second_block || (c >= 0x80 && !utf8) ? '?' : text[i];
    }
    return out;
}

}  // namespace apiarist::app
