// SPDX-License-Identifier: Apache-2.0
#include "capture/mount_namespaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace apiarist::capture {

static void PrintTo(const HeldNamespace& one, std::ostream* out) {
    *out << one.number << " seen " << one.seen;
}

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MountNamespaces, our_own_has_processes) {
    const MountNamespace own = own_mount_namespace();
    EXPECT_NE(own, 0U);
    EXPECT_EQ(mount_namespace_of(static_cast<std::uint32_t>(::getpid())), own);
    EXPECT_EQ(mount_namespace_of(0), 0U);
    const auto oldest = oldest_processes({{own, boot_ticks()}, {1, 0}});
    ASSERT_TRUE(oldest);
    ASSERT_THAT(*oldest, ElementsAre(::testing::Key(own)));
    EXPECT_LE(oldest->at(own), boot_ticks());
    EXPECT_GT(oldest->at(own), 0U);
}

TEST(MountNamespaces, of_what_was_held_longest_the_oldest_process_is_looked_for) {
    const MountNamespace own = own_mount_namespace();
    const auto any = oldest_processes({{own, boot_ticks()}});
    const auto oldest = oldest_processes({{own, 0}, {own, boot_ticks()}});
    ASSERT_TRUE(any && oldest);
    EXPECT_LE(oldest->at(own), any->at(own));
}

TEST(MountNamespaces, one_is_over_when_it_was_missed_twice) {
    NamespaceWatch watch;
    const HeldNamespaces all{{1, 50}, {2, 50}, {3, 50}};
    EXPECT_THAT(watch.over(all, {{1, 10}, {2, 10}, {3, 50}}), IsEmpty());
    EXPECT_THAT(watch.over(all, {{1, 10}, {3, 10}}), IsEmpty());
    EXPECT_THAT(watch.over(all, {{1, 10}}), ElementsAre(HeldNamespace{2, 50}));
    EXPECT_THAT(watch.over({{1, 50}, {3, 50}}, {{1, 10}, {3, 10}}), IsEmpty()) << "3 was only overlooked";
    EXPECT_THAT(watch.over({{1, 50}, {3, 50}}, {{1, 10}}), IsEmpty());
    watch.reset();
    EXPECT_THAT(watch.over({{1, 50}, {3, 50}}, {{1, 10}}), IsEmpty());
    EXPECT_THAT(watch.over({{1, 50}, {3, 50}}, {{1, 10}}), ElementsAre(HeldNamespace{3, 50}));
}

TEST(MountNamespaces, one_whose_processes_all_came_later_has_only_the_number) {
    NamespaceWatch watch;
    const HeldNamespaces both{{1, 50}, {1, 70}};
    EXPECT_THAT(watch.over(both, {{1, 60}}), IsEmpty());
    EXPECT_THAT(watch.over(both, {{1, 60}}), ElementsAre(HeldNamespace{1, 50}));
}

}  // namespace
}  // namespace apiarist::capture
