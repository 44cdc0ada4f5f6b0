// SPDX-License-Identifier: Apache-2.0
#pragma once
// One record of the topic akto.api.logs: a flat JSON object, every value a string, header maps as JSON in a string.
// docs/record.md lists the keys. No line feed inside or after.

#include <string>

#include "policy/clean_transaction.h"

namespace apiarist::sinks {

struct RecordOptions {
    std::string instance_id;     // `daemonset_id`: one per start
    bool exact_payload = false;  // bodies that are not UTF-8 also as base64 (`…_base64` keys)
};

void append_akto_record(std::string& out, const policy::CleanTransaction& clean, const RecordOptions& options);

}  // namespace apiarist::sinks
