// SPDX-License-Identifier: Apache-2.0
#pragma once
// Properties of an endpoint's traffic, each with how often and when it was seen: ("auth", "bearer"). They add up; of a
// kind there are at most kMost values, and what is more is "(others)".

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace apiarist::inventory {

// When something was seen, in Unix seconds, and how often.
struct Seen {
    std::uint64_t count = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;

    void add(std::int64_t time, std::uint64_t times = 1);
    void merge(const Seen& other);
    bool operator==(const Seen&) const = default;
};

class Marks {
  public:
    static constexpr std::size_t kMost = 64;
    static constexpr std::size_t kLongest = 256;  // bytes of a value; a longer one ends there

    using Values = std::map<std::string, Seen, std::less<>>;
    using Kinds = std::map<std::string, Values, std::less<>>;

    // Of a value bytes that are no text become U+FFFD.
    void add(std::string_view kind, std::string_view value, const Seen& seen);
    void merge(const Marks& other);
    [[nodiscard]] const Seen* find(std::string_view kind, std::string_view value) const;  // null: not seen
    [[nodiscard]] const Values& of(std::string_view kind) const;
    [[nodiscard]] const Kinds& kinds() const { return kinds_; }

  private:
    Kinds kinds_;
};

}  // namespace apiarist::inventory
