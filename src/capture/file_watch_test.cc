// SPDX-License-Identifier: Apache-2.0
#include "capture/file_watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>

namespace apiarist::capture {
namespace {

class FileWatchTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string path = ::testing::TempDir() + "watched-XXXXXX";
        file_ = Fd(::mkostemp(path.data(), O_CLOEXEC));
        ASSERT_TRUE(file_);
        path_ = path;
        file_ = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    }
    void TearDown() override { ::unlink(path_.c_str()); }

    [[nodiscard]] Fd writer(int more = 0) const { return Fd(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | more)); }

    std::string path_;
    Fd file_;
};

TEST_F(FileWatchTest, a_change_is_told_of_once) {
    const auto watch = FileWatch::make();
    ASSERT_TRUE(watch);
    const auto number = watch->add(file_.get());
    ASSERT_TRUE(number);
    ASSERT_EQ(::write(writer().get(), "ab", 2), 2);
    const auto changes = watch->wait();
    ASSERT_TRUE(changes);
    EXPECT_EQ(changes->watches, std::vector<int>{*number});
}

TEST_F(FileWatchTest, no_lease_before_somebody_waits_for_writers) {
    const auto watch = FileWatch::make();
    EXPECT_FALSE(watch->lease(file_.get()).fd);
    EXPECT_TRUE(writer(O_NONBLOCK));
}

TEST_F(FileWatchTest, a_writer_waits_until_the_lease_ends) {
    std::promise<void> held;
    std::promise<bool> told;
    std::thread waiter([&] {  // a thread of its own, because SIGIO stays blocked in it
        auto watch = FileWatch::make();
        watch->begin();
        const auto lease = watch->lease(file_.get());
        EXPECT_TRUE(lease.fd);
        EXPECT_FALSE(FileWatch::is_waited_for(lease.fd));
        held.set_value();
        const auto changes = watch->wait();
        told.set_value(changes && changes->writers && FileWatch::is_waited_for(lease.fd));
    });
    held.get_future().wait();
    const Fd refused = writer(O_NONBLOCK);
    EXPECT_EQ(errno, EWOULDBLOCK);
    EXPECT_FALSE(refused);
    EXPECT_TRUE(writer());  // comes back when the lease is given up
    EXPECT_TRUE(told.get_future().get());
    waiter.join();
}

TEST_F(FileWatchTest, a_file_that_is_being_written_gets_no_lease) {
    std::thread([&] {
        auto watch = FileWatch::make();
        watch->begin();
        Fd open = writer();
        EXPECT_TRUE(watch->lease(file_.get()).written);
        open = Fd();
        EXPECT_TRUE(watch->lease(file_.get()).fd);
    }).join();
}

}  // namespace
}  // namespace apiarist::capture
