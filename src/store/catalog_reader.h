// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a store knows of collections, endpoints and decisions → a catalog.

#include <cstdint>

#include "inventory/catalog.h"
#include "store/database.h"

namespace apiarist::store {

// All of it, into an empty catalog.
Status read_catalog(Database& database, inventory::Catalog& catalog);
// Endpoints that were made or have other evidence since `revision`. False: there are decisions since then too, which
// this does not follow: the catalog must be read anew.
Result<bool> refresh_catalog(Database& database, inventory::Catalog& catalog, std::int64_t revision);

}  // namespace apiarist::store
