// SPDX-License-Identifier: Apache-2.0
#include "inventory/facts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace apiarist::inventory {
std::string_view to_string(Part part) {
    constexpr std::array<std::string_view, 6> kNames{
        "path", "query", "request_headers", "request", "response_headers", "response"};
    return kNames[static_cast<std::size_t>(part)];
}

PartFacts* Facts::part(const PartKey& key) {
    const auto found = parts.find(key);
    if (found != parts.end()) return &found->second;
    if (parts.size() >= FactLimits::kParts) {
        ++parts_left_out;
        return nullptr;
    }
    return &parts[key];
}

void Facts::keep_sample(Sample sample) {
    const auto same = std::count_if(samples.begin(), samples.end(), [&sample](const Sample& other) {
        return other.status == sample.status && other.content_type == sample.content_type;
    });
    if (static_cast<std::size_t>(same) < FactLimits::kSamples) samples.push_back(std::move(sample));
}

bool Facts::has_request() const {
    return std::any_of(hours.begin(), hours.end(), [](const auto& hour) { return is_request(hour.first.seen_at); });
}

void Facts::merge(const Facts& other) {
    seen.merge(other.seen);
    for (const auto& [key, counts] : other.hours) {
        HourCounts& mine = hours[key];
        mine.calls += counts.calls;
        mine.latency.merge(counts.latency);
    }
    marks.merge(other.marks);
    for (const auto& [key, facts] : other.parts) {
        PartFacts* mine = part(key);
        if (mine == nullptr) continue;
        mine->schema.merge(facts.schema);
        mine->seen.merge(facts.seen);
    }
    for (const Sample& sample : other.samples)
        keep_sample(sample);
    evidence.merge(other.evidence);
    parts_left_out += other.parts_left_out;
}

}  // namespace apiarist::inventory
