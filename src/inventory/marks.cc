// SPDX-License-Identifier: Apache-2.0
#include "inventory/marks.h"

#include <algorithm>
#include <utility>

#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::string_view kOthers = "(others)";

// clean_text() would leave it as it is.
bool is_clean(std::string_view value) {
    return value.size() <= Marks::kLongest &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

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
    auto kept = kinds_.find(kind);
    if (kept == kinds_.end()) kept = kinds_.emplace(std::string(kind), Values()).first;
    Values& values = kept->second;
    const auto is_known = [&values, &seen](std::string_view text) {
        const auto known = values.find(text);
        if (known == values.end()) return false;
        known->second.merge(seen);
        return true;
    };
    if (is_known(value)) return;
    std::string cleaned;
    if (!is_clean(value)) {
        cleaned = clean_text(value.substr(0, kLongest));
        if (is_known(cleaned)) return;
        value = cleaned;
    }
    if (values.size() >= kMost) {
        if (is_known(kOthers)) return;
        value = kOthers;
    }
    values.emplace(std::string(value), seen);
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
