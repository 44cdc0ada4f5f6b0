// SPDX-License-Identifier: Apache-2.0
#pragma once
// How callers authenticate (auth_types() of message_facts.h) as security schemes of OpenAPI 3.1. What one caller showed
// together and what different callers showed are not told apart: each is an alternative. Pure.

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json_writer.h"

namespace apiarist::inventory {

// Names are those of components.securitySchemes: "cookie-sid".
struct SecurityScheme {
    std::string name;
    std::string type;    // "http", "apiKey", "mutualTLS"
    std::string scheme;  // of http: "bearer"
    std::string format;  // of bearer: "JWT"
    std::string place;   // of apiKey: "header", "query", "cookie"
    std::string key;     // of apiKey: the name of the field
    bool operator<(const SecurityScheme& other) const { return name < other.name; }
};

// `queries`: names of query parameters, which tell where a key is. Nothing: "none".
[[nodiscard]] std::optional<SecurityScheme> scheme_of(std::string_view auth, const std::set<std::string>& queries);

// The value of components.securitySchemes.
void write_schemes(JsonWriter& json, const std::set<SecurityScheme>& schemes);
// The value of an operation's `security`. `open`: some callers showed nothing.
void write_security(JsonWriter& json, const std::set<SecurityScheme>& schemes, bool open);

}  // namespace apiarist::inventory
