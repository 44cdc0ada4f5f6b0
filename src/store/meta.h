// SPDX-License-Identifier: Apache-2.0
#pragma once
// Numbers of the table meta that go up, and lines of the table audit. In a transaction that the caller has begun.

#include <cstdint>
#include <string>
#include <string_view>

#include "store/maintenance.h"

namespace apiarist::store {

// Adds 1; returns what it is then. `name`: "revision", "last_id", "epoch".
Result<std::int64_t> add_one(Database& database, const std::string& name);
Result<std::int64_t> read_meta(Database& database, const std::string& name);
Status write_meta(Database& database, const std::string& name, std::int64_t value);
// Processors read their catalog anew.
Status add_epoch(Database& database);
Status add_audit(Database& database, const Actor& actor, std::string_view action, std::string_view detail);

}  // namespace apiarist::store
