// SPDX-License-Identifier: Apache-2.0
#include "capture/proc.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/handles.h"

namespace apiarist::capture {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// A child that forked a child; both live until this object goes.
class Family {
  public:
    Family() {
        int stay[2];
        int tell[2];
        if (::pipe(stay) != 0 || ::pipe(tell) != 0) std::abort();
        Fd stay_read(stay[0]);
        stay_ = Fd(stay[1]);
        const Fd tell_read(tell[0]);
        Fd tell_write(tell[1]);
        child_ = ::fork();
        if (child_ == 0) {
            const pid_t grandchild = ::fork();
            stay_.reset();
            if (grandchild > 0) (void)!::write(tell_write.get(), &grandchild, sizeof(grandchild));
            char byte = 0;
            (void)!::read(stay_read.get(), &byte, 1);  // returns when the test closes its end
            if (grandchild > 0) ::waitpid(grandchild, nullptr, 0);
            ::_exit(0);
        }
        tell_write.reset();
        if (::read(tell_read.get(), &grandchild_, sizeof(grandchild_)) != static_cast<ssize_t>(sizeof(grandchild_)))
            std::abort();
    }
    ~Family() { end(); }
    Family(const Family&) = delete;
    Family& operator=(const Family&) = delete;

    void end() {
        stay_.reset();
        if (child_ > 0) ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }
    [[nodiscard]] std::uint32_t child() const { return static_cast<std::uint32_t>(child_); }
    [[nodiscard]] std::uint32_t grandchild() const { return static_cast<std::uint32_t>(grandchild_); }

  private:
    Fd stay_;
    pid_t child_ = -1;
    pid_t grandchild_ = -1;
};

std::uint32_t self() {
    return static_cast<std::uint32_t>(::getpid());
}

TEST(WithDescendants, has_children_of_children) {
    const Family family;
    EXPECT_THAT(with_descendants(family.child()), UnorderedElementsAre(family.child(), family.grandchild()));
    const auto mine = with_descendants(self());
    EXPECT_EQ(mine.front(), self());
    EXPECT_THAT(mine, Contains(family.grandchild()));
    EXPECT_THAT(with_descendants(family.grandchild()), Not(Contains(family.child())));
}

TEST(ProcessExists, until_it_is_waited_for) {
    Family family;
    const std::uint32_t child = family.child();
    EXPECT_TRUE(process_exists(child));
    family.end();
    EXPECT_FALSE(process_exists(child));
    EXPECT_EQ(process_name(child), "");
}

TEST(ProcessName, is_the_main_threads) {
    EXPECT_EQ(process_name(self()), "capture_test");
}

TEST(MappedFiles, of_this_process_have_its_own_code) {
    const std::string own = std::string("/proc/") + std::to_string(self()) + "/exe";
    char path[4096] = {};
    ASSERT_GT(::readlink(own.c_str(), path, sizeof(path) - 1), 0);
    const auto files = mapped_files(self());
    const auto mine =
        std::find_if(files.begin(), files.end(), [&](const MappedFile& file) { return file.path == path; });
    ASSERT_NE(mine, files.end());
    EXPECT_NE(mine->inode, 0U);
    EXPECT_THAT(mine->open_path, ::testing::StartsWith("/proc/" + std::to_string(self()) + "/map_files/"));
}

// As programs that are not position-independent lie.
TEST(MappedFiles, at_low_addresses_can_be_opened) {
    const Fd fd(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(fd);
    void* const low = reinterpret_cast<void*>(std::uintptr_t{0x400000});
    const auto size = static_cast<std::size_t>(::getpagesize());
    ASSERT_EQ(::mmap(low, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd.get(), 0), low);
    for (const MappedFile& file : mapped_files(self()))
        EXPECT_EQ(::access(file.open_path.c_str(), F_OK), 0) << file.open_path;
    ::munmap(low, size);
}

TEST(MappedFiles, are_named_without_the_padding_of_low_addresses) {
    EXPECT_EQ(map_files_name("00400000-0071b000"), "400000-71b000");
    EXPECT_EQ(map_files_name("7f0012345000-7f0012346000"), "7f0012345000-7f0012346000");
    EXPECT_EQ(map_files_name("00000000-00001000"), "0-1000");
    EXPECT_EQ(map_files_name("-"), "-");
}

TEST(MappedFiles, of_nobody_are_none) {
    EXPECT_TRUE(mapped_files(0).empty());
}

}  // namespace
}  // namespace apiarist::capture
