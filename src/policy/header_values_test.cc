// SPDX-License-Identifier: Apache-2.0
#include "policy/header_values.h"

#include <gtest/gtest.h>

namespace apiarist::policy {
namespace {

const std::vector<protocols::Header> kHeaders{{"Host", "shop"}, {"X-Team", "Retail"}};

TEST(HeaderValues, none_lets_everything_pass) {
    const HeaderValues values;
    EXPECT_TRUE(values.pass(kHeaders));
    EXPECT_TRUE(values.pass({}));
}

TEST(HeaderValues, one_of_them_is_enough) {
    HeaderValues values;
    values.set({{"x-team", "retail"}, {"x-other", "1"}});
    EXPECT_TRUE(values.pass(kHeaders));
    EXPECT_FALSE(values.pass({{"X-Team", "Logistics"}}));
    EXPECT_FALSE(values.pass({{"X-Team", "Retail2"}}));
    EXPECT_FALSE(values.pass({}));
}

TEST(HeaderValues, they_can_change_and_go) {
    HeaderValues values;
    values.set({{"x-team", "logistics"}});
    EXPECT_FALSE(values.pass(kHeaders));
    values.set({{"host", "shop"}});
    EXPECT_TRUE(values.pass(kHeaders));
    values.set({});
    EXPECT_TRUE(values.pass({}));
}

}  // namespace
}  // namespace apiarist::policy
