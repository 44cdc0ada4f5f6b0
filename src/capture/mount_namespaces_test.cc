// SPDX-License-Identifier: Apache-2.0
#include "capture/mount_namespaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace apiarist::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MountNamespaces, our_own_is_in_use) {
    const auto in_use = mount_namespaces_in_use();
    ASSERT_TRUE(in_use);
    EXPECT_TRUE(in_use->contains(own_mount_namespace()));
    EXPECT_EQ(mount_namespace_of(static_cast<std::uint32_t>(::getpid())), own_mount_namespace());
    EXPECT_NE(own_mount_namespace(), 0U);
    EXPECT_EQ(mount_namespace_of(0), 0U);
}

TEST(MountNamespaces, one_is_over_when_it_was_missed_twice) {
    NamespaceWatch watch;
    EXPECT_THAT(watch.over({1, 2, 3}, {1, 2, 3}), IsEmpty());
    EXPECT_THAT(watch.over({1, 2, 3}, {1, 3}), IsEmpty());
    EXPECT_THAT(watch.over({1, 2, 3}, {1}), ElementsAre(2));
    EXPECT_THAT(watch.over({1, 3}, {1, 3}), IsEmpty()) << "3 was only overlooked";
    EXPECT_THAT(watch.over({1, 3}, {1}), IsEmpty());
    EXPECT_THAT(watch.over({1, 3}, {1}), ElementsAre(3));
}

}  // namespace
}  // namespace apiarist::capture
