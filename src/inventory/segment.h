// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one segment of a path looks like by itself: a value that varies from request to request, or a word of the API.
// Pure; segments are as on the wire (percent-encoded), without slashes.

#include <cstdint>
#include <string>
#include <string_view>

namespace apiarist::inventory {

enum class Shape : std::uint8_t {
    kWord,  // nothing speaks for a value: a literal, until evidence says otherwise
    kInteger,
    kNumber,
    kUuid,
    kObjectId,  // MongoDB: 24 hexadecimal digits
    kHash,      // hexadecimal of another length, with digits and letters
    kDate,      // days, months and instants (ISO 8601)
    kEmail,
    kLocale,   // "en-US" (language and region)
    kAddress,  // IPv4
    kToken,    // letters and digits mixed as people do not: ULIDs, base64, "ord_8fj3kd92"
    kText,     // what people write: blanks, other scripts, lists
};
[[nodiscard]] std::string_view to_string(Shape shape);

[[nodiscard]] Shape shape_of(std::string_view segment);

// The segment as a template has it: "{}" for a value; "{}.json" and "{}:cancel" where a value has an extension or a
// verb behind it; else the literal itself, its braces percent-encoded, so that a template can never be mistaken.
struct Pattern {
    std::string text;
    std::string_view value;  // of the segment's bytes: what stands for {}; empty where the pattern is a literal
    Shape shape = Shape::kWord;
};
[[nodiscard]] Pattern pattern_of(std::string_view segment);

// Valid UTF-8 without control characters: others become U+FFFD. What a store and a screen can have.
[[nodiscard]] std::string clean_text(std::string_view text);

// %XX decoded; what is not an escape stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace apiarist::inventory
