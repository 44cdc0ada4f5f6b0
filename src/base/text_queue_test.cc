// SPDX-License-Identifier: Apache-2.0
#include "base/text_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>

namespace apiarist {
namespace {

constexpr std::size_t kChunk = TextQueue::kChunk;

TEST(TextQueue, gives_what_it_got_in_order) {
    TextQueue queue;
    EXPECT_TRUE(queue.empty());
    queue.push("one");
    queue.push("");
    queue.push("three");
    EXPECT_EQ(queue.size(), 3u);
    EXPECT_EQ(queue.bytes(), 8u);
    EXPECT_EQ(queue[2], "three");
    EXPECT_EQ(queue.front(), "one");
    queue.pop();
    EXPECT_EQ(queue.front(), "");
    queue.pop();
    EXPECT_EQ(queue.front(), "three");
    EXPECT_EQ(queue.bytes(), 5u);
    queue.pop();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0u);
}

TEST(TextQueue, keeps_texts_where_they_are) {
    TextQueue queue;
    queue.push("first");
    const std::string_view first = queue.front();
    for (std::size_t i = 0; i < 5; ++i)
        queue.push(std::string(kChunk / 2 + i, 'x'));
    EXPECT_EQ(first.data(), queue.front().data());
    EXPECT_EQ(first, "first");
}

TEST(TextQueue, has_a_chunk_for_each_text_that_is_longer_than_one) {
    TextQueue queue;
    queue.push("a");
    queue.push(std::string(3 * kChunk, 'b'));
    queue.push("c");
    EXPECT_EQ(queue.room(), 5 * kChunk);
    EXPECT_EQ(queue[1], std::string(3 * kChunk, 'b'));
    EXPECT_EQ(queue[2], "c");
    queue.clear();
    EXPECT_EQ(queue.room(), 2 * kChunk) << "long ones are not kept";
}

TEST(TextQueue, fills_its_chunks_again) {
    TextQueue queue;
    const std::string text(kChunk / 4, 'x');
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 40; ++i)
            queue.push(text);
        EXPECT_EQ(queue.room(), 10 * kChunk);
        queue.clear();
        EXPECT_EQ(queue.room(), 10 * kChunk);
    }
}

TEST(TextQueue, has_no_more_room_than_is_needed_when_it_passes_texts_on) {
    TextQueue queue;
    const std::string text(kChunk / 4, 'x');
    for (int i = 0; i < 4; ++i)
        queue.push(text);
    for (int i = 0; i < 1000; ++i) {
        queue.push(text);
        queue.pop();
    }
    EXPECT_LE(queue.room(), 2 * kChunk);
}

TEST(TextQueue, gives_back_what_it_needs_no_more) {
    TextQueue queue;
    for (int i = 0; i < 40; ++i)
        queue.push(std::string(kChunk / 4, 'x'));
    queue.clear();
    queue.push("little");
    queue.clear();
    EXPECT_EQ(queue.room(), kChunk);
}

TEST(TextQueue, says_the_same_as_a_deque_of_strings) {
    std::mt19937 random(7);
    TextQueue queue;
    std::deque<std::string> model;
    for (int i = 0; i < 20'000; ++i) {
        if (model.empty() || random() % 100 < 52) {
            const bool is_long = random() % 500 == 0;
            model.emplace_back(random() % (is_long ? 2 * kChunk : 5000), static_cast<char>('a' + i % 26));
            queue.push(model.back());
        } else if (random() % 2000 == 0) {
            model.clear();
            queue.clear();
        } else {
            ASSERT_EQ(queue.front(), model.front());
            model.pop_front();
            queue.pop();
        }
        ASSERT_EQ(queue.size(), model.size());
        if (!model.empty()) {
            const std::size_t any = random() % model.size();
            ASSERT_EQ(queue[any], model[any]);
        }
    }
    std::size_t bytes = 0;
    for (const std::string& text : model)
        bytes += text.size();
    EXPECT_EQ(queue.bytes(), bytes);
}

}  // namespace
}  // namespace apiarist
