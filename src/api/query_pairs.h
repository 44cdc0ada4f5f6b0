// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands behind the question mark of a captured target, name by name, as it came: nothing is decoded. Pure.

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace apiarist::api {

// Views of `query`, which is without the question mark. A field without "=" has no value.
[[nodiscard]] inline std::vector<std::pair<std::string_view, std::string_view>> query_pairs(std::string_view query) {
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        pairs.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    }
    return pairs;
}

}  // namespace apiarist::api
