// SPDX-License-Identifier: Apache-2.0
#include "capture/probed_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/sysmacros.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <limits>
#include <mutex>
#include <string>

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

ap_u32 kernel_device(std::uint64_t device) {
    return static_cast<ap_u32>(major(device) << 20 | minor(device));
}

TEST(ShownFile, is_told_by_its_device_too_but_where_there_are_several) {
    ShownFile shown{.keys = {{5, 3}}};
    EXPECT_TRUE(shown.is(5, 3));
    EXPECT_FALSE(shown.is(6, 3));
    shown.any_device = true;
    EXPECT_TRUE(shown.is(6, 3));
    EXPECT_FALSE(shown.is(6, 4));
}

// A program without probes: when it leaves is what counts.
class FilesOfNamespaces : public ::testing::Test {
  protected:
    FilesOfNamespaces() { files.start(); }

    ProbedFiles::Begun begin(MountNamespace mounts, HeldNamespaces namespaces) {
        return files.begin(elf, {elf.inode(), kernel_device(elf.device()), mounts}, namespaces, "itself");
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
    EXPECT_EQ(begin(7, {{7, 50}}), ProbedFiles::Begun::kNew);
    files.keep(key, {});
    EXPECT_EQ(begin(8, {{8, 50}}), ProbedFiles::Begun::kKnown);
    EXPECT_THAT(files.namespaces(), ElementsAre(HeldNamespace{7, 50}, HeldNamespace{8, 50}));
    files.leave({{7, 50}, {9, 50}});
    EXPECT_THAT(files.namespaces(), ElementsAre(HeldNamespace{8, 50}));
    EXPECT_EQ(begin(8, {{8, 50}}), ProbedFiles::Begun::kKnown) << "it is still there";
    files.leave({{8, 50}});
    const FormerFile file = next_former();
    EXPECT_EQ(file.key, key);
    EXPECT_FALSE(file.again);
    ASSERT_EQ(file.reported.size(), 2U) << "the kernel program is to report it to both again";
    EXPECT_EQ(file.reported[0].mounts, 7U);
    EXPECT_EQ(file.reported[1].mounts, 8U);
    EXPECT_EQ(begin(9, {{9, 50}}), ProbedFiles::Begun::kNew);
}

TEST_F(FilesOfNamespaces, what_was_found_ahead_in_our_own_stays) {
    EXPECT_EQ(begin(0, {}), ProbedFiles::Begun::kNew);
    files.keep(key, {});
    EXPECT_EQ(begin(8, {{8, 50}}), ProbedFiles::Begun::kKnown);
    EXPECT_THAT(files.namespaces(), IsEmpty());
    files.leave({{8, 50}});
    EXPECT_EQ(begin(8, {{8, 50}}), ProbedFiles::Begun::kKnown);
}

TEST_F(FilesOfNamespaces, the_next_with_the_same_number_is_another) {
    EXPECT_EQ(begin(7, {{7, 50}}), ProbedFiles::Begun::kNew);
    files.keep(key, {});
    EXPECT_EQ(begin(7, {{7, 60}}), ProbedFiles::Begun::kKnown);
    EXPECT_THAT(files.namespaces(), ElementsAre(HeldNamespace{7, 60})) << "whoever came until 60 is in it";
    files.leave({{7, 50}});
    EXPECT_EQ(begin(7, {{7, 60}}), ProbedFiles::Begun::kKnown);
    files.leave({{7, 60}});
    EXPECT_EQ(next_former().key, key);
}

TEST_F(FilesOfNamespaces, what_a_process_took_elsewhere_stays) {
    EXPECT_EQ(begin(7, {{7, 50}}), ProbedFiles::Begun::kNew);
    files.keep(key, {});
    const auto leaving = files.only_in({{7, 50}, {8, 50}});
    ASSERT_EQ(leaving.size(), 1U);
    EXPECT_TRUE(leaving.at(key).is(elf.device(), elf.inode()));
    EXPECT_FALSE(leaving.at(key).is(elf.device(), elf.inode() + 1));
    EXPECT_THAT(files.only_in({{8, 50}}), IsEmpty());
    files.add(key, {8, 60});
    files.leave({{7, 50}});
    EXPECT_THAT(files.namespaces(), ElementsAre(HeldNamespace{8, 60}));
}

TEST(ProbedFilesThatChange, one_that_changes_while_its_last_namespace_is_over_is_not_judged_again) {
    const std::string path = ::testing::TempDir() + "changing-" + std::to_string(::getpid());
    std::filesystem::copy_file("/proc/self/exe", path, std::filesystem::copy_options::overwrite_existing);
    const ElfFile elf = std::move(*ElfFile::open(path));
    const FileKey key{elf.device(), elf.inode()};
    std::promise<FormerFile> former;
    ProbedFiles files{64, [&former](FormerFile file) { former.set_value(std::move(file)); }};
    ASSERT_EQ(files.begin(elf, {elf.inode(), kernel_device(elf.device()), 7}, {{7, 50}}, "changing"),
              ProbedFiles::Begun::kNew);
    files.keep(key, {});
    std::ofstream(path, std::ios::app) << "more";
    files.leave({{7, 50}});
    files.start();  // now it sees both
    EXPECT_FALSE(former.get_future().get().again);
    std::filesystem::remove(path);
}

TEST_F(FilesOfNamespaces, one_that_ends_while_the_file_is_judged_is_not_forgotten) {
    EXPECT_EQ(begin(7, {{7, 50}}), ProbedFiles::Begun::kNew);
    files.leave({{7, 50}});
    files.keep(key, {});
    EXPECT_EQ(next_former().key, key);
}

}  // namespace
}  // namespace apiarist::capture
