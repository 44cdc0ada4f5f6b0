// SPDX-License-Identifier: Apache-2.0
#include "base/recent.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace apiarist {
namespace {

using namespace std::chrono_literals;

TEST(Recent, is_made_anew_when_it_is_too_old) {
    std::chrono::steady_clock::time_point now{};
    int made = 0;
    Recent<int> recent([&made] { return ++made; }, 2s, [&now] { return now; });
    EXPECT_EQ(recent.get(), 1);
    now += 1999ms;
    EXPECT_EQ(recent.get(), 1);
    now += 1ms;
    EXPECT_EQ(recent.get(), 2);
    EXPECT_EQ(recent.get(), 2);
}

TEST(Recent, is_made_by_one_at_a_time) {
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    Recent<int> recent(
        [&] {
            most = std::max(most.load(), ++inside);
            std::this_thread::yield();
            --inside;
            return 1;
        },
        0s, [] { return std::chrono::steady_clock::time_point{}; });
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&recent] {
            for (int n = 0; n < 100; ++n)
                (void)recent.get();
        });
    threads.clear();
    EXPECT_EQ(most.load(), 1);
}

}  // namespace
}  // namespace apiarist
