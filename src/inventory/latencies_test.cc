// SPDX-License-Identifier: Apache-2.0
#include "inventory/latencies.h"

#include <gtest/gtest.h>

namespace apiarist::inventory {
namespace {

TEST(LatenciesTest, those_of_the_server_are_told_whichever_came_first) {
    Latencies latencies;
    EXPECT_EQ(latencies.told().quantile(0.5), std::nullopt);
    latencies.add(40'000, SeenAt::kClient);
    EXPECT_GE(latencies.told().quantile(0.5).value(), 40'000U) << "nobody else has measured";
    latencies.add(300, SeenAt::kServerToo);
    latencies.add(300, SeenAt::kServer);
    latencies.add(41'000, SeenAt::kClientToo);
    EXPECT_LT(latencies.told().quantile(1).value(), 400U);
    EXPECT_GE(latencies.told().quantile(0).value(), 300U);
}

TEST(LatenciesTest, they_add_up_and_are_taken_away) {
    Latencies one;
    one.add(300, SeenAt::kServer);
    Latencies other;
    other.add(40'000, SeenAt::kClient);
    Latencies both = one;
    both.merge(other);
    both.take_away(one);
    EXPECT_EQ(both, other);
    LatencySketch sketch;
    sketch.add(300);
    both = {};
    both.merge(sketch, SeenAt::kServerToo);
    EXPECT_EQ(both, one);
}

TEST(LatenciesTest, as_text_and_back) {
    for (const bool served : {false, true}) {
        for (const bool called : {false, true}) {
            Latencies latencies;
            if (served) latencies.add(300, SeenAt::kServer);
            if (called) latencies.add(40'000, SeenAt::kClient);
            const auto back = Latencies::decode(latencies.encode());
            ASSERT_TRUE(back) << latencies.encode();
            EXPECT_EQ(*back, latencies);
        }
    }
    LatencySketch sketch;
    sketch.add(300);
    Latencies served;
    served.add(300, SeenAt::kServer);
    EXPECT_EQ(Latencies::decode(sketch.encode()).value(), served) << "a store of before";
    EXPECT_FALSE(Latencies::decode("x|"));
    EXPECT_FALSE(Latencies::decode("|x"));
    EXPECT_FALSE(Latencies::decode("||"));
}

}  // namespace
}  // namespace apiarist::inventory
