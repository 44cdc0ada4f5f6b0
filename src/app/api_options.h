// SPDX-License-Identifier: Apache-2.0
#pragma once
// The API of the inventory, from the settings.

#include <functional>
#include <memory>
#include <string>

#include "api/api_server.h"
#include "app/settings.h"
#include "base/result.h"
#include "live/feed.h"
#include "store/database.h"

namespace apiarist::app {

// Where nothing is said.
inline constexpr const char* kUsualApi = "127.0.0.1:8686";

// What the API tells of who serves it, asked on the server's threads; any may be empty or null.
struct ApiSources {
    std::function<std::string()> ingest{};     // JSON for /status
    std::function<std::string()> collector{};  // JSON for /collector
    live::Feed* live = nullptr;                // outlives the server
};

// Serves the inventory in that database at --api, or at `fallback` where nothing is said; null where that is empty, or
// where the fallback cannot be served, which a warning says. Says where the dashboard and the tokens are. Signals
// should be blocked.
Result<std::unique_ptr<api::ApiServer>> serve_api(const Settings& settings, const store::DatabaseOptions& database,
                                                  const std::string& fallback, ApiSources sources);

// Where the files of the tokens are: beside the inventory, or in a folder where that is a database elsewhere.
[[nodiscard]] std::string token_folder(const store::DatabaseOptions& database);

// Says what the inventory has, and how to look at it when this ends.
void say_inventory(const Settings& settings, const store::DatabaseOptions& database);

}  // namespace apiarist::app
