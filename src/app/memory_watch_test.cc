// SPDX-License-Identifier: Apache-2.0
#include "app/memory_watch.h"

#include <gmock/gmock.h>

#include <vector>

namespace apiarist::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;

class Memory : public ::testing::Test {
  protected:
    MemoryWatch watch(std::uint64_t soft, std::uint64_t hard) {
        return MemoryWatch(
            {.soft = soft * kMegabyte, .hard = hard * kMegabyte}, [this] { return used_ * kMegabyte; },
            [this](std::uint64_t bytes) { asked_.push_back(bytes / kMegabyte); });
    }
    std::uint64_t used_ = 0;  // MB
    std::vector<std::uint64_t> asked_;
    const MemoryWatch::Clock::time_point now_ = MemoryWatch::Clock::now();
};

TEST_F(Memory, without_limits_it_is_never_asked) {
    EXPECT_FALSE(watch(0, 0).next());
}

TEST_F(Memory, at_a_limit_nothing_happens) {
    auto watched = watch(100, 200);
    used_ = 100;
    EXPECT_FALSE(watched.tick(now_));
    EXPECT_THAT(asked_, IsEmpty());
    EXPECT_EQ(watched.next(), now_ + std::chrono::milliseconds(500));
}

TEST_F(Memory, above_the_soft_limit_what_is_over_is_asked_for) {
    auto watched = watch(100, 200);
    used_ = 130;
    EXPECT_FALSE(watched.tick(now_));
    used_ = 200;
    EXPECT_FALSE(watched.tick(now_));
    EXPECT_THAT(asked_, ElementsAre(30, 100));
}

TEST_F(Memory, above_the_hard_limit_the_run_ends_and_that_is_said_once) {
    auto watched = watch(100, 200);
    used_ = 201;
    const auto why = watched.tick(now_);
    ASSERT_TRUE(why);
    EXPECT_THAT(*why, HasSubstr("201 MB"));
    EXPECT_THAT(*why, HasSubstr("hard limit of 200 MB"));
    EXPECT_FALSE(watched.next());
}

TEST_F(Memory, each_limit_goes_alone) {
    used_ = 500;
    EXPECT_FALSE(watch(100, 0).tick(now_));
    EXPECT_THAT(asked_, ElementsAre(400));
    EXPECT_TRUE(watch(0, 100).tick(now_));
    EXPECT_EQ(asked_.size(), 1U);
}

TEST(MemoryShare, is_what_the_others_leave_but_a_quarter_at_least) {
    EXPECT_EQ(share_for_connections(600 * kMegabyte, 32 * kMegabyte, 64 * kMegabyte), 472 * kMegabyte);
    EXPECT_EQ(share_for_connections(100 * kMegabyte, 32 * kMegabyte, 64 * kMegabyte), 25 * kMegabyte);
    EXPECT_EQ(share_for_connections(0, 1, 1), 0U);
}

TEST(MemoryInUse, is_of_this_process) {
    const std::uint64_t before = anonymous_bytes();
    ASSERT_GT(before, 0U);
    const std::vector<char> more(64 * kMegabyte, 'x');
    EXPECT_GE(anonymous_bytes(), before + 60 * kMegabyte);
    EXPECT_EQ(more.back(), 'x');
}

}  // namespace
}  // namespace apiarist::app
