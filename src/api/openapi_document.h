// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an OpenAPI document (2.0, 3.0, 3.1; JSON, of which YAML is made first) says that an API has, and which endpoints
// of an inventory are of it. Documents are hostile: what they have is bounded. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace apiarist::api {

struct Operation {
    std::string method;                  // in capitals
    std::string path;                    // as it is in the document
    std::vector<std::string> templates;  // with the base path of each server: "/api/orders/{id}"
    bool deprecated = false;
};

struct OpenApiDocument {
    static constexpr std::size_t kOperations = 20'000;
    static constexpr std::size_t kServers = 16;  // of an operation

    std::string title;
    std::vector<Operation> operations;

    // The JSON of a document that somebody sent as JSON or as YAML.
    static Result<std::string> json(std::string_view document);
    // An error: no such document, in words that repeat nothing of it.
    static Result<OpenApiDocument> parse(std::string_view json);
};

// How well a template of the inventory ("/orders/{}/items") is one of a document ("/orders/{order}/items"): 0 not at
// all; the more of its segments are the same words the higher. A parameter of the document covers words too.
[[nodiscard]] std::size_t likeness(std::string_view documented, std::string_view seen);

}  // namespace apiarist::api
