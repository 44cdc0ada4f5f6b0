// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace apiarist {
namespace {

TEST(ToLower, ascii_alone) {
    EXPECT_EQ(to_lower("Content-Type Z[`a\xc3\x84"), "content-type z[`a\xc3\x84");
}

TEST(Trimmed, at_both_ends_and_nowhere_else) {
    EXPECT_EQ(trimmed(" \t a b \t", " \t"), "a b");
    EXPECT_EQ(trimmed("\ta ", " "), "\ta");
    EXPECT_EQ(trimmed("   ", " "), "");
    EXPECT_EQ(trimmed("", " "), "");
}

TEST(AsciiKinds, end_where_the_letters_end) {
    for (const char c : {'@', '[', '`', '{', '/', ':', '\xe4'})
        EXPECT_FALSE(is_ascii_alphanumeric(c)) << c;
    for (const char c : {'A', 'Z', 'a', 'z', '0', '9'})
        EXPECT_TRUE(is_ascii_alphanumeric(c)) << c;
    EXPECT_TRUE(is_ascii_upper('Z') && is_ascii_lower('a') && is_ascii_letter('Z') && !is_ascii_letter('0'));
}

}  // namespace
}  // namespace apiarist
