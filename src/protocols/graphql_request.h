// SPDX-License-Identifier: Apache-2.0
#pragma once
// GraphQL over HTTP (its draft specification of 2023, and the persisted queries and batches of Apollo): what requests
// ask a server to run. A request is one because of its document, or the hash of one, never because of its URL alone.
// Pure and bounded; the bytes are hostile.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/graphql.h"
#include "protocols/json_values.h"

namespace apiarist::protocols {

struct GraphqlCall {
    std::optional<GraphqlKind> kind;  // nothing: not known, as of a persisted query
    std::string name;                 // empty: anonymous, or not known
    std::vector<std::string> fields;
    bool fields_cut = false;
};

struct GraphqlCalls {
    std::vector<GraphqlCall> calls;  // of a batch several; at most 32
    bool cut = false;                // there are more
};

// `told`: the server says that it is GraphQL, so that a name is believed without a document.
// {"query": …, "operationName": …, "extensions": {"persistedQuery": {"sha256Hash": …}}}, or an array of such.
[[nodiscard]] std::optional<GraphqlCalls> read_graphql_json(const JsonText& json, bool told);
// The same as a query of a target, or a form.
[[nodiscard]] std::optional<GraphqlCalls> read_graphql_form(std::string_view form, bool told);
// application/graphql: the document alone.
[[nodiscard]] std::optional<GraphqlCalls> read_graphql_body(std::string_view document);

}  // namespace apiarist::protocols
