// SPDX-License-Identifier: Apache-2.0
#pragma once
// A record as those see it who look on (LiveRecord in src/api/openapi.json): what a list shows of it, and the record as
// samples are kept, with less of its payloads. Not thread-safe.

#include <cstdint>

#include "live/feed.h"
#include "processor/sample_writer.h"
#include "records/record.h"

namespace apiarist::processor {

class LiveWriter {
  public:
    // Redacts by the options of samples.
    explicit LiveWriter(SampleOptions options);
    // `now_s`: the time of a record that does not say its own.
    [[nodiscard]] live::Written write(const records::Record& record, std::int64_t now_s);

  private:
    static constexpr std::size_t kPayloadBytes = 16 << 10;
    SampleWriter samples_;
};

}  // namespace apiarist::processor
