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
    for (std::size_t i = 0; i < 50; ++i)
        queue.push(std::string(kChunk / 10 + i, 'x'));
    EXPECT_EQ(first.data(), queue.front().data());
    EXPECT_EQ(first, "first");
}

TEST(TextQueue, a_long_text_has_memory_of_its_own) {
    TextQueue queue;
    queue.push("a");
    queue.push(std::string(3 * kChunk, 'b'));
    queue.push("c");
    EXPECT_EQ(queue.room(), 4 * kChunk);
    EXPECT_EQ(queue[1], std::string(3 * kChunk, 'b'));
    EXPECT_EQ(queue[2], "c");
    queue.pop();
    queue.pop();
    EXPECT_EQ(queue.room(), kChunk) << "which is given back";
    EXPECT_EQ(queue.front(), "c");
}

TEST(TextQueue, has_hardly_more_room_than_its_texts_need) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, TextQueue::kShort, TextQueue::kShort + 1,
                                   kChunk / 2 + 1, kChunk, kChunk + 1}) {
        TextQueue queue;
        while (queue.bytes() < 20 * kChunk) {
            queue.push(std::string(size, 'x'));
            queue.push("y");
        }
        EXPECT_LE(queue.room(), queue.bytes() + queue.bytes() / 8 + kChunk) << size;
    }
}

TEST(TextQueue, has_no_more_room_than_is_needed_when_it_passes_texts_on) {
    TextQueue queue;
    const std::string text(kChunk / 10, 'x');
    for (int i = 0; i < 4; ++i)
        queue.push(text);
    for (int i = 0; i < 1000; ++i) {
        queue.push(text);
        queue.pop();
    }
    EXPECT_LE(queue.room(), 3 * kChunk);
}

TEST(TextQueue, gives_back_what_it_needs_no_more) {
    TextQueue queue;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 400; ++i)
            queue.push(std::string(kChunk / 10, 'x'));
        EXPECT_EQ(queue.room(), 40 * kChunk);
        queue.clear();
        EXPECT_EQ(queue.room(), 40 * kChunk) << "for the next ones";
    }
    queue.push("little");
    queue.give_back();
    EXPECT_EQ(queue.room(), kChunk);
    queue.pop();
    queue.give_back();
    EXPECT_EQ(queue.room(), 0u);
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
