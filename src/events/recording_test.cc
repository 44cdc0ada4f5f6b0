// SPDX-License-Identifier: Apache-2.0
#include "events/recording.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "events/event.h"

namespace apiarist::events {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

class Recording : public ::testing::Test {
  protected:
    Recording() : folder_(::testing::TempDir() + "apiarist_recording_XXXXXX") {
        if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    }
    ~Recording() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string path() const { return folder_ + "/recording"; }

    void write(const std::vector<Bytes>& records) const {
        auto writer = RecordingWriter::make(path(), -5, "an instance");
        ASSERT_TRUE(writer) << writer.error().what;
        for (const Bytes& record : records)
            (*writer)->write(record);
        ASSERT_TRUE((*writer)->finish());
    }

    // Everything that can be read; `cut` as the reader says at the end.
    [[nodiscard]] std::vector<Bytes> read(bool& cut) const {
        auto reader = RecordingReader::make(path());
        EXPECT_TRUE(reader) << reader.error().what;
        std::vector<Bytes> records;
        for (auto record = reader->next(); !record.empty(); record = reader->next())
            records.emplace_back(record.begin(), record.end());
        cut = reader->cut();
        return records;
    }

  private:
    std::string folder_;
};

Bytes data_record(std::size_t size) {
    ap_data data{};
    data.header = header_of<ap_data>(AP_EVENT_DATA, size);
    data.header.len += static_cast<ap_u32>(size);
    data.size = data.captured = static_cast<ap_u32>(size);
    const auto head = bytes_of(data);
    Bytes record(head.begin(), head.end());
    record.resize(record.size() + size, std::byte{'d'});
    return record;
}

TEST_F(Recording, what_was_written_is_read_in_order) {
    const std::vector<Bytes> records{data_record(1), data_record(8), data_record(13), data_record(32000)};
    write(records);
    bool cut = true;
    EXPECT_EQ(read(cut), records);
    EXPECT_FALSE(cut);
    const auto reader = RecordingReader::make(path());
    EXPECT_EQ(reader->header().realtime_offset_ns, -5);
    EXPECT_STREQ(reader->header().instance_id, "an instance");
}

TEST_F(Recording, only_the_record_is_kept_of_its_room_in_the_ring) {
    Bytes roomy = data_record(5);
    const Bytes exact = roomy;
    roomy.resize(4096, std::byte{0xaa});
    write({roomy});
    bool cut = false;
    EXPECT_EQ(read(cut), std::vector<Bytes>{exact});
}

TEST_F(Recording, a_record_that_is_shorter_than_it_says_is_left_out) {
    Bytes lying = data_record(5);
    lying.pop_back();
    write({lying, Bytes(3), data_record(2)});
    bool cut = false;
    EXPECT_EQ(read(cut), std::vector<Bytes>{data_record(2)});
}

TEST_F(Recording, without_records_is_empty_and_not_cut) {
    write({});
    bool cut = true;
    EXPECT_TRUE(read(cut).empty());
    EXPECT_FALSE(cut);
}

TEST_F(Recording, cut_anywhere_gives_the_whole_records_before) {
    const std::vector<Bytes> records{data_record(3), data_record(4), data_record(5)};
    write(records);
    constexpr std::size_t kEach = 88;  // 80 and up to 8 of content, padded
    ASSERT_EQ(fs::file_size(path()), sizeof(RecordingHeader) + 3 * kEach);
    for (std::size_t size = fs::file_size(path()) - 1; size >= sizeof(RecordingHeader); --size) {
        fs::resize_file(path(), size);
        bool cut = false;
        const auto left = read(cut);
        const std::size_t rest = size - sizeof(RecordingHeader);
        EXPECT_EQ(left.size(), rest / kEach) << size;
        EXPECT_EQ(cut, rest % kEach != 0) << size;
    }
}

TEST_F(Recording, a_length_that_cannot_be_ends_it_as_cut) {
    for (const std::uint32_t len : {0U, 15U, (64U << 10) + 1, UINT32_MAX}) {
        write({data_record(3), data_record(4)});
        std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(sizeof(RecordingHeader) + 88 + offsetof(ap_header, len));
        file.write(reinterpret_cast<const char*>(&len), sizeof(len));
        file.close();
        bool cut = false;
        EXPECT_EQ(read(cut).size(), 1U) << len;
        EXPECT_TRUE(cut) << len;
    }
}

TEST_F(Recording, another_file_is_refused) {
    for (const std::string& content : {std::string(), std::string("APIARREC"), std::string(200, 'x')}) {
        std::ofstream(path(), std::ios::binary | std::ios::trunc) << content;
        const auto reader = RecordingReader::make(path());
        ASSERT_FALSE(reader);
        EXPECT_THAT(reader.error().what, HasSubstr("not a recording"));
    }
}

TEST_F(Recording, another_version_is_refused_and_named) {
    write({});
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    const std::uint32_t version = 99;
    file.seekp(offsetof(RecordingHeader, version));
    file.write(reinterpret_cast<const char*>(&version), sizeof(version));
    file.close();
    const auto reader = RecordingReader::make(path());
    ASSERT_FALSE(reader);
    EXPECT_THAT(reader.error().what, HasSubstr("version 99"));
}

TEST_F(Recording, is_for_its_owner_only) {
    write({});
    struct stat info {};
    ASSERT_EQ(::stat(path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

TEST_F(Recording, paths_that_cannot_be_opened_are_errors_that_name_them) {
    const std::string nowhere = path() + "/none/x";
    const auto writer = RecordingWriter::make(nowhere, 0, "");
    ASSERT_FALSE(writer);
    EXPECT_THAT(writer.error().what, HasSubstr(nowhere));
    const auto reader = RecordingReader::make(nowhere);
    ASSERT_FALSE(reader);
    EXPECT_THAT(reader.error().what, HasSubstr(nowhere));
}

TEST(RecordingWriter, a_full_disk_is_reported) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
    const auto writer = RecordingWriter::make("/dev/full", 0, "x");
    ASSERT_TRUE(writer) << writer.error().what;  // buffered: known only later
    (*writer)->write(data_record(60000));
    EXPECT_FALSE((*writer)->finish());
}

TEST(RecordingWriter, a_long_instance_id_is_cut) {
    const std::string path = ::testing::TempDir() + "apiarist_long_id_" + std::to_string(::getpid());
    ASSERT_TRUE(RecordingWriter::make(path, 0, std::string(100, 'i')));
    const auto reader = RecordingReader::make(path);
    fs::remove(path);
    ASSERT_TRUE(reader);
    EXPECT_EQ(std::string(reader->header().instance_id), std::string(39, 'i'));
}

}  // namespace
}  // namespace apiarist::events
