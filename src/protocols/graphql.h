// SPDX-License-Identifier: Apache-2.0
#pragma once
// Executable documents of GraphQL (spec of September 2025, §2): which operations one holds, and what the one that is to
// run asks of the root. The whole document is parsed, so that what only looks like one is told apart. Pure and bounded;
// the text is hostile.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::protocols {

enum class GraphqlKind : std::uint8_t { kQuery, kMutation, kSubscription };

// "query", …
[[nodiscard]] std::string_view to_string(GraphqlKind kind);

struct GraphqlOperation {
    GraphqlKind kind = GraphqlKind::kQuery;
    std::string name;                 // empty: anonymous
    std::vector<std::string> fields;  // of the root, also out of fragments; not their aliases; each once, in order
    bool fields_cut = false;          // there are more
};

struct GraphqlDocument {
    std::optional<GraphqlOperation> chosen;  // nothing: several and none named, or none of this name
};

// Nothing: it is no executable document with an operation, or one beyond all bounds (nested deeper than 256, more
// than 1024 definitions). `operation_name`: of the request; empty: none. At most 64 fields are told.
[[nodiscard]] std::optional<GraphqlDocument> read_graphql(std::string_view document, std::string_view operation_name);

[[nodiscard]] bool is_graphql_name(std::string_view text);

}  // namespace apiarist::protocols
