// SPDX-License-Identifier: Apache-2.0
#include "store/endpoint_columns.h"

#include <set>

namespace apiarist::store {

using inventory::Facts;

std::string values_of(const Facts& facts, std::string_view kind) {
    std::string out;
    for (const auto& [value, seen] : facts.marks.of(kind))
        out += (out.empty() ? "" : ",") + value;
    return out;
}

// Out of marks ("response_sensitive", "email body /customer/email").
std::string sensitive_of(const Facts& facts) {
    std::set<std::string> types;
    for (const std::string_view kind : {"request_sensitive", "response_sensitive"})
        for (const auto& [place, seen] : facts.marks.of(kind))
            types.insert(place.substr(0, place.find(' ')));
    std::string out;
    for (const std::string& type : types)
        out += (out.empty() ? "" : ",") + type;
    return out;
}

std::string_view access_of(const Facts& facts) {
    for (const std::string_view access : {"public", "partner", "third_party", "private"})
        if (facts.marks.find("access", access) != nullptr) return access;
    return {};
}

}  // namespace apiarist::store
