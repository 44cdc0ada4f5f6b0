// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a text must be to be taken for a number of a card, a bank account, a person, a telephone, or for a random token.
// Pure functions.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace apiarist::policy {

// 13 to 19 digits, length and first digits of a known network, Luhn's check digit.
[[nodiscard]] bool is_card(std::string_view digits);

// Of a text that begins like an IBAN the length of the one it begins with, spaces counted; 0: none.
[[nodiscard]] std::size_t iban_length(std::string_view text);

// At least 32 letters, digits, "+", "/", "-" and "_" that nobody chose by hand: not a path, a slug or an identifier.
// `run` without "=" at its end.
[[nodiscard]] bool looks_random(std::string_view run);

[[nodiscard]] bool is_uuid(std::string_view text);

enum class NumberKind { kCard, kSsn, kPhone };

struct NumberSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
    NumberKind kind = NumberKind::kCard;
};

// Cards, US social security numbers ("123-45-6789") and telephone numbers ("+44 20 7946 0958", "(415) 555-2671",
// "415-555-2671") in a run of digits, spaces and "+().-".
[[nodiscard]] std::vector<NumberSpan> numbers_in(std::string_view run);

}  // namespace apiarist::policy
