// SPDX-License-Identifier: Apache-2.0
#include "store/stored_text.h"

#include "base/json.h"

namespace apiarist::store {

std::string_view stored_text(std::string_view text, std::string& kept) {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    if (text.find('\0') == std::string_view::npos && is_utf8(text)) return text;
    kept = to_utf8(text);
    for (auto at = kept.find('\0'); at != std::string::npos; at = kept.find('\0', at + kReplacement.size()))
        kept.replace(at, 1, kReplacement);
    return kept;
}

}  // namespace apiarist::store
