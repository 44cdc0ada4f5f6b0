// SPDX-License-Identifier: Apache-2.0
#include "app/records_file.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace apiarist::app {
namespace {

class RecordsFileTest : public testing::Test {
  protected:
    std::vector<std::string> lines(const std::string& content) {
        const std::string path = testing::TempDir() + "apiarist_records_file";
        std::ofstream(path, std::ios::binary) << content;
        auto file = RecordsFile::open(path);
        std::filesystem::remove(path);
        if (!file) {
            ADD_FAILURE() << file.error().what;
            return {};
        }
        std::vector<std::string> found;
        for (auto line = file->next(never_.get()); line && *line; line = file->next(never_.get()))
            found.emplace_back(**line);
        EXPECT_FALSE(file->stopped());
        return found;
    }
    Fd never_{::eventfd(0, EFD_CLOEXEC)};
};

TEST_F(RecordsFileTest, gives_lines_that_are_not_empty) {
    using Lines = std::vector<std::string>;
    EXPECT_EQ(lines(""), Lines());
    EXPECT_EQ(lines("\n\n"), Lines());
    EXPECT_EQ(lines("a"), Lines{"a"});
    EXPECT_EQ(lines("a\n\nb\nc"), (Lines{"a", "b", "c"}));
    EXPECT_EQ(lines(std::string("a\0b\n", 4)), Lines{std::string("a\0b", 3)});
    const std::string longer(3'000'000, 'x');
    EXPECT_EQ(lines(longer + "\n" + longer + "y\nz\n"), (Lines{longer, longer + "y", "z"}));
}

TEST_F(RecordsFileTest, ends_when_it_is_told_to_though_its_input_is_open) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const Fd writer(ends[1]);
    auto file = RecordsFile::open("/proc/self/fd/" + std::to_string(ends[0]));
    ::close(ends[0]);
    ASSERT_TRUE(file) << file.error().what;
    ASSERT_EQ(::write(writer.get(), "a\nb", 3), 3);
    const Fd stop(::eventfd(0, EFD_CLOEXEC));
    EXPECT_EQ(**file->next(stop.get()), "a");
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(stop.get(), &one, sizeof one), 8);
    EXPECT_EQ(*file->next(stop.get()), std::nullopt);
    EXPECT_TRUE(file->stopped());
}

TEST_F(RecordsFileTest, says_that_none_came_in_time_and_goes_on) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    Fd writer(ends[1]);
    auto file = RecordsFile::open("/proc/self/fd/" + std::to_string(ends[0]));
    ::close(ends[0]);
    ASSERT_TRUE(file) << file.error().what;
    ASSERT_EQ(::write(writer.get(), "a\nb", 3), 3);
    const auto past = RecordsFile::Clock::now();
    EXPECT_EQ(**file->next(never_.get(), past), "a") << "it is there";
    EXPECT_EQ(*file->next(never_.get(), past), std::nullopt);
    EXPECT_FALSE(file->is_over());
    ASSERT_EQ(::write(writer.get(), "c\n", 2), 2);
    EXPECT_EQ(**file->next(never_.get(), past), "bc");
    writer = Fd();
    EXPECT_EQ(*file->next(never_.get()), std::nullopt);
    EXPECT_TRUE(file->is_over());
}

TEST_F(RecordsFileTest, what_cannot_be_read_is_an_error) {
    EXPECT_FALSE(RecordsFile::open("/no/such/file"));
    const auto folder = RecordsFile::open("/");
    ASSERT_FALSE(folder);
    EXPECT_NE(folder.error().what.find("irectory"), std::string::npos);
}

}  // namespace
}  // namespace apiarist::app
