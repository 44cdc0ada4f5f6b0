// SPDX-License-Identifier: Apache-2.0
#pragma once
// Phone numbers; libphonenumber has the last word, whose tables are shared by all threads behind a lock of its own.
// A check costs some microseconds, so that the caller counts them.
// Sources: ITU-T E.164 (at most 15 digits), ITU-T E.123 (how they are written).

#include <optional>
#include <string_view>

#include "sensitive/spot.h"

namespace apiarist::sensitive {

// "+49 30 901820", from the "+" at `begin`. Of a payload (`loose`) only as far as digits tell.
[[nodiscard]] std::optional<Span> international_phone_at(const Spot& spot, std::size_t begin);

// In the forms that are typical of North America, France and Britain, ending at `end`: "(415) 555-2671",
// "01 23 45 67 89", "020 7946 0958". `region`: "US", "FR", "GB".
[[nodiscard]] std::optional<Span> national_phone_before(const Spot& spot, std::size_t end, std::string_view region);

// A whole value whose name says that it is one.
[[nodiscard]] bool is_named_phone(std::string_view value);

}  // namespace apiarist::sensitive
