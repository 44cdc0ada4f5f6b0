// SPDX-License-Identifier: Apache-2.0
#include "capture/node_guard.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "capture/host.h"

namespace apiarist::capture {
namespace {

// Of this test alone: the name of a map has at most 15 letters.
std::string own_name() {
    return fmt::format("guard_{}", ::getpid() % 1000000);
}

TEST(NodeGuard, is_for_one_until_it_ends) {
    if (!can_load_programs()) GTEST_SKIP() << "not permitted to make BPF maps";
    {
        const auto first = NodeGuard::take(own_name());
        ASSERT_TRUE(first) << first.error().what;
        const auto second = NodeGuard::take(own_name());
        ASSERT_FALSE(second);
        EXPECT_THAT(second.error().what, ::testing::HasSubstr(fmt::format("process {}", ::getpid())));
    }
    EXPECT_TRUE(NodeGuard::take(own_name()));
}

TEST(NodeGuard, knows_its_own_kind) {
    if (!can_load_programs()) GTEST_SKIP() << "not permitted to make BPF maps";
    const auto one = NodeGuard::take(own_name());
    EXPECT_TRUE(one);
    EXPECT_TRUE(NodeGuard::take(own_name() + "x"));
}

}  // namespace
}  // namespace apiarist::capture
