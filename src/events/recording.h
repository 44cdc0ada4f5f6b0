// SPDX-License-Identifier: Apache-2.0
#pragma once
// A recording: the raw records in the order in which the workers read them, so that a replay makes the same output
// without a kernel. File: RecordingHeader, then records, each padded to eight bytes. Holds captured data: made with
// mode 0600.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist::events {

struct RecordingHeader {
    char magic[8];                    // "APIARREC"
    std::uint32_t version;            // AP_ABI_VERSION
    std::uint32_t header_size;        // sizeof(RecordingHeader): where the records begin
    std::int64_t realtime_offset_ns;  // CLOCK_REALTIME − CLOCK_MONOTONIC of the recorded host
    char instance_id[40];             // of the run that was recorded; ends with a zero byte
};

using File = std::unique_ptr<std::FILE, Destroy<std::fclose>>;

// Safe from several workers.
class RecordingWriter {
  public:
    static Result<std::unique_ptr<RecordingWriter>> make(const std::string& path, std::int64_t realtime_offset_ns,
                                                         std::string_view instance_id);
    void write(std::span<const std::byte> record);
    // Flushes; an error of any write so far is reported here.
    Status finish();

  private:
    explicit RecordingWriter(File file) : file_(std::move(file)) {}
    std::mutex mutex_;
    File file_;            // guarded by mutex_
    bool failed_ = false;  // guarded by mutex_
};

class RecordingReader {
  public:
    static Result<RecordingReader> make(const std::string& path);
    [[nodiscard]] const RecordingHeader& header() const { return header_; }
    // The next record, valid until the next call; empty at the end. A file that is cut inside a record ends before it.
    std::span<const std::byte> next();
    [[nodiscard]] bool cut() const { return cut_; }

  private:
    RecordingReader(File file, const RecordingHeader& header) : file_(std::move(file)), header_(header) {}
    File file_;
    RecordingHeader header_;
    std::vector<std::byte> buffer_;
    bool cut_ = false;
};

}  // namespace apiarist::events
