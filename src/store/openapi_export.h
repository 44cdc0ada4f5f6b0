// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a store has of a collection as a document for others. It only reads.

#include <string>
#include <vector>

#include "store/database.h"

namespace apiarist::store {

// Names of the collections, sorted.
Result<std::vector<std::string>> collection_names(Database& database);

// OpenAPI 3.1. Endpoints that are folded away (static files, health, never successful) are left out. An error: there is
// no such collection.
Result<std::string> export_openapi(Database& database, const std::string& collection);

}  // namespace apiarist::store
