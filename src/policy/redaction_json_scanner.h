// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a text that is JSON, or almost: names without or in single quotation marks, comments, junk. It never
// fails and passes over everything but white space. Holds a view of the text.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace apiarist::policy {

struct JsonPart {
    enum class Kind : std::uint8_t { kOpen, kClose, kComma, kColon, kName, kString, kWord, kComment };

    Kind kind = Kind::kWord;
    std::size_t begin = 0;  // without quotation marks, or the signs of a comment
    std::size_t end = 0;
    char quote = 0;     // of a name or a string; 0: a name without
    bool whole = true;  // false: a string or a comment without its end
};

class JsonScanner {
  public:
    explicit JsonScanner(std::string_view in) : in_(in) {}
    // Nothing: that was all.
    [[nodiscard]] std::optional<JsonPart> next();

  private:
    JsonPart sign(JsonPart::Kind kind, bool value_may_begin);
    JsonPart string(char quote);
    JsonPart word();
    JsonPart comment();
    [[nodiscard]] bool comment_begins(std::size_t at) const;
    [[nodiscard]] bool colon_follows() const;

    std::string_view in_;
    std::size_t at_ = 0;
    bool value_may_begin_ = true;
};

}  // namespace apiarist::policy
