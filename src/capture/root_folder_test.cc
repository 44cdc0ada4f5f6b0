// SPDX-License-Identifier: Apache-2.0
#include "capture/root_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;

TEST(RootFolder, links_do_not_lead_outside) {
    std::string path = fs::temp_directory_path() / "apiarist-root-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    const fs::path outside = path;
    const fs::path inside = outside / "root";
    fs::create_directories(inside / "etc");
    std::ofstream(outside / "secret") << "x";
    std::ofstream(inside / "etc/name") << "x";
    fs::create_symlink("../../secret", inside / "etc/up");
    fs::create_symlink(outside / "secret", inside / "etc/absolute");
    fs::create_symlink("/etc/name", inside / "own");
    fs::create_symlink("/proc/self/root", inside / "magic");
    const auto root = RootFolder::open(inside);
    ASSERT_TRUE(root);
    EXPECT_FALSE(root->place("etc/up"));
    EXPECT_FALSE(root->place("etc/absolute"));
    EXPECT_FALSE(root->place("../secret"));
    EXPECT_TRUE(root->names("magic/etc", 10).empty());
    EXPECT_EQ(root->names("etc", 10).size(), 5U);
    EXPECT_EQ(root->names("etc", 2).size(), 2U);
    const auto own = root->place("own");
    ASSERT_TRUE(own) << own.error().what;
    struct stat seen {};
    struct stat wanted {};
    ASSERT_EQ(::fstat(own->get(), &seen), 0);
    ASSERT_EQ(::stat((inside / "etc/name").c_str(), &wanted), 0);
    EXPECT_EQ(seen.st_ino, wanted.st_ino);
    fs::remove_all(outside);
}

}  // namespace
}  // namespace apiarist::capture
