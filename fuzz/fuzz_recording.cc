// SPDX-License-Identifier: Apache-2.0
// A recording of hostile bytes. Checked: no crash, every record lies within the file and says its own length, the
// reader ends, and what it gives can be written and read again.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/handles.h"
#include "bpf/abi.h"
#include "events/recording.h"

namespace {

using namespace apiarist;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

// A file in memory, with the path under which it can be opened again.
class MemoryFile {
  public:
    MemoryFile() : fd_(::memfd_create("recording", MFD_CLOEXEC)) { check(static_cast<bool>(fd_), "memfd_create"); }
    void put(std::span<const std::byte> bytes) {
        check(::write(fd_.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "write");
    }
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

  private:
    Fd fd_;
};

using Records = std::vector<std::vector<std::byte>>;

Records read_all(events::RecordingReader& reader, std::size_t most) {
    Records records;
    std::size_t bytes = 0;
    for (auto record = reader.next(); !record.empty(); record = reader.next()) {
        ap_header header;
        check(record.size() >= sizeof(header), "a record has a header");
        std::memcpy(&header, record.data(), sizeof(header));
        check(header.len == record.size(), "a record says its own length");
        bytes += record.size();
        check(bytes <= most, "records lie within the file");
        records.emplace_back(record.begin(), record.end());
    }
    return records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    MemoryFile file;
    // Half of the inputs get a good beginning, or few would be taken for a recording.
    if (size > 0 && (data[0] & 1) != 0) {
        events::RecordingHeader header{};
        std::memcpy(header.magic, "APIARREC", sizeof(header.magic));
        header.version = AP_ABI_VERSION;
        header.header_size = sizeof(header);
        file.put(std::as_bytes(std::span(&header, 1)));
    }
    file.put({reinterpret_cast<const std::byte*>(data) + (size > 0), size - (size > 0)});
    auto reader = events::RecordingReader::make(file.path());
    if (!reader) return 0;
    const Records records = read_all(*reader, size);

    const MemoryFile copy;
    auto writer =
        events::RecordingWriter::make(copy.path(), reader->header().realtime_offset_ns, reader->header().instance_id);
    check(writer.has_value(), "a copy can be made");
    for (const auto& record : records)
        (*writer)->write(record);
    check((*writer)->finish().has_value(), "a copy can be written");
    auto again = events::RecordingReader::make(copy.path());
    check(again.has_value(), "a copy is a recording");
    check(read_all(*again, size) == records && !again->cut(), "a copy holds the same records");
    return 0;
}
