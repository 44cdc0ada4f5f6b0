// SPDX-License-Identifier: Apache-2.0
#pragma once
// The API of the inventory, from the settings.

#include <functional>
#include <memory>
#include <string>

#include "api/api_server.h"
#include "app/settings.h"
#include "base/result.h"

namespace apiarist::app {

// Of `processor` where nothing is said.
inline constexpr const char* kProcessorApi = "127.0.0.1:8686";

// Serves the inventory in that database at --api, or at `fallback` where nothing is said; null where that is empty, or
// where the fallback cannot be served, which a warning says. Says where the first tokens are. `ingest`: JSON for
// /status, called on the server's threads; may be empty. Signals should be blocked.
Result<std::unique_ptr<api::ApiServer>> serve_api(const Settings& settings, const store::DatabaseOptions& database,
                                                  const std::string& fallback, std::function<std::string()> ingest);

}  // namespace apiarist::app
