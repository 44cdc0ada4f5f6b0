// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redacts XML and HTML: text and attributes by the names of elements and attributes and by what they look like. A
// tolerant scan, not a parser: what was well-formed stays so, elements and attributes keep their number and order.

#include <optional>
#include <string>
#include <string_view>

#include "policy/redaction_values.h"

namespace apiarist::policy {

[[nodiscard]] bool looks_like_xml(std::string_view text);
[[nodiscard]] std::optional<std::string> redact_xml(ValueRedactor& values, std::string_view xml, Nesting nesting);

}  // namespace apiarist::policy
