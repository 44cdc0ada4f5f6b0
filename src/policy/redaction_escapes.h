// SPDX-License-Identifier: Apache-2.0
#pragma once
// Escapes, off and on again: a value is judged as it is meant, not as it is written. What is no valid escape stays as
// it is. Pure functions.

#include <string>
#include <string_view>

namespace apiarist::policy {

enum class UrlPart {
    kPath,   // "+" is itself
    kQuery,  // "+" is a space, as in forms; but at the beginning of a number it is meant (of a telephone)
};

[[nodiscard]] std::string percent_decoded(std::string_view text, UrlPart part);
[[nodiscard]] std::string percent_encoded(std::string_view text, UrlPart part);

// The inside of a JSON string; "'" may be escaped too.
[[nodiscard]] std::string json_decoded(std::string_view text);
// Without the quotation marks around it; `quote` is escaped.
[[nodiscard]] std::string json_encoded(std::string_view text, char quote);

// The five entities of XML, and references by number.
[[nodiscard]] std::string xml_decoded(std::string_view text);
[[nodiscard]] std::string xml_encoded(std::string_view text);

}  // namespace apiarist::policy
