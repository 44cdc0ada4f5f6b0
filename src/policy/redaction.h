// SPDX-License-Identifier: Apache-2.0
#pragma once
// Redaction (docs/redaction.md): replaces secrets and data about persons in a transaction by marks, after the filters
// and before any sink. Values only: names, order, number and nesting of what holds them stay. One per worker.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/redaction_values.h"
#include "transactions/transaction.h"

namespace apiarist::policy {

enum class Redaction : std::uint8_t {
    kOff,
    kSamples,  // before sinks that store samples
    kAll,      // before every sink
};

// "off", "samples", "all".
[[nodiscard]] std::optional<Redaction> parse_redaction(std::string_view text);

class Redactor {
  public:
    explicit Redactor(std::string_view key) : values_(key) {}
    // How many values it replaced.
    std::uint64_t redact(transactions::Transaction& transaction);

  private:
    void redact_message(protocols::Message& message);
    void redact_event(protocols::WebsocketMessage& message);
    void redact_operations(transactions::Operations& operations);

    ValueRedactor values_;
};

}  // namespace apiarist::policy
