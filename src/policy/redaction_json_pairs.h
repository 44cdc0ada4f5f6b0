// SPDX-License-Identifier: Apache-2.0
#pragma once
// Objects that say in one member what another one is: {"name":"password","value":"hunter2"}, in either order. One pass
// over the text before the one that redacts. Memory: a byte for each object.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "policy/redaction_values.h"

namespace apiarist::policy {

enum class JsonPair : std::uint8_t {
    kNone,
    kSecret,
    kCredentials,  // as of a field Authorization
};

// Of each object, in the order in which they begin.
[[nodiscard]] std::vector<JsonPair> json_pairs(const ValueRedactor& values, std::string_view json);

// "value": of a pair, the member that the other one names.
[[nodiscard]] bool holds_value_of_pair(std::string_view name);

}  // namespace apiarist::policy
