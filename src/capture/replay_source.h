// SPDX-License-Identifier: Apache-2.0
#pragma once
// A recording as a source: one ring, no kernel, no root. The same bytes in the same order give the same output.

#include <string>

#include "base/result.h"
#include "capture/source.h"
#include "events/recording.h"

namespace apiarist::capture {

class ReplaySource final : public Source {
  public:
    static Result<std::unique_ptr<ReplaySource>> make(const std::string& path);

    [[nodiscard]] unsigned rings() const override { return 1; }
    std::size_t drain(unsigned ring, const OnRecord& on_record) override;
    void wait(unsigned) override {}
    [[nodiscard]] bool finished() const override { return finished_; }
    void mark(std::uint64_t, const ap_mark&) override {}  // what was left out then is left out now
    [[nodiscard]] std::int64_t realtime_offset_ns() const override { return reader_.header().realtime_offset_ns; }
    [[nodiscard]] std::string instance_id() const { return reader_.header().instance_id; }
    // The file ended inside a record.
    [[nodiscard]] bool cut() const { return reader_.cut(); }

  private:
    explicit ReplaySource(events::RecordingReader reader) : reader_(std::move(reader)) {}
    events::RecordingReader reader_;
    bool finished_ = false;
};

}  // namespace apiarist::capture
