// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the name of a field says of its value: of a JSON member, a form field, a query parameter, a header, a column.
// "customerPhoneNumber", "customer_phone_number" and "Customer Phone-Number" are one name. Pure functions.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace apiarist::sensitive {

// One bit each; a name may be evidence of several.
enum class Clue : std::uint32_t {
    kPassword = 1,
    kPassphrase = 1 << 1,  // may be a sentence
    kSecret = 1 << 2,
    kToken = 1 << 3,        // a secret if it looks like one
    kCredentials = 1 << 4,  // "Bearer …"
    kAwsSecret = 1 << 5,
    kPhone = 1 << 6,
    kSsn = 1 << 7,
    kBirth = 1 << 8,
    kIban = 1 << 9,
    kVin = 1 << 10,
    kSecurityCode = 1 << 11,
    // Against what a value looks like.
    kAddress = 1 << 12,
    kVersion = 1 << 13,
    kCard = 1 << 14,
    kOtherNumber = 1 << 15,
};

struct Clues {
    std::uint32_t bits = 0;
    [[nodiscard]] bool has(Clue clue) const { return (bits & static_cast<std::uint32_t>(clue)) != 0; }
};

// A name of more bytes, or with quotation marks, "=", "&", "<", ">" or control characters in it, is evidence of
// nothing.
constexpr std::size_t kLongestName = 128;
[[nodiscard]] Clues clues_of(std::string_view name);

// A part of names whose clue alone may make a finding. Between two of its words ("_") at most two characters that are
// no letters or digits may stand.
struct NamePart {
    std::string_view words;
    Clue clue;
};
[[nodiscard]] std::span<const NamePart> name_parts();

// In a payload, where `word` of such a part ends at `end`: the end of the whole part, if a name can end with it; 0:
// none.
[[nodiscard]] std::size_t name_part_around(std::string_view text, std::size_t end, std::string_view words,
                                           std::string_view word);
// Whether a field with a value that is more than null, a boolean or empty can have a name that ends behind `end` and
// has the clue. `raw`: no escape was decoded, so that a quotation mark is one.
[[nodiscard]] bool may_name_a_value(std::string_view text, std::size_t end, Clue clue, bool raw);

}  // namespace apiarist::sensitive
