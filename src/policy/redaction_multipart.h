// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redacts multipart bodies (RFC 2046 §5.1, RFC 7578): each part by its name and type; boundaries and the fields of the
// parts stay, but for what is found in these.

#include <optional>
#include <string>

#include "policy/redaction_body.h"

namespace apiarist::policy {

// Nothing: it has no boundary.
[[nodiscard]] std::optional<std::string> redact_multipart(ValueRedactor& values, const BodyView& body, Nesting nesting);

}  // namespace apiarist::policy
