// SPDX-License-Identifier: Apache-2.0
#include "app/governor.h"

#include <gtest/gtest.h>

namespace apiarist::app {
namespace {

using Verdict = Governor::Verdict;

TEST(Governor, without_a_limit_nothing_is_shed) {
    Governor governor({});
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(governor.step(1000), Verdict::kKeep);
    EXPECT_EQ(governor.shed_share(), 0u);
}

TEST(Governor, sheds_more_the_longer_it_is_above_the_limit_up_to_all) {
    Governor governor({.limit = 0.5, .patience = 10});
    unsigned last = 0;
    while (governor.shed_share() < Governor::kAll) {
        ASSERT_EQ(governor.step(0.6), Verdict::kChanged);
        ASSERT_GT(governor.shed_share(), last);
        last = governor.shed_share();
    }
    EXPECT_EQ(governor.step(0.6), Verdict::kKeep);
    EXPECT_EQ(governor.shed_share(), Governor::kAll);
}

TEST(Governor, sheds_less_below_the_limit_until_nothing) {
    Governor governor({.limit = 0.5, .patience = 10});
    (void)governor.step(0.6);
    (void)governor.step(0.6);
    const unsigned highest = governor.shed_share();
    ASSERT_GT(highest, 0u);
    EXPECT_EQ(governor.step(0.1), Verdict::kChanged);
    EXPECT_LT(governor.shed_share(), highest);
    for (int i = 0; i < 100; ++i)
        (void)governor.step(0.1);
    EXPECT_EQ(governor.shed_share(), 0u);
    EXPECT_EQ(governor.step(0.1), Verdict::kKeep);
}

TEST(Governor, nothing_changes_just_below_the_limit) {
    Governor governor({.limit = 0.5, .patience = 10});
    (void)governor.step(0.6);
    const unsigned share = governor.shed_share();
    EXPECT_EQ(governor.step(0.49), Verdict::kKeep);
    EXPECT_EQ(governor.shed_share(), share);
}

TEST(Governor, gives_up_when_shedding_everything_does_not_help) {
    Governor governor({.limit = 0.5, .patience = 3});
    while (governor.shed_share() < Governor::kAll)
        (void)governor.step(0.9);
    EXPECT_EQ(governor.step(0.9), Verdict::kKeep);
    EXPECT_EQ(governor.step(0.9), Verdict::kKeep);
    EXPECT_EQ(governor.step(0.9), Verdict::kDetach);
}

TEST(Governor, one_period_below_the_limit_restores_its_patience) {
    Governor governor({.limit = 0.5, .patience = 2});
    while (governor.shed_share() < Governor::kAll)
        (void)governor.step(0.9);
    EXPECT_EQ(governor.step(0.9), Verdict::kKeep);
    EXPECT_EQ(governor.step(0.45), Verdict::kKeep);
    EXPECT_EQ(governor.step(0.9), Verdict::kKeep);
    EXPECT_EQ(governor.step(0.9), Verdict::kDetach);
}

}  // namespace
}  // namespace apiarist::app
