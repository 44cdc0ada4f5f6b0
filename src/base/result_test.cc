// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

#include "base/handles.h"

namespace apiarist {
namespace {

Result<int> half(int n) {
    if (n % 2 != 0) return Error{std::errc::invalid_argument, "odd"};
    return n / 2;
}

Status both_even(int a, int b) {
    APIARIST_TRY(half(a));
    APIARIST_TRY(half(b));
    return Done{};
}

TEST(Result, holds_a_value_or_an_error) {
    const auto good = half(4);
    ASSERT_TRUE(good);
    EXPECT_EQ(*good, 2);
    const auto bad = half(3);
    ASSERT_FALSE(bad);
    EXPECT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error().code, std::errc::invalid_argument);
    EXPECT_EQ(bad.error().what, "odd");
}

TEST(Result, a_value_can_be_moved_out) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
    const std::unique_ptr<int> taken = std::move(result).value();
    EXPECT_EQ(*taken, 7);
}

TEST(Result, try_returns_the_first_error) {
    EXPECT_TRUE(both_even(2, 4));
    EXPECT_FALSE(both_even(1, 4));
    EXPECT_FALSE(both_even(4, 1));
}

TEST(Result, value_of_an_error_aborts) {
    EXPECT_DEATH((void)half(1).value(), "");
}

TEST(Error, from_errno_says_what_was_being_done) {
    const Error error = Error::from_errno(ENOENT, "open x");
    EXPECT_EQ(error.code, std::errc::no_such_file_or_directory);
    EXPECT_EQ(error.what, "open x: No such file or directory");
}

TEST(Error, context_goes_before) {
    EXPECT_EQ((Error{std::errc::io_error, "short read"}.context("replay x").what), "replay x: short read");
}

bool is_open(int fd) {
    const Fd copy(::dup(fd));
    return static_cast<bool>(copy);
}

TEST(Fd, closes_once_and_moves) {
    Fd first(::dup(0));
    const int number = first.get();
    ASSERT_TRUE(first);
    Fd second(std::move(first));
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): what it is left with is the point
    EXPECT_EQ(second.get(), number);
    EXPECT_TRUE(is_open(number));
    second.reset();
    EXPECT_FALSE(second);
    EXPECT_FALSE(is_open(number));
}

}  // namespace
}  // namespace apiarist
