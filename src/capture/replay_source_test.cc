// SPDX-License-Identifier: Apache-2.0
#include "capture/replay_source.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "events/event.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;

class Replay : public ::testing::Test {
  protected:
    ~Replay() override { fs::remove(path_); }

    void record(std::uint32_t count) const {
        auto writer = events::RecordingWriter::make(path_, 42, "the-run");
        ASSERT_TRUE(writer) << writer.error().what;
        for (std::uint32_t i = 0; i < count; ++i) {
            ap_process_event process{};
            process.header = events::header_of<ap_process_event>(AP_EVENT_PROCESS, i);
            process.tgid = i;
            (*writer)->write(events::bytes_of(process));
        }
        ASSERT_TRUE((*writer)->finish());
    }

    // The processes' numbers, in the order in which they came.
    static std::vector<std::uint32_t> drain_all(ReplaySource& source) {
        std::vector<std::uint32_t> numbers;
        const OnRecord on_record = [&numbers](std::span<const std::byte> bytes) {
            const auto event = events::decode(bytes);
            ASSERT_TRUE(event);
            numbers.push_back(std::get<ap_process_event>(*event).tgid);
        };
        while (source.drain(0, on_record) > 0)
            source.wait(0);
        return numbers;
    }

    const std::string path_ = ::testing::TempDir() + "apiarist_replay_" + std::to_string(::getpid());
};

TEST_F(Replay, gives_every_record_once_in_order) {
    constexpr std::uint32_t kCount = 10000;  // several batches
    record(kCount);
    const auto source = ReplaySource::make(path_);
    ASSERT_TRUE(source) << source.error().what;
    EXPECT_EQ((*source)->rings(), 1U);
    EXPECT_FALSE((*source)->finished());
    const auto numbers = drain_all(**source);
    ASSERT_EQ(numbers.size(), kCount);
    for (std::uint32_t i = 0; i < kCount; ++i)
        ASSERT_EQ(numbers[i], i);
    EXPECT_TRUE((*source)->finished());
    EXPECT_FALSE((*source)->cut());
}

TEST_F(Replay, keeps_the_clock_and_the_name_of_the_run) {
    record(0);
    const auto source = ReplaySource::make(path_);
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->realtime_offset_ns(), 42);
    EXPECT_EQ((*source)->instance_id(), "the-run");
    EXPECT_TRUE(drain_all(**source).empty());
    EXPECT_TRUE((*source)->finished());
}

TEST_F(Replay, says_that_the_file_was_cut) {
    record(3);
    fs::resize_file(path_, fs::file_size(path_) - 1);
    const auto source = ReplaySource::make(path_);
    ASSERT_TRUE(source);
    EXPECT_EQ(drain_all(**source).size(), 2U);
    EXPECT_TRUE((*source)->finished());
    EXPECT_TRUE((*source)->cut());
}

TEST_F(Replay, without_a_file_is_an_error) {
    const auto source = ReplaySource::make(path_);
    ASSERT_FALSE(source);
    EXPECT_THAT(source.error().what, ::testing::HasSubstr(path_));
}

}  // namespace
}  // namespace apiarist::capture
