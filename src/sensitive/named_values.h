// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values that are sensitive because of their field's name. Pure functions; they look at values of at most some
// kilobytes.

#include <optional>
#include <string_view>

#include "sensitive/field_names.h"
#include "sensitive/spot.h"
#include "sensitive/types.h"

namespace apiarist::sensitive {

struct NamedValue {
    Type type;
    Span span;
};

// What the clues make of the whole value, without blanks and the name of a scheme ("Bearer ") before it.
[[nodiscard]] std::optional<NamedValue> named_value(Clues clues, std::string_view value);

// Empty, a mask ("****1234"), a boolean, null, or what stands for a value: "${PASSWORD}", "<token>", "[REDACTED]".
[[nodiscard]] bool stands_for_a_value(std::string_view value);

// "1985-07-13", also with a time; "13.07.1985", "7/13/1985", "19850713", "13 July 1985", "July 13, 1985".
[[nodiscard]] bool is_date(std::string_view value);

}  // namespace apiarist::sensitive
