// SPDX-License-Identifier: Apache-2.0
#include "inventory/latency_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace apiarist::inventory {
namespace {

TEST(LatencySketch, percentiles_are_near_the_exact_ones) {
    std::mt19937_64 random(3);
    std::lognormal_distribution<double> latencies(8, 2);
    std::vector<std::uint64_t> all;
    LatencySketch sketch;
    for (int i = 0; i < 20000; ++i) {
        all.push_back(static_cast<std::uint64_t>(latencies(random)));
        sketch.add(all.back());
    }
    std::sort(all.begin(), all.end());
    for (const double q : {0.0, 0.01, 0.5, 0.95, 0.99, 1.0}) {
        const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(q * 20000)));
        const std::uint64_t exact = all[rank - 1];
        EXPECT_GE(*sketch.quantile(q), exact) << q;
        EXPECT_LE(static_cast<double>(*sketch.quantile(q)), static_cast<double>(exact) * (1 + 1.0 / 16) + 1) << q;
    }
}

TEST(LatencySketch, small_ones_are_exact_and_huge_ones_are_kept) {
    LatencySketch sketch;
    EXPECT_EQ(sketch.quantile(0.5), std::nullopt);
    for (std::uint64_t i = 0; i <= 31; ++i) {
        LatencySketch one;
        one.add(i);
        EXPECT_EQ(one.quantile(0.5), i);
    }
    sketch.add(~std::uint64_t{0});
    EXPECT_EQ(sketch.quantile(1), (std::uint64_t{1} << 40) - 1);
}

TEST(LatencySketch, adds_up_and_is_taken_away_exactly) {
    LatencySketch a;
    LatencySketch b;
    for (std::uint64_t i = 1; i < 100000; i = i * 3 / 2 + 1) {
        a.add(i, i);
        b.add(i * 2);
    }
    LatencySketch both = a;
    both.merge(b);
    LatencySketch other = b;
    other.merge(a);
    EXPECT_EQ(both, other);
    EXPECT_EQ(both.count(), a.count() + b.count());
    both.take_away(b);
    EXPECT_EQ(both, a);
    both.take_away(other);
    EXPECT_EQ(both.count(), 0u);
}

TEST(LatencySketch, comes_back_from_its_text) {
    LatencySketch sketch;
    for (std::uint64_t i = 1; i < 1u << 30; i *= 3)
        sketch.add(i, i);
    EXPECT_EQ(LatencySketch::decode(sketch.encode()), sketch);
    EXPECT_EQ(LatencySketch::decode(""), LatencySketch());
    for (const char* text : {"x", "1", "1:", "1:2:3", "9999:1", "-1:1", ":"})
        EXPECT_EQ(LatencySketch::decode(text), std::nullopt) << text;
}

}  // namespace
}  // namespace apiarist::inventory
