// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is remembered of an endpoint to tell whether two words at one place of a path are two values of a parameter: the
// shape of what was asked and answered with success, where a message repeats a word of its own path, and which names
// messages say of other things. Bounded; two
// of one endpoint add up in any order (as long as they are within the bounds).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/schema.h"

namespace apiarist::inventory {

// A set of places in JSON ("items[].id") as sorted hashes. Objects of two levels count, the lowest bit says of which;
// names that are values do not.
using ShapeSet = std::vector<std::uint32_t>;

// The message says the word that stands in its path at this depth (segments from the left, the first is 0).
struct Echo {
    std::uint32_t depth = 0;
    std::uint32_t place = 0;  // hash of where in the JSON
    bool operator==(const Echo&) const = default;
};

// What answers are, several of them at once.
enum Answer : std::uint8_t { kObjectAnswer = 1, kArrayAnswer = 2, kPlainAnswer = 4 };

struct Evidence {
    static constexpr std::size_t kPlaces = 96;  // of a set
    static constexpr std::size_t kEchoes = 16;
    static constexpr std::size_t kNames = 128;

    bool succeeded = false;    // a response of class 2 or 3 was seen
    std::uint8_t answers = 0;  // in JSON, of Answer: of those that succeeded
    ShapeSet request;          // of requests that succeeded
    ShapeSet response;
    std::vector<Echo> echoes;
    // Hashes of what messages say under "name", "key", "slug" and the like, sorted: of more than kNames the least.
    std::vector<std::uint32_t> names;

    void merge(const Evidence& other);
    [[nodiscard]] std::string encode() const;
    static std::optional<Evidence> decode(std::string_view text);
    bool operator==(const Evidence&) const = default;
};

[[nodiscard]] ShapeSet shape_set(const Schema& schema);

enum class Agreement : std::uint8_t {
    kUnknown,  // one of them has too little to tell
    kSame,
    kDifferent,
};
[[nodiscard]] std::uint8_t answers_of(const Schema& schema);
[[nodiscard]] Agreement compare(const ShapeSet& a, const ShapeSet& b);
// Of what was answered, objects, lists and plain values apart.
[[nodiscard]] Agreement compare_answers(const Evidence& a, const Evidence& b);

// Adds the strings of a message that are equal to one of `words` (by depth; empty ones are not looked for), and the
// names that it says.
void add_strings(const simdjson::dom::element& message, const std::vector<std::string>& words, Evidence& evidence);
[[nodiscard]] std::uint32_t name_hash(std::string_view name);
// Whether a field of this name says which thing a message is about: "login", "project_key".
[[nodiscard]] bool is_name_of_one(std::string_view field);

}  // namespace apiarist::inventory
