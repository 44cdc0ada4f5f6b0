// SPDX-License-Identifier: Apache-2.0
#pragma once
// A query of a target, or a form: "name=value&name=value" (URL Standard, application/x-www-form-urlencoded). Pure.

#include <optional>
#include <string>
#include <string_view>

namespace apiarist::protocols {

// Decoded. Nothing: none has this name, or several have it, of which servers choose as they like.
[[nodiscard]] std::optional<std::string> form_value(std::string_view form, std::string_view name);

// What stands behind the "?" of a target, without a fragment.
[[nodiscard]] std::string_view query_of(std::string_view target);

}  // namespace apiarist::protocols
