// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redacts header fields and trailers: secret ones by their names, the others by what is found in them. Names, schemes
// of credentials, names and attributes of cookies, Host and the boundary of a multipart body stay.

#include <string_view>
#include <vector>

#include "policy/redaction_values.h"
#include "protocols/message.h"

namespace apiarist::policy {

// "[::1]:8080", "shop.example".
[[nodiscard]] bool is_host(std::string_view value);
void redact_headers(ValueRedactor& values, std::vector<protocols::Header>& headers);

}  // namespace apiarist::policy
