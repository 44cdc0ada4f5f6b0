// SPDX-License-Identifier: Apache-2.0
#include "capture/replay_source.h"

namespace apiarist::capture {

Result<std::unique_ptr<ReplaySource>> ReplaySource::make(const std::string& path) {
    auto reader = events::RecordingReader::make(path);
    if (!reader) return std::move(reader).error();
    return std::unique_ptr<ReplaySource>(new ReplaySource(std::move(*reader)));
}

std::size_t ReplaySource::drain(unsigned, const OnRecord& on_record) {
    constexpr std::size_t kBatch = 4096;
    std::size_t n = 0;
    while (n < kBatch) {
        const auto record = reader_.next();
        if (record.empty()) {
            finished_ = true;
            break;
        }
        on_record(record);
        ++n;
    }
    return n;
}

}  // namespace apiarist::capture
