// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tables, version by version. A store of an older version is brought forward in one transaction; one of a newer is
// refused.

#include "store/database.h"

namespace apiarist::store {

Status migrate(Database& database);
// An error: it has no tables of ours, or of another version. For who only reads.
Status check_version(Database& database);
[[nodiscard]] std::int64_t newest_version();

}  // namespace apiarist::store
