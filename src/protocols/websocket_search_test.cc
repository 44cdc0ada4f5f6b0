// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_search.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "protocols/websocket_testing.h"

namespace apiarist::protocols::testing {
namespace {

constexpr std::size_t kLimit = 64 << 10;
constexpr WebsocketRules kClient{.masked = true};

// How many calls it takes; 0: it is not found.
std::size_t found_after(WebsocketSearch& search, const std::vector<std::string>& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
        search.begin_call(i + 1);
        search.add(std::as_bytes(std::span(calls[i])));
        if (search.end_call()) return i + 1;
    }
    return 0;
}
std::size_t found_after(const std::vector<std::string>& calls, const WebsocketRules& rules = {}) {
    WebsocketSearch search(rules, kLimit);
    return found_after(search, calls);
}

// In a call with another.
bool frames(const std::string& call, const WebsocketRules& rules = {}) {
    return found_after({call, text_frame("other", rules.masked ? kMask : std::string_view{})}, rules) == 2;
}

TEST(WebsocketSearch, calls_of_whole_frames) {
    EXPECT_TRUE(frames(text_frame("a") + websocket_frame(kFin | 2, "\xff")));
    EXPECT_FALSE(frames(text_frame("abc").substr(0, 4)));
    EXPECT_FALSE(frames(text_frame("a") + "x"));
    EXPECT_FALSE(frames(text_frame("\xff")));
    EXPECT_TRUE(frames(websocket_frame(kFin | 8, "\x03\xe8 bye")));
    EXPECT_FALSE(frames(websocket_frame(kFin | 8, std::string("\0\1", 2))));
    EXPECT_FALSE(frames(websocket_frame(1, "a") + text_frame("b")));     // the first one goes on
    EXPECT_TRUE(frames(websocket_frame(kFin, "a") + text_frame("b")));   // of a message before
    EXPECT_FALSE(frames(text_frame("b") + websocket_frame(kFin, "a")));  // nothing goes on
    EXPECT_FALSE(frames(websocket_frame(1, "a")));                       // likewise, in the call behind
    EXPECT_TRUE(frames(text_frame("masked", kMask), kClient));
}

TEST(WebsocketSearch, frames_without_a_payload_are_no_evidence) {
    EXPECT_FALSE(frames(text_frame("")));
    EXPECT_EQ(found_after({text_frame(""), text_frame(""), websocket_frame(kFin | 9, ""), text_frame("a")}), 0U);
    EXPECT_EQ(found_after({text_frame("a"), text_frame(""), text_frame("b")}), 3U);
    EXPECT_EQ(found_after(std::vector<std::string>(1000, std::string(4096, '\0'))), 0U);
    EXPECT_EQ(found_after(std::vector<std::string>(1000, std::string("\0\1\0", 3))), 0U) << "never a final one";
}

TEST(WebsocketSearch, a_reader_of_headers_and_payloads) {
    for (const std::size_t size : {5U, 20U, 100U, 500U, 20000U}) {
        std::vector<std::string> calls = {std::string(size, 'p')};
        for (int i = 0; i < 8; ++i) {
            const std::string frame = websocket_frame(kFin | 2, std::string(size, 'a'), kMask);
            calls.insert(calls.end(), {frame.substr(0, 2), frame.substr(2, 4), frame.substr(6)});
        }
        const std::size_t found = found_after(calls, kClient);
        EXPECT_NE(found, 0U) << size;
        EXPECT_LE(found, 3 * (size == 5 ? 7U : 5U) + 1) << size;
    }
}

TEST(WebsocketSearch, a_reader_of_single_bytes) {
    std::vector<std::string> calls;
    for (int i = 0; i < 10; ++i)
        for (const char byte : text_frame("seven"))
            calls.emplace_back(1, byte);
    const std::size_t found = found_after(calls);
    EXPECT_EQ(found, 7U * 7U);
}

TEST(WebsocketSearch, calls_of_random_bytes_show_nothing) {
    std::mt19937 random(1);
    WebsocketRules rules{.compression = true};
    for (int round = 0; round < 200; ++round) {
        WebsocketSearch search(rules, kLimit);
        std::vector<std::string> calls(2000);
        for (std::string& call : calls) {
            for (std::size_t left = 1 + random() % 12; left != 0; --left)
                call += static_cast<char>(random());
        }
        EXPECT_EQ(found_after(search, calls), 0U) << round;
        EXPECT_LT(search.memory(), 3 * kLimit);
    }
}

TEST(WebsocketSearch, a_first_frame_that_may_be_the_end_of_a_torn_one_is_passed_over) {
    for (const std::string& first : {websocket_frame(kFin | 2, "a"), websocket_frame(kFin | 9, "a"), text_frame("")}) {
        WebsocketSearch search({}, kLimit);
        const std::string second = text_frame("b");
        ASSERT_EQ(found_after(search, {first, second, text_frame("c")}), first.size() == 2 ? 3U : 2U);
        EXPECT_EQ(search.take().bytes.size(), first.size() == 2 ? 2 * second.size() : second.size());
        EXPECT_EQ(search.take_dropped(), first.size());
    }
}

TEST(WebsocketSearch, frames_behind_what_only_looked_like_one) {
    // A header whose payload would be long, and one that goes on with what is no continuation.
    EXPECT_EQ(found_after(
                  {websocket_frame(kFin | 2, std::string(2000, 'a')).substr(0, 30), text_frame("b"), text_frame("c")}),
              3U);
    EXPECT_EQ(found_after({websocket_frame(2, "a"), text_frame("b"), text_frame("c")}), 3U);
}

TEST(WebsocketSearch, what_is_held_has_a_bound) {
    WebsocketSearch search({}, 1024);
    for (int i = 0; i < 1000; ++i) {
        search.begin_call(1);
        const std::string begun = websocket_frame(kFin | 2, std::string(60000, 'a')).substr(0, 100);
        search.add(std::as_bytes(std::span(begun)));
        ASSERT_FALSE(search.end_call());
        ASSERT_LE(search.memory(), 2 * 1024U + 2 * 1024U + 1024U);
    }
    EXPECT_EQ(found_after(search, {text_frame("a"), text_frame("b")}), 2U);
    EXPECT_EQ(search.take().bytes.size(), 2 * text_frame("a").size());
    EXPECT_EQ(search.take_dropped(), 100'000U);
}

}  // namespace
}  // namespace apiarist::protocols::testing
