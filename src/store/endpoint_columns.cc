// SPDX-License-Identifier: Apache-2.0
#include "store/endpoint_columns.h"

#include <initializer_list>
#include <set>
#include <string_view>

namespace apiarist::store {
namespace {

using inventory::Marks;

std::string joined(const std::set<std::string>& values) {
    std::string out;
    for (const std::string& value : values)
        out += (out.empty() ? "" : ",") + value;
    return out;
}

// Out of marks ("response_sensitive", "email body /customer/email").
std::string types_of(const Marks& marks, std::initializer_list<std::string_view> kinds) {
    std::set<std::string> types;
    for (const std::string_view kind : kinds)
        for (const auto& [place, seen] : marks.of(kind))
            types.insert(place.substr(0, place.find(' ')));
    return joined(types);
}

std::string values_of(const Marks& marks, std::string_view kind) {
    std::set<std::string> values;
    for (const auto& [value, seen] : marks.of(kind))
        values.insert(value);
    return joined(values);
}

std::string most_open(const Marks& marks) {
    for (const std::string_view access : {"public", "partner", "third_party", "private"})
        if (marks.find("access", access) != nullptr) return std::string(access);
    return {};
}

}  // namespace

MarkColumns columns_of(const Marks& marks) {
    return {values_of(marks, "auth"), most_open(marks), types_of(marks, {"request_sensitive", "response_sensitive"}),
            types_of(marks, {"response_sensitive"}), types_of(marks, {"exposed"})};
}

}  // namespace apiarist::store
