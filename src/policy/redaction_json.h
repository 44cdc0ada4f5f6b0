// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redacts JSON and keeps its shape, order and white space. Takes what is cut, several documents in a row, and much that
// is no JSON (names without or in single quotation marks, comments, junk, which is treated as text): it never fails.
// What was valid stays valid. Two passes: the first finds pairs (redaction_json_pairs.h). Memory: a few bytes for each
// open bracket.

#include <optional>
#include <string>
#include <string_view>

#include "policy/redaction_values.h"

namespace apiarist::policy {

[[nodiscard]] bool looks_like_json(std::string_view text);
[[nodiscard]] std::optional<std::string> redact_json(ValueRedactor& values, std::string_view json, Nesting nesting);

}  // namespace apiarist::policy
