// SPDX-License-Identifier: Apache-2.0
#include "capture/uprobes.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace apiarist::capture {
namespace {

TEST(WithoutRepeats, keeps_one_of_a_program_at_a_place) {
    const std::string same_name = "rust_call_enter";  // names are compared, not their addresses
    const std::array<ProbePoint, 5> points{{{"rust_call_enter", 16, false},
                                            {"rust_call_return", 16, true},
                                            {same_name.c_str(), 16, false},
                                            {"rust_call_enter", 32, false},
                                            {"rust_call_return", 16, false}}};
    const auto kept = without_repeats(points);
    ASSERT_EQ(kept.size(), 4U);
    EXPECT_STREQ(kept[1].program, "rust_call_return");
    EXPECT_EQ(kept[2].file_offset, 32U);
    EXPECT_FALSE(kept[3].return_probe);
}

}  // namespace
}  // namespace apiarist::capture
