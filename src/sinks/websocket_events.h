// SPDX-License-Identifier: Apache-2.0
#pragma once
// Messages on a WebSocket as a record has them: `events` (docs/record.md).

#include <cstddef>
#include <string>

#include "policy/clean_transaction.h"

namespace apiarist::sinks {

// A JSON array.
[[nodiscard]] std::string websocket_events_json(const policy::CleanTransaction& clean);
// Cuts the longest payload by `excess` bytes, and flags it. False: all are empty.
[[nodiscard]] bool shorten_websocket_event(transactions::Transaction& transaction, std::size_t excess);

}  // namespace apiarist::sinks
