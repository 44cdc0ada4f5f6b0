// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "store/database.h"

namespace apiarist::store {
namespace {

class SqliteDatabaseTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "apiarist-store-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        options_.location = directory_ + "/inventory.db";
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    // Asked by a child: a process does not meet its own locks.
    [[nodiscard]] bool is_locked() const {
        const pid_t child = ::fork();
        if (child == 0) {
            const int fd = ::open(options_.location.c_str(), O_RDWR);
            struct flock lock {};
            lock.l_type = F_WRLCK;
            lock.l_whence = SEEK_SET;
            const bool asked = fd >= 0 && ::fcntl(fd, F_GETLK, &lock) == 0;
            ::_exit(asked ? (lock.l_type == F_UNLCK ? 1 : 2) : 3);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) != 3);
        return WEXITSTATUS(status) == 2;
    }

    DatabaseOptions options_;
    std::string directory_;
};

// A process that closes any descriptor of a file loses its locks of it (fcntl(2)). Without them another process that
// ends takes itself for the last user, and removes the log in which this one's transactions are.
TEST_F(SqliteDatabaseTest, further_connections_leave_the_locks_of_the_first) {
    auto first = open_database(options_);
    ASSERT_TRUE(first) << first.error().what;
    ASSERT_TRUE((*first)->script("CREATE TABLE a (x BIGINT)"));
    ASSERT_TRUE(is_locked());
    for (const bool read_only : {false, true}) {
        DatabaseOptions more = options_;
        more.read_only = read_only;
        ASSERT_TRUE(open_database(more));
        EXPECT_TRUE(is_locked()) << read_only;
    }
}

TEST_F(SqliteDatabaseTest, a_new_file_is_for_its_owner_alone) {
    ASSERT_TRUE(open_database(options_));
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(options_.location).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(SqliteDatabaseTest, a_file_that_cannot_be_made_is_an_error) {
    options_.location = directory_ + "/missing/inventory.db";
    EXPECT_FALSE(open_database(options_));
}

}  // namespace
}  // namespace apiarist::store
