// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tables, version by version. A store of an older version is brought forward in one transaction; one of a newer is
// refused.

#include <array>
#include <string_view>

#include "store/database.h"

namespace apiarist::store {

// Those whose rows hang on an endpoint, by endpoint_id.
inline constexpr std::array<std::string_view, 6> kTablesOfEndpoints = {"endpoint_states", "hours",   "marks",
                                                                       "parts",           "samples", "changes"};

Status migrate(Database& database);
// An error: it has no tables of ours, or of another version. For who only reads.
Status check_version(Database& database);
[[nodiscard]] std::int64_t newest_version();

}  // namespace apiarist::store
