// SPDX-License-Identifier: Apache-2.0
#include "app/record_options.h"

#include <gtest/gtest.h>

namespace apiarist::app {
namespace {

TEST(TagsJson, names_and_values) {
    EXPECT_EQ(tags_json(""), "");
    EXPECT_EQ(tags_json("team=retail"), R"({"team":"retail"})");
    EXPECT_EQ(tags_json(" team = retail ; env=prod;"), R"({"env":"prod","team":"retail"})");
    EXPECT_EQ(tags_json(R"(a="x=y")"), R"({"a":"\"x=y\""})");
    EXPECT_EQ(tags_json("a=1;a=2"), R"({"a":"2"})");
    EXPECT_EQ(tags_json("empty="), R"({"empty":""})");
}

TEST(TagsJson, parts_without_a_name_are_left_out) {
    EXPECT_EQ(tags_json("retail"), "");
    EXPECT_EQ(tags_json("=x;;team=retail;;"), R"({"team":"retail"})");
}

}  // namespace
}  // namespace apiarist::app
