// SPDX-License-Identifier: Apache-2.0
#pragma once
// Numbers with a check digit, in runs of digits, capitals, spaces and dashes: payment cards, IBANs, VINs; and US social
// security numbers. Pure functions; time linear in the text.
// Sources: ISO/IEC 7812 (Luhn, issuers), ISO 13616 with the registry's lengths by country, 49 CFR 565 (VIN), the rules
// of the Social Security Administration for areas, groups and serials.

#include <functional>
#include <optional>
#include <string_view>

#include "sensitive/spot.h"
#include "sensitive/types.h"

namespace apiarist::sensitive {

// 13 to 19 digits of a known issuer and its length, with Luhn's check digit.
[[nodiscard]] bool is_card(std::string_view digits);
// Capitals and digits without spaces.
[[nodiscard]] bool is_iban(std::string_view compact);
// 17 capitals and digits with their check digit.
[[nodiscard]] bool is_vin(std::string_view text);
// Nine digits.
[[nodiscard]] bool is_ssn(std::string_view digits);

// "123-45-6789", ending at `end`.
[[nodiscard]] std::optional<Span> ssn_before(const Spot& spot, std::size_t end);

// Called with a type and its place; true: enough.
using FoundNumber = std::function<bool(Type, Span)>;
// Cards, IBANs and VINs. Long runs are rare in payloads, so that it looks at one byte of twelve; an automaton of
// Vectorscan for the same was measured five times as dear as all its literals together.
bool find_numbers(const Spot& spot, const FoundNumber& found);

}  // namespace apiarist::sensitive
