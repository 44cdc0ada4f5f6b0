// SPDX-License-Identifier: Apache-2.0
#include "sinks/ndjson_sink.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace apiarist::sinks {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Ndjson : public ::testing::Test {
  protected:
    Ndjson() : folder_(::testing::TempDir() + "apiarist_ndjson_XXXXXX") {
        if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    }
    ~Ndjson() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string path() const { return folder_ + "/records"; }

    [[nodiscard]] std::string content() const {
        std::ifstream file(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

  private:
    std::string folder_;
};

policy::CleanTransaction request_of(const std::string& target) {
    policy::CleanTransaction clean;
    clean.transaction.request.method = "GET";
    clean.transaction.request.target = target;
    return clean;
}

TEST_F(Ndjson, a_line_for_each_record) {
    const auto sink = NdjsonSink::make(path(), {.instance_id = "i"});
    ASSERT_TRUE(sink) << sink.error().what;
    (*sink)->write(request_of("/a"));
    (*sink)->write(request_of("/b\n"));
    (*sink)->flush();
    const std::string text = content();
    EXPECT_EQ(std::ranges::count(text, '\n'), 2);
    EXPECT_TRUE(text.starts_with(R"({"path":"/a",)"));
    EXPECT_THAT(text, HasSubstr("}\n{\"path\":\"/b\\n\","));
    EXPECT_TRUE((*sink)->finish());
}

TEST_F(Ndjson, finish_writes_what_is_buffered) {
    const auto sink = NdjsonSink::make(path(), {.instance_id = "i"});
    ASSERT_TRUE(sink);
    (*sink)->write(request_of("/a"));
    EXPECT_TRUE((*sink)->finish());
    EXPECT_FALSE(content().empty());
    EXPECT_EQ((*sink)->counts().delivered, 1U);
}

TEST_F(Ndjson, is_for_its_owner_only) {
    ASSERT_TRUE(NdjsonSink::make(path(), {}));
    struct stat info {};
    ASSERT_EQ(::stat(path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

TEST_F(Ndjson, a_path_that_cannot_be_written_is_an_error_that_names_it) {
    const auto sink = NdjsonSink::make(path() + "/none/x", {});
    ASSERT_FALSE(sink);
    EXPECT_THAT(sink.error().what, HasSubstr(path() + "/none/x"));
}

TEST_F(Ndjson, records_of_several_workers_do_not_mix) {
    constexpr int kEach = 500;
    const auto sink = NdjsonSink::make(path(), {.instance_id = "i"});
    ASSERT_TRUE(sink);
    const auto work = [&sink] {
        for (int i = 0; i < kEach; ++i) {
            (*sink)->write(request_of("/a"));
            if (i % 100 == 0) (*sink)->flush();
        }
    };
    std::thread other(work);
    work();
    other.join();
    ASSERT_TRUE((*sink)->finish());
    std::string expected;
    append_akto_record(expected, request_of("/a"), {.instance_id = "i"});
    std::ifstream file(path());
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines)
        EXPECT_EQ(line, expected);
    EXPECT_EQ(lines, 2 * kEach);
}

TEST(NdjsonFullDisk, is_reported_at_the_end_at_the_latest) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
    const auto sink = NdjsonSink::make("/dev/full", {});
    ASSERT_TRUE(sink) << sink.error().what;
    (*sink)->write(request_of("/a"));  // buffered
    EXPECT_EQ((*sink)->counts().queued, 1U);
    const Status finished = (*sink)->finish();
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, std::errc::no_space_on_device);
    EXPECT_EQ((*sink)->counts().dropped_failed, 1U);
    EXPECT_EQ((*sink)->counts().delivered + (*sink)->counts().queued, 0U);
}

TEST(NullSink, in_the_place_of_another_it_delivers_nothing) {
    NullSink sink(NullSink::Counts::kDropped);
    sink.write({});
    EXPECT_EQ(sink.counts().delivered, 0U);
    EXPECT_EQ(sink.counts().dropped_failed, 1U);
}

TEST(NullSink, takes_everything) {
    NullSink sink;
    sink.write(request_of("/a"));
    EXPECT_EQ(sink.counts().delivered, 1U);
    EXPECT_TRUE(sink.takes_unanswered());
    EXPECT_TRUE(sink.takes_unidentified());
    EXPECT_TRUE(sink.finish());
}

}  // namespace
}  // namespace apiarist::sinks
