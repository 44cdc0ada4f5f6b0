// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writing JSON and what goes with it: strings of any bytes come out as valid UTF-8 JSON strings.

#include <string>
#include <string_view>

namespace apiarist {

// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view bytes);
// Each maximal ill-formed part replaced by U+FFFD (Unicode 15, §3.9).
[[nodiscard]] std::string to_utf8(std::string_view bytes);
// The same as a quoted JSON string.
void append_json_string(std::string& out, std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace apiarist
