// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counts of latencies by size, from which percentiles are read. Buckets are those of HdrHistogram with 16 to each
// doubling, so a percentile is at most 1/16 too high and never too low; sketches add up and are taken away exactly. (No
// C or C++ library of one is in Debian 12.) Microseconds, from 0 to 2^40, above which all are one.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace apiarist::inventory {

class LatencySketch {
  public:
    void add(std::uint64_t microseconds, std::uint64_t times = 1);
    void merge(const LatencySketch& other);
    // What `other` added before. What would be below zero is zero.
    void take_away(const LatencySketch& other);

    [[nodiscard]] std::uint64_t count() const;
    // 0 ≤ q ≤ 1; the upper end of the bucket in which it is. Nothing: nothing was added.
    [[nodiscard]] std::optional<std::uint64_t> quantile(double q) const;

    [[nodiscard]] std::string encode() const;
    static std::optional<LatencySketch> decode(std::string_view text);
    bool operator==(const LatencySketch&) const = default;

  private:
    std::vector<std::pair<std::uint16_t, std::uint64_t>> buckets_;  // sorted; none is empty
};

}  // namespace apiarist::inventory
