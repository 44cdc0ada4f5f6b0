// SPDX-License-Identifier: Apache-2.0
#include "inventory/latency_sketch.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <iterator>

namespace apiarist::inventory {
namespace {

constexpr unsigned kBits = 4;  // 16 buckets to a doubling
constexpr std::uint64_t kMost = (std::uint64_t{1} << 40) - 1;

std::uint16_t bucket_of(std::uint64_t value) {
    value = std::min(value, kMost);
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= kBits) return static_cast<std::uint16_t>(value);
    const unsigned shift = width - kBits - 1;
    return static_cast<std::uint16_t>(((shift + 1) << kBits) + ((value >> shift) - (1u << kBits)));
}

std::uint64_t upper_end(std::uint16_t bucket) {
    const unsigned group = bucket >> kBits;
    if (group == 0) return bucket;
    const unsigned shift = group - 1;
    const std::uint64_t least = ((std::uint64_t{1} << kBits) + (bucket & ((1u << kBits) - 1))) << shift;
    return least + (std::uint64_t{1} << shift) - 1;
}

template <typename Number>
bool read(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void LatencySketch::add(std::uint64_t microseconds, std::uint64_t times) {
    const std::uint16_t bucket = bucket_of(microseconds);
    const auto at = std::lower_bound(buckets_.begin(), buckets_.end(), std::pair{bucket, std::uint64_t{0}});
    if (at != buckets_.end() && at->first == bucket)
        at->second += times;
    else if (times > 0)
        buckets_.insert(at, {bucket, times});
}

void LatencySketch::merge(const LatencySketch& other) {
    for (const auto& [bucket, times] : other.buckets_)
        add(upper_end(bucket), times);
}

void LatencySketch::take_away(const LatencySketch& other) {
    for (const auto& [bucket, times] : other.buckets_) {
        const auto at = std::lower_bound(buckets_.begin(), buckets_.end(), std::pair{bucket, std::uint64_t{0}});
        if (at == buckets_.end() || at->first != bucket) continue;
        at->second -= std::min(at->second, times);
        if (at->second == 0) buckets_.erase(at);
    }
}

std::uint64_t LatencySketch::count() const {
    std::uint64_t sum = 0;
    for (const auto& [bucket, times] : buckets_)
        sum += times;
    return sum;
}

std::optional<std::uint64_t> LatencySketch::quantile(double q) const {
    const std::uint64_t all = count();
    if (all == 0) return std::nullopt;
    const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(all))));
    std::uint64_t seen = 0;
    for (const auto& [bucket, times] : buckets_) {
        seen += times;
        if (seen >= rank) return upper_end(bucket);
    }
    return upper_end(buckets_.back().first);
}

std::string LatencySketch::encode() const {
    std::string out;
    for (const auto& [bucket, times] : buckets_)
        fmt::format_to(std::back_inserter(out), "{}{}:{}", out.empty() ? "" : " ", bucket, times);
    return out;
}

std::optional<LatencySketch> LatencySketch::decode(std::string_view text) {
    LatencySketch sketch;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(' '));
        const auto colon = one.find(':');
        std::uint16_t bucket = 0;
        std::uint64_t times = 0;
        if (colon == std::string_view::npos || !read(one.substr(0, colon), bucket) ||
            !read(one.substr(colon + 1), times))
            return std::nullopt;
        if (bucket > bucket_of(kMost)) return std::nullopt;
        sketch.add(upper_end(bucket), times);
        text.remove_prefix(std::min(one.size() + 1, text.size()));
    }
    return sketch;
}

}  // namespace apiarist::inventory
