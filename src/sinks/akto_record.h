// SPDX-License-Identifier: Apache-2.0
#pragma once
// One record of the topic akto.api.logs: a flat JSON object, every value a string, header maps as JSON in a string.
// docs/record.md lists the keys. No line feed inside or after.

#include <cstddef>
#include <string>

#include "policy/clean_transaction.h"

namespace apiarist::sinks {

struct RecordOptions {
    std::string instance_id;  // `daemonset_id`: one per start
    std::string tag = {};     // a JSON object, on the records of servers; empty: none
    bool enable_graph = true;
    bool exact_payload = false;  // bodies that are not UTF-8 also as base64 (`…_base64` keys)
    // Akto's consumer drops a record whose JSON request body is cut, or looks so to it: such a body is left out
    // instead, and `capture` says request_truncated.
    bool no_cut_json = false;
};

void append_akto_record(std::string& out, const policy::CleanTransaction& clean, const RecordOptions& options);

// The same in at most `limit` bytes: the response's body is cut first, then the request's, and `capture` says so.
// False: it does not fit without bodies either, and nothing was appended.
[[nodiscard]] bool append_bounded_akto_record(std::string& out, const policy::CleanTransaction& clean,
                                              const RecordOptions& options, std::size_t limit);

}  // namespace apiarist::sinks
