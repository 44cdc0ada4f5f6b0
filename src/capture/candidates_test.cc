// SPDX-License-Identifier: Apache-2.0
#include "capture/candidates.h"

#include <gtest/gtest.h>

#include <string>

namespace apiarist::capture {
namespace {

// "12fr": process 12, its files and its root; else a file's path.
std::string shown(const std::optional<Candidate>& candidate) {
    if (!candidate) return "none";
    if (const auto* file = std::get_if<FileCandidate>(&*candidate)) return file->path;
    const auto& process = std::get<ProcessCandidate>(*candidate);
    return std::to_string(process.pid) + (process.files ? "f" : "") + (process.root ? "r" : "");
}

TEST(Candidates, nothing_comes_when_it_is_late) {
    Candidates candidates(4);
    EXPECT_EQ(shown(candidates.pop(std::chrono::steady_clock::now())), "none");
    EXPECT_FALSE(candidates.closed());
    candidates.close();
    EXPECT_TRUE(candidates.closed());
}

TEST(Candidates, no_process_is_dropped_however_many_there_are) {
    Candidates candidates(4);
    constexpr std::uint32_t kProcesses = 20000;
    for (std::uint32_t pid = 1; pid <= kProcesses; ++pid)
        candidates.add({.pid = pid, .files = true});
    for (std::uint32_t pid = 1; pid <= kProcesses; ++pid)
        ASSERT_EQ(shown(candidates.try_pop()), std::to_string(pid) + "f");
    EXPECT_EQ(shown(candidates.try_pop()), "none");
}

TEST(Candidates, what_is_wanted_of_a_process_is_joined) {
    Candidates candidates(4);
    candidates.add({.pid = 7, .root = true});
    candidates.add({.pid = 8, .files = true});
    candidates.add({.pid = 7, .files = true});
    candidates.add({.pid = 7, .files = true});
    EXPECT_EQ(shown(candidates.pop()), "7fr");
    EXPECT_EQ(shown(candidates.pop()), "8f");
    EXPECT_EQ(shown(candidates.try_pop()), "none");
    candidates.add({.pid = 7, .root = true});
    EXPECT_EQ(shown(candidates.pop()), "7r");
}

TEST(Candidates, of_files_no_more_wait_than_there_is_room_for) {
    Candidates candidates(2);
    EXPECT_EQ(candidates.add({.path = "/a"}), Candidates::Added::kYes);
    EXPECT_EQ(candidates.add({.path = "/b"}), Candidates::Added::kYes);
    EXPECT_EQ(candidates.add({.path = "/c"}), Candidates::Added::kFull);
    EXPECT_EQ(shown(candidates.pop()), "/a");
    EXPECT_EQ(candidates.add({.path = "/d"}), Candidates::Added::kYes);
    EXPECT_EQ(shown(candidates.pop()), "/b");
    EXPECT_EQ(shown(candidates.pop()), "/d");
}

TEST(Candidates, neither_kind_waits_for_all_of_the_other) {
    Candidates candidates(4);
    for (const char* path : {"/a", "/b"})
        EXPECT_EQ(candidates.add({.path = path}), Candidates::Added::kYes);
    for (const std::uint32_t pid : {1U, 2U, 3U})
        candidates.add({.pid = pid, .root = true});
    for (const char* expected : {"1r", "/a", "2r", "/b", "3r"})
        EXPECT_EQ(shown(candidates.pop()), expected);
}

TEST(Candidates, closed_they_are_handed_out_and_none_is_taken_in) {
    Candidates candidates(4);
    candidates.add({.pid = 1, .files = true});
    candidates.close();
    candidates.add({.pid = 2, .files = true});
    EXPECT_EQ(candidates.add({.path = "/a"}), Candidates::Added::kClosed);
    EXPECT_EQ(shown(candidates.pop()), "1f");
    EXPECT_EQ(shown(candidates.pop()), "none");
}

}  // namespace
}  // namespace apiarist::capture
