// SPDX-License-Identifier: Apache-2.0
#include "inventory/facts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::string_view kOthers = "(others)";

std::size_t marks_of_kind(const std::map<MarkKey, Seen>& marks, const std::string& kind) {
    const auto first = marks.lower_bound(MarkKey{kind, {}});
    std::size_t count = 0;
    for (auto at = first; at != marks.end() && at->first.kind == kind; ++at)
        ++count;
    return count;
}

Seen& mark_of(std::map<MarkKey, Seen>& marks, MarkKey key) {
    const auto found = marks.find(key);
    if (found != marks.end()) return found->second;
    if (marks_of_kind(marks, key.kind) >= FactLimits::kMarks) key.value = kOthers;
    return marks[std::move(key)];
}

}  // namespace

std::string_view to_string(Part part) {
    constexpr std::array<std::string_view, 6> kNames{
        "path", "query", "request_headers", "request", "response_headers", "response"};
    return kNames[static_cast<std::size_t>(part)];
}

void Seen::add(std::int64_t time, std::uint64_t times) {
    merge({times, time, time});
}

void Seen::merge(const Seen& other) {
    if (other.count == 0) return;
    first = count == 0 ? other.first : std::min(first, other.first);
    last = count == 0 ? other.last : std::max(last, other.last);
    count += other.count;
}

void Facts::mark(std::string_view kind, std::string_view value, std::int64_t time) {
    mark_of(marks, {std::string(kind), clean_text(value.substr(0, FactLimits::kMarkSize))}).add(time);
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

void Facts::merge(const Facts& other) {
    requests.merge(other.requests);
    for (const auto& [key, counts] : other.hours) {
        HourCounts& mine = hours[key];
        mine.requests += counts.requests;
        mine.latency.merge(counts.latency);
    }
    for (const auto& [key, seen] : other.marks)
        mark_of(marks, key).merge(seen);
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
