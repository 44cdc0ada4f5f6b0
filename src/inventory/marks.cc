// SPDX-License-Identifier: Apache-2.0
#include "inventory/marks.h"

#include <algorithm>
#include <utility>

#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::string_view kOthers = "(others)";

}  // namespace

void Seen::add(std::int64_t time, std::uint64_t times) {
    merge({times, time, time});
}

void Seen::merge(const Seen& other) {
    if (other.count == 0) return;
    first = count == 0 ? other.first : std::min(first, other.first);
    last = count == 0 ? other.last : std::max(last, other.last);
    count += other.count;
}

void Marks::add(std::string_view kind, std::string_view value, const Seen& seen) {
    auto values = kinds_.find(kind);
    if (values == kinds_.end()) values = kinds_.emplace(std::string(kind), Values()).first;
    const auto known = values->second.find(value);
    if (known != values->second.end()) return known->second.merge(seen);
    std::string key = clean_text(value.substr(0, kLongest));
    if (values->second.size() >= kMost && !values->second.contains(key)) key = kOthers;
    values->second[std::move(key)].merge(seen);
}

void Marks::merge(const Marks& other) {
    for (const auto& [kind, values] : other.kinds_)
        for (const auto& [value, seen] : values)
            add(kind, value, seen);
}

const Seen* Marks::find(std::string_view kind, std::string_view value) const {
    const Values& values = of(kind);
    const auto found = values.find(value);
    return found == values.end() ? nullptr : &found->second;
}

const Marks::Values& Marks::of(std::string_view kind) const {
    static const Values kNone;
    const auto found = kinds_.find(kind);
    return found == kinds_.end() ? kNone : found->second;
}

}  // namespace apiarist::inventory
