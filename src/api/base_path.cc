// SPDX-License-Identifier: Apache-2.0
#include "api/base_path.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace apiarist::api {
namespace {

// "GET orders/{}": without the names of parameters, and without slashes at the ends.
std::string key_of(const MethodAndPath& one) {
    std::string out(one.method.substr(0, MissingBasePath::kLength));
    std::string_view path = one.path;
    bool first = true;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (segment.empty()) continue;
        out += first ? ' ' : '/';
        out += segment.find('{') == std::string_view::npos ? segment : "{}";
        first = false;
    }
    return out;
}

using Operations = std::vector<std::size_t>;
using Paths = std::unordered_map<std::string, Operations>;  // by key; each key once

Paths paths_of(const std::vector<MethodAndPath>& all) {
    Paths paths;
    for (const MethodAndPath& one : all) {
        if (paths.size() == MissingBasePath::kPaths) break;
        if (one.path.size() > MissingBasePath::kLength) continue;
        paths[key_of(one)].push_back(one.operation);
    }
    return paths;
}

// For each base path that `key` may have, the key without it.
template <typename Visit>
void each_split(const std::string& key, const Visit& visit) {
    const auto space = key.find(' ');
    if (space == std::string::npos) return;
    std::size_t segments = 0;
    for (auto slash = key.find('/', space); slash != std::string::npos && segments < MissingBasePath::kSegments;
         slash = key.find('/', slash + 1), ++segments) {
        const std::string_view rest = std::string_view(key).substr(slash + 1);
        // Behind it is no word, or it has a parameter: the longer ones neither.
        if (key[slash - 1] == '}' || rest.find_first_not_of("{}/") == std::string_view::npos) return;
        visit(std::string_view(key).substr(space + 1, slash - space - 1), key.substr(0, space + 1).append(rest));
    }
}

struct Found {
    std::string base_path;
    std::size_t operations = 0;
};

// The base path behind which most of `known` are what `longer` has; the operations are those of the first or the
// second.
Found best_base_path(const Paths& longer, const Paths& known, bool longer_is_documented) {
    std::unordered_map<std::string, std::size_t> weights;
    for (const auto& [key, operations] : longer) {
        const std::size_t own = operations.size();
        each_split(key, [&](std::string_view base_path, const std::string& rest) {
            const auto found = known.find(rest);
            if (found == known.end()) return;
            const std::size_t weight = longer_is_documented ? own : found->second.size();
            const auto there = weights.find(std::string(base_path));
            if (there != weights.end())
                there->second += weight;
            else if (weights.size() < MissingBasePath::kBasePaths)
                weights.emplace(base_path, weight);
        });
    }
    const auto best = std::max_element(weights.begin(), weights.end(), [](const auto& a, const auto& b) {
        return std::pair(a.second, b.first) < std::pair(b.second, a.first);
    });
    if (best == weights.end()) return {};
    // An operation has a template for each of its servers.
    std::unordered_set<std::size_t> counted;
    for (const auto& [key, operations] : longer) {
        const Operations& own = operations;
        each_split(key, [&](std::string_view base_path, const std::string& rest) {
            if (base_path != best->first) return;
            const auto found = known.find(rest);
            if (found == known.end()) return;
            const Operations& of = longer_is_documented ? own : found->second;
            counted.insert(of.begin(), of.end());
        });
    }
    return {"/" + best->first, counted.size()};
}

}  // namespace

std::optional<MissingBasePath> missing_base_path(const std::vector<MethodAndPath>& unseen,
                                                 const std::vector<MethodAndPath>& undocumented) {
    const Paths documented = paths_of(unseen);
    const Paths seen = paths_of(undocumented);
    const Found in_what_is_seen = best_base_path(seen, documented, false);
    const Found in_the_document = best_base_path(documented, seen, true);
    const bool is_missing = in_what_is_seen.operations >= in_the_document.operations;
    const Found& best = is_missing ? in_what_is_seen : in_the_document;
    const bool is_only_one = std::all_of(unseen.begin(), unseen.end(),
                                         [&](const auto& one) { return one.operation == unseen.front().operation; });
    if (best.operations == 0 || (best.operations == 1 && !is_only_one)) return std::nullopt;
    MissingBasePath missing;
    (is_missing ? missing.seen : missing.documented) = best.base_path;
    missing.operations = static_cast<std::int64_t>(best.operations);
    return missing;
}

}  // namespace apiarist::api
