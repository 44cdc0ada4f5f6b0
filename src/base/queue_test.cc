// SPDX-License-Identifier: Apache-2.0
#include "base/queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace apiarist {
namespace {

TEST(BoundedQueue, full_is_an_answer) {
    BoundedQueue<int> queue(2);
    EXPECT_TRUE(queue.push(1));
    EXPECT_TRUE(queue.push(2));
    EXPECT_FALSE(queue.push(3));
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_TRUE(queue.push(4));
    EXPECT_EQ(queue.pop(), 2);
    EXPECT_EQ(queue.pop(), 4);
    EXPECT_EQ(queue.size(), 0U);
}

TEST(BoundedQueue, closed_takes_nothing_and_gives_what_it_has) {
    BoundedQueue<int> queue(4);
    EXPECT_TRUE(queue.push(1));
    queue.close();
    EXPECT_FALSE(queue.push(2));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_EQ(queue.pop(), std::nullopt);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, holds_what_can_only_be_moved) {
    BoundedQueue<std::unique_ptr<int>> queue(1);
    EXPECT_TRUE(queue.push(std::make_unique<int>(5)));
    EXPECT_EQ(**queue.pop(), 5);
}

TEST(BoundedQueue, gives_what_it_has_without_a_wait) {
    BoundedQueue<int> queue(2);
    EXPECT_EQ(queue.try_pop(), std::nullopt);
    EXPECT_TRUE(queue.push(1));
    EXPECT_EQ(queue.try_pop(), 1);
    EXPECT_EQ(queue.try_pop(), std::nullopt);
}

TEST(BoundedQueue, a_close_ends_the_wait) {
    BoundedQueue<int> queue(1);
    std::optional<int> got = 1;
    std::thread consumer([&] { got = queue.pop(); });
    queue.close();
    consumer.join();
    EXPECT_EQ(got, std::nullopt);
}

TEST(BoundedQueue, two_threads_lose_and_double_nothing) {
    constexpr int kCount = 20000;
    BoundedQueue<int> queue(64);
    std::vector<int> got;
    std::thread consumer([&] {
        while (const auto value = queue.pop())
            got.push_back(*value);
    });
    int refused = 0;
    std::vector<int> taken;
    for (int i = 0; i < kCount; ++i) {
        if (queue.push(i)) {
            taken.push_back(i);
        } else {
            ++refused;
        }
    }
    queue.close();
    consumer.join();
    EXPECT_EQ(got, taken);
    EXPECT_EQ(got.size() + static_cast<std::size_t>(refused), static_cast<std::size_t>(kCount));
}

}  // namespace
}  // namespace apiarist
