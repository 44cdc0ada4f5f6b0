// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is behind the escapes of JSON (RFC 8259 §7), of URLs (RFC 3986 §2.1) and of forms. What is no escape stays as it
// is, so that any bytes have a decoding. Pure functions, linear; the buffers are the caller's, to be used again.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::sensitive {

// "\u0040": "@". False: there is no escape, and `out` is not written. `out`: UTF-8.
bool decode_json(std::string_view text, std::string& out);

// Whether an escape is there that may hide a character of what is looked for ("\u…", "\/"), or whose letter may be
// taken for one ("\b" and "\f" before a hexadecimal number).
[[nodiscard]] bool hides_characters(std::string_view json);

// "%40": "@". False as above.
bool decode_percent(std::string_view text, std::string& out);
// The same with "+" as a space.
bool decode_form(std::string_view text, std::string& out);
// The same as decode_percent(); `offsets`: where in `text` each byte of `out` begins, and the end.
bool decode_percent(std::string_view text, std::string& out, std::vector<std::uint32_t>& offsets);

}  // namespace apiarist::sensitive
