// SPDX-License-Identifier: Apache-2.0
#pragma once
// The user's own types: an expression for the value and perhaps one for the field's name, in Vectorscan's dialect of
// PCRE (no look-around, no back references), over bytes. "(?i)" at the begin: small letters and capitals are one.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sensitive/database.h"
#include "sensitive/types.h"

namespace apiarist::sensitive {

struct CustomPattern {
    std::string id;     // small letters, digits and "_", at most 64; not that of another type
    std::string title;  // empty: the id
    std::string value;  // what is found, anywhere in a value unless it has "^" and "$"
    std::string name;   // empty: any name, also none
    Where where = Where::kAnywhere;
};

constexpr std::size_t kMostCustomPatterns = 128;
constexpr std::size_t kLongestExpression = 1000;

struct CustomDatabases {
    Database values;  // ids are the indices of the patterns; null: there are no patterns
    Database names;   // of those patterns that have one, numbered by `named`; null: none has
    std::vector<std::size_t> named;
    Database gate;  // values anywhere in a payload; null while there are patterns: it says yes to all
};

// The error names the pattern by its id: too many, too long, not of the dialect, matches nothing, or too large for a
// scanner that is to be quick.
[[nodiscard]] Result<CustomDatabases> compile_custom(std::span<const CustomPattern> patterns);

// The expression without what it asks of places ("^", "$", "\b"), so that it matches wherever the other does, also with
// more around. Nothing: not to be told from the text.
[[nodiscard]] std::optional<std::string> without_anchors(std::string_view expression);

}  // namespace apiarist::sensitive
