// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tokens of a GraphQL document (§2.1): what is ignored is passed over. Holds a view of the document.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace apiarist::protocols {

struct GraphqlToken {
    enum class Kind : std::uint8_t { kName, kNumber, kString, kSign, kEnd, kInvalid };

    Kind kind = Kind::kEnd;
    std::string_view text;

    // Of "..." its first.
    [[nodiscard]] bool is(char sign) const { return kind == Kind::kSign && text.front() == sign; }
    [[nodiscard]] bool is_name(std::string_view name) const { return kind == Kind::kName && text == name; }
};

class GraphqlLexer {
  public:
    explicit GraphqlLexer(std::string_view document) : in_(document) {}
    // Of the end, and of what is no token, again and again.
    [[nodiscard]] GraphqlToken next();

  private:
    void pass_ignored();
    GraphqlToken take(GraphqlToken::Kind kind, std::size_t size);
    GraphqlToken string();
    GraphqlToken block_string();

    std::string_view in_;  // what is left
};

}  // namespace apiarist::protocols
