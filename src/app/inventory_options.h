// SPDX-License-Identifier: Apache-2.0
#pragma once
// Options of the inventory from the settings, for a run and for a processor.

#include <memory>
#include <string>

#include "app/settings.h"
#include "base/result.h"
#include "live/feed.h"
#include "policy/sink.h"
#include "processor/ingest.h"
#include "store/store.h"

namespace apiarist::app {

// Where it is. Makes its folder, mode 0700. `fallback`: where no setting says.
Result<store::DatabaseOptions> inventory_database(const Settings& settings, const std::string& fallback);
// The same of one that must be there already, to be read.
Result<store::DatabaseOptions> existing_inventory(const Settings& settings);
[[nodiscard]] inventory::CatalogLimits inventory_limits(const Settings& settings);
Result<processor::IngestOptions> ingest_options(const Settings& settings);

// `live`: gets the records too; may be null.
Result<std::unique_ptr<policy::Sink>> make_inventory_sink(const Settings& settings, const std::string& instance_id,
                                                          live::Feed* live);

}  // namespace apiarist::app
