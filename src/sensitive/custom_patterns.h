// SPDX-License-Identifier: Apache-2.0
#pragma once
// The user's own types: an expression for the value and perhaps one for the field's name, in RE2's syntax, over bytes.
// "(?i)" at the begin: small letters and capitals are one. RE2 takes time linear in the text, and of Vectorscan's
// expressions database.h tells why they are not used. Immutable, for any number of threads.

#include <re2/re2.h>
#include <re2/set.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sensitive/types.h"

namespace apiarist::sensitive {

struct CustomPattern {
    std::string id;     // small letters, digits and "_", at most 64; not that of another type
    std::string title;  // empty: the id
    std::string value;  // what is found, anywhere in a value unless it has "^" and "$"
    std::string name;   // of the field, anywhere in it, without case; empty: any name, also none
    Where where = Where::kAnywhere;
};

constexpr std::size_t kMostCustomPatterns = 128;
constexpr std::size_t kLongestExpression = 1000;

struct CustomMatch {
    std::size_t pattern = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
};

class CustomPatterns {
  public:
    // The error names the pattern by its id: too many, too long, not of the syntax, one that matches nothing at all, or
    // one that is too large.
    static Result<CustomPatterns> compile(std::span<const CustomPattern> patterns);

    [[nodiscard]] std::size_t size() const { return patterns_.size(); }
    // Of each pattern whose name fits at most `most` matches, added to `found`.
    void find(std::string_view name, std::string_view value, std::size_t most, std::vector<CustomMatch>& found) const;
    // False only if no part of the payload can be a value in which find() finds something.
    [[nodiscard]] bool may_hold(std::string_view payload) const;

  private:
    struct Compiled {
        std::unique_ptr<re2::RE2> value;
        std::unique_ptr<re2::RE2> name;  // null: any
    };
    std::vector<Compiled> patterns_;
    std::unique_ptr<re2::RE2::Set> gate_;  // null with patterns: yes to all
};

// The expression without what it asks of places ("^", "$", "\b"), so that it matches wherever the other does, also with
// more around. Nothing: not to be told from the text.
[[nodiscard]] std::optional<std::string> without_anchors(std::string_view expression);

}  // namespace apiarist::sensitive
