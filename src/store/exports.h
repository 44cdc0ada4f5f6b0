// SPDX-License-Identifier: Apache-2.0
#pragma once
// What exports and comparisons read of an inventory. As endpoint_queries.h.

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "store/table.h"

namespace apiarist::store {

// Those that count, by template: id, method, template, operation, last_seen, requests, folded.
Result<Table> collection_endpoints(Database& database, std::int64_t collection);
// One row or none: name, document, uploaded.
Result<Table> find_document(Database& database, std::int64_t collection);
[[nodiscard]] Result<bool> has_collection(Database& database, std::int64_t collection);

// Ids of collections that were asked in TLS.
Result<std::set<std::int64_t>> collections_with_tls(Database& database);

// By time, kMostExported at most: collection, endpoint_id, record.
inline constexpr std::int64_t kMostExported = 2000;
Result<Table> export_samples(Database& database, std::optional<std::int64_t> collection,
                             std::optional<std::int64_t> endpoint);
// The record of the last one that was answered with 2xx or 3xx; empty: there is none.
Result<std::string> successful_sample(Database& database, std::int64_t endpoint);

}  // namespace apiarist::store
