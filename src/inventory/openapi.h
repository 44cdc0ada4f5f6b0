// SPDX-License-Identifier: Apache-2.0
#pragma once
// A collection as an OpenAPI 3.1 document. Pure: the same endpoints give the same text, in whatever order they come.
// Parameters of a path are named by the word before them: "/users/{userId}". Operations that share a method and path
// (GraphQL, JSON-RPC, SOAP) cannot be told apart there: they are one, with their names in `x-apiarist-operations`;
// methods that OpenAPI does not know are named in `x-apiarist-methods` of their path. How callers authenticate is in
// `security`, each way as an alternative.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/facts.h"

namespace apiarist::inventory {

struct DocumentedEndpoint {
    std::string method;
    std::string template_text;
    std::string operation;
    std::uint64_t requests = 0;
    std::map<std::uint16_t, std::uint64_t> statuses;  // how often each was seen; 0: no response
    std::map<PartKey, PartFacts> parts;
    std::vector<std::string> auth{};  // how callers authenticate; "none" may be one of them
};

struct DocumentedCollection {
    std::string name;  // its host
    bool tls = false;
    std::vector<DocumentedEndpoint> endpoints;
};

[[nodiscard]] std::string openapi_document(const DocumentedCollection& collection);

// A template with names: "/users/{}/orders/{}.pdf" → "/users/{userId}/orders/{orderId}.pdf", and the names by the
// depth of their segment (the first is 0).
struct NamedPath {
    std::string text;
    std::map<std::size_t, std::string> names;
};
[[nodiscard]] NamedPath named_path(std::string_view template_text);

}  // namespace apiarist::inventory
