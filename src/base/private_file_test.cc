// SPDX-License-Identifier: Apache-2.0
#include "base/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace apiarist {
namespace {

class PrivateFile : public ::testing::Test {
  protected:
    PrivateFile() : folder_(::testing::TempDir() + "apiarist_private_XXXXXX") {
        if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    }
    ~PrivateFile() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string path() const { return folder_ + "/file"; }
    [[nodiscard]] unsigned mode() const {
        struct stat info {};
        return ::stat(path().c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
    }

  private:
    std::string folder_;
};

TEST_F(PrivateFile, a_new_one_is_for_its_owner_only) {
    ASSERT_TRUE(create_private_file(path()));
    EXPECT_EQ(mode(), 0600U);
}

TEST_F(PrivateFile, one_that_was_there_becomes_so_and_is_emptied) {
    std::ofstream(path()) << "old";
    ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
    ASSERT_TRUE(create_private_file(path()));
    EXPECT_EQ(mode(), 0600U);
    EXPECT_EQ(std::filesystem::file_size(path()), 0U);
}

TEST_F(PrivateFile, what_is_no_regular_file_keeps_its_mode) {
    struct stat before {};
    ASSERT_EQ(::stat("/dev/null", &before), 0);
    ASSERT_TRUE(create_private_file("/dev/null"));
    struct stat after {};
    ASSERT_EQ(::stat("/dev/null", &after), 0);
    EXPECT_EQ(before.st_mode, after.st_mode);
}

TEST_F(PrivateFile, an_error_names_the_path) {
    const auto file = create_private_file(path() + "/none");
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().what.find(path() + "/none"), std::string::npos);
}

}  // namespace
}  // namespace apiarist
