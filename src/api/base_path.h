// SPDX-License-Identifier: Apache-2.0
#pragma once
// An OpenAPI document whose `servers` do not say behind which path the API is (OpenAPI 3.1 §4.8.5) has all of it as
// never seen, and all that is seen as undocumented. Here that is found out. Pure; what is looked at is bounded.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::api {

struct MethodAndPath {
    std::string_view method;
    std::string_view path;      // "/orders/{order}"; whatever a parameter is called
    std::size_t operation = 0;  // of documented ones: templates of one operation have one number
};

struct MissingBasePath {
    // Looked at: so many of each kind, of this length at most.
    static constexpr std::size_t kPaths = 50'000;
    static constexpr std::size_t kLength = 512;
    static constexpr std::size_t kSegments = 8;      // of a base path, at most
    static constexpr std::size_t kBasePaths = 1000;  // that are compared

    std::string seen;        // "/api": what is seen has it in front of what is documented; or empty
    std::string documented;  // "/v2": what is documented has it in front of what is seen; or empty
    std::int64_t operations = 0;
    bool operator==(const MissingBasePath&) const = default;
};

// Of operations that were never seen, and endpoints that are none of the document's. Nothing: no base path explains
// more than one of them, or the only one. A base path has no parameters, and what is behind it has a word at least.
[[nodiscard]] std::optional<MissingBasePath> missing_base_path(const std::vector<MethodAndPath>& unseen,
                                                               const std::vector<MethodAndPath>& undocumented);

}  // namespace apiarist::api
