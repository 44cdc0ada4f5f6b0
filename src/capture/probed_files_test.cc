// SPDX-License-Identifier: Apache-2.0
#include "capture/probed_files.h"

#include <gtest/gtest.h>

#include <limits>

namespace apiarist::capture {
namespace {

TEST(MostProbedFiles, leave_descriptors_for_the_rest) {
    EXPECT_EQ(most_probed_files(std::numeric_limits<std::uint64_t>::max()), 512U);
    EXPECT_EQ(most_probed_files(1U << 20), 512U);
    for (const std::uint64_t open_files : {1024U, 2048U, 4096U, 8192U, 12000U, 16384U}) {
        const std::size_t most = most_probed_files(open_files);
        EXPECT_LE(most * 24 + 512, open_files);
        EXPECT_GE(most, (open_files - 512) / 24 - 1 < 512 ? (open_files - 512) / 24 - 1 : 512);
    }
    EXPECT_EQ(most_probed_files(256), 8U) << "none at all would be of no use";
    EXPECT_EQ(most_probed_files(0), 8U);
}

}  // namespace
}  // namespace apiarist::capture
