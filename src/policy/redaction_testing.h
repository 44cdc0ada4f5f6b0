// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers only: one key, and the mark that a value must get with it.

#include <string>
#include <string_view>

#include "policy/redaction_mark.h"

namespace apiarist::policy::testing {

constexpr std::string_view kKey = "a key";

inline std::string mark(std::string_view type, std::string_view value) {
    return Marker(kKey).mark(type, value);
}

// In `text` each "⟦type:value⟧" replaced by its mark.
inline std::string with_marks(std::string_view text) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto open = text.find("⟦", begin);
        if (open == std::string_view::npos) return out + std::string(text.substr(begin));
        const auto colon = text.find(':', open);
        const auto close = text.find("⟧", open);
        out += text.substr(begin, open - begin);
        out += mark(text.substr(open + 3, colon - open - 3), text.substr(colon + 1, close - colon - 1));
        begin = close + 3;
    }
    return out;
}

// Values that are recognised by what they look like, made up or from documentation.
constexpr std::string_view kJwt =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
constexpr std::string_view kCard = "4111111111111111";
constexpr std::string_view kIban = "DE89370400440532013000";
constexpr std::string_view kAwsKey = "AKIAIOSFODNN7EXAMPLE";
constexpr std::string_view kToken = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1";

}  // namespace apiarist::policy::testing
