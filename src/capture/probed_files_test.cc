// SPDX-License-Identifier: Apache-2.0
#include "capture/probed_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>

namespace apiarist::capture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

// A program without probes: when it leaves is what counts.
class FilesOfNamespaces : public ::testing::Test {
  protected:
    FilesOfNamespaces() { files.start(); }

    ProbedFiles::Begun begin(MountNamespace mounts, std::set<MountNamespace> namespaces) {
        return files.begin(elf, {elf.inode(), static_cast<ap_u32>(elf.device()), mounts}, namespaces, "itself");
    }
    [[nodiscard]] FormerFile next_former() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return !former.empty(); });
        FormerFile file = std::move(former.front());
        former.pop_front();
        return file;
    }

    ElfFile elf = std::move(*ElfFile::open("/proc/self/exe"));
    FileKey key{elf.device(), elf.inode()};
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<FormerFile> former;
    ProbedFiles files{64, [this](FormerFile file) {
                          const std::scoped_lock lock(mutex);
                          former.push_back(std::move(file));
                          changed.notify_one();
                      }};
};

TEST_F(FilesOfNamespaces, a_file_leaves_with_the_last_that_has_it) {
    EXPECT_EQ(begin(7, {7}), ProbedFiles::Begun::kNew);
    files.keep(key, {});
    EXPECT_EQ(begin(8, {8}), ProbedFiles::Begun::kKnown);
    EXPECT_THAT(files.namespaces(), ElementsAre(7, 8));
    files.leave({7, 9});
    EXPECT_THAT(files.namespaces(), ElementsAre(8));
    EXPECT_EQ(begin(8, {8}), ProbedFiles::Begun::kKnown) << "it is still there";
    files.leave({8});
    const FormerFile file = next_former();
    EXPECT_EQ(file.key, key);
    EXPECT_FALSE(file.again);
    ASSERT_EQ(file.reported.size(), 2U) << "the kernel program is to report it to both again";
    EXPECT_EQ(file.reported[0].mounts, 7U);
    EXPECT_EQ(file.reported[1].mounts, 8U);
    EXPECT_EQ(begin(9, {9}), ProbedFiles::Begun::kNew);
}

TEST_F(FilesOfNamespaces, what_was_found_ahead_in_our_own_stays) {
    EXPECT_EQ(begin(0, {}), ProbedFiles::Begun::kNew);
    files.keep(key, {});
    EXPECT_EQ(begin(8, {8}), ProbedFiles::Begun::kKnown);
    EXPECT_THAT(files.namespaces(), IsEmpty());
    files.leave({8});
    EXPECT_EQ(begin(8, {8}), ProbedFiles::Begun::kKnown);
}

TEST_F(FilesOfNamespaces, one_that_ends_while_the_file_is_judged_is_not_forgotten) {
    EXPECT_EQ(begin(7, {7}), ProbedFiles::Begun::kNew);
    files.leave({7});
    files.keep(key, {});
    EXPECT_EQ(next_former().key, key);
}

}  // namespace
}  // namespace apiarist::capture
