// SPDX-License-Identifier: Apache-2.0
#pragma once
// A record as it is kept for people to look at: a JSON object with the record's own keys, header fields as an object;
// redacted (docs/redaction.md) unless that is off. Not thread-safe.

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "policy/redaction_values.h"
#include "records/record.h"

namespace apiarist::processor {

struct SampleOptions {
    bool redact = true;
    std::string redaction_key;              // equal values have equal marks below one key
    std::size_t payload_bytes = 256 << 10;  // of each payload, and of a WebSocket's together; `cut` says of more
};

class SampleWriter {
  public:
    explicit SampleWriter(const SampleOptions& options);
    [[nodiscard]] std::string write(const records::Record& record);
    // A target as it is written in a record.
    [[nodiscard]] std::string target(std::string_view text);

  private:
    [[nodiscard]] std::string headers(const records::Headers& headers);
    [[nodiscard]] std::string payload(std::string_view text, const records::Headers& headers, bool cut);
    // Messages on a WebSocket as a JSON array. False: some were cut or left out.
    [[nodiscard]] bool append_events(std::string& out, std::string_view events);
    void append_event(std::string& out, const simdjson::dom::object& event, std::string_view payload, bool cut);

    SampleOptions options_;
    std::optional<policy::ValueRedactor> redactor_;  // none: redaction is off
    simdjson::dom::parser parser_;
};

}  // namespace apiarist::processor
