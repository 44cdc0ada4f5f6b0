// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redacts request targets, URLs and forms: user information, path segments, parameters by their names and by what their
// values look like, fragments. Segments, parameters and names keep their number and order; what is replaced is
// percent-encoded where it needs to be.

#include <optional>
#include <string>
#include <string_view>

#include "policy/redaction_values.h"

namespace apiarist::policy {

// "/path?query", "https://user:password@host/path?query#fragment".
[[nodiscard]] std::optional<std::string> redact_target(ValueRedactor& values, std::string_view target, Nesting nesting);
// "name=value&name=value".
[[nodiscard]] std::optional<std::string> redact_form(ValueRedactor& values, std::string_view form, Nesting nesting);
[[nodiscard]] bool looks_like_form(std::string_view text);

}  // namespace apiarist::policy
