// SPDX-License-Identifier: Apache-2.0
#include "api/base_path.h"

#include <map>
#include <set>
#include <unordered_map>

namespace apiarist::api {
namespace {

constexpr std::size_t kSegments = 32;  // of a path: what is deeper is not looked at

// Without the names of its parameters, and without slashes at its ends: "orders/{}".
std::string plain(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (segment.empty()) continue;
        out += out.empty() ? "" : "/";
        out += segment.find('{') == std::string_view::npos ? segment : "{}";
    }
    return out;
}

bool has_word(std::string_view plain_path) {
    return plain_path.find_first_not_of("{}/") != std::string_view::npos;
}

using Known = std::unordered_map<std::string, std::vector<std::size_t>>;  // method and plain path → operations

std::string key_of(std::string_view method, std::string_view plain_path) {
    return std::string(method).append(" ").append(plain_path);
}

struct Found {
    std::string prefix;
    std::size_t operations = 0;
};

// The prefix behind which most operations are found; `operation_of`: whether they are those of `longer` or of `known`.
Found best_prefix(const std::vector<MethodAndPath>& longer, const Known& known, bool longer_is_documented) {
    std::map<std::string, std::set<std::size_t>> operations;
    for (const MethodAndPath& one : longer) {
        const std::string path = plain(one.path);
        std::size_t segments = 0;
        for (auto slash = path.find('/'); slash != std::string::npos && segments < kSegments;
             slash = path.find('/', slash + 1), ++segments) {
            if (path[slash - 1] == '}') break;
            const std::string_view rest = std::string_view(path).substr(slash + 1);
            if (!has_word(rest)) break;
            const auto found = known.find(key_of(one.method, rest));
            if (found == known.end()) continue;
            auto& of = operations["/" + path.substr(0, slash)];
            if (longer_is_documented)
                of.insert(one.operation);
            else
                of.insert(found->second.begin(), found->second.end());
        }
    }
    Found best;
    for (const auto& [prefix, of] : operations)
        if (of.size() > best.operations) best = {prefix, of.size()};
    return best;
}

Known known_of(const std::vector<MethodAndPath>& all) {
    Known known;
    for (const MethodAndPath& one : all)
        known[key_of(one.method, plain(one.path))].push_back(one.operation);
    return known;
}

}  // namespace

std::optional<MissingBasePath> missing_base_path(const std::vector<MethodAndPath>& unseen,
                                                 const std::vector<MethodAndPath>& undocumented) {
    std::set<std::size_t> all;
    for (const MethodAndPath& one : unseen)
        all.insert(one.operation);
    const Found seen = best_prefix(undocumented, known_of(unseen), false);
    const Found documented = best_prefix(unseen, known_of(undocumented), true);
    const Found& best = seen.operations >= documented.operations ? seen : documented;
    if (best.operations == 0 || (best.operations == 1 && all.size() > 1)) return std::nullopt;
    MissingBasePath missing;
    (&best == &seen ? missing.seen : missing.documented) = best.prefix;
    missing.operations = static_cast<std::int64_t>(best.operations);
    return missing;
}

}  // namespace apiarist::api
