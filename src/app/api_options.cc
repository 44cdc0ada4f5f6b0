// SPDX-License-Identifier: Apache-2.0
#include "app/api_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "app/log.h"
#include "base/text.h"
#include "processor/kafka_consumer.h"

namespace apiarist::app {
namespace {

// Beside the inventory, or in a folder where that is a database elsewhere.
std::string token_folder(const store::DatabaseOptions& database) {
    if (store::is_postgres(database.location)) return "apiarist-inventory";
    const std::string folder = std::filesystem::path(database.location).parent_path().string();
    return folder.empty() ? "." : folder;
}

}  // namespace

Result<std::unique_ptr<api::ApiServer>> serve_api(const Settings& settings, const store::DatabaseOptions& database,
                                                  const std::string& fallback, std::function<std::string()> ingest) {
    const Log log(settings);
    const bool chosen = settings.value("api").origin != Origin::kDefault;
    const std::string address = chosen ? settings.text("api") : fallback;
    if (address.empty()) return std::unique_ptr<api::ApiServer>();
    api::ApiOptions options;
    options.address = address;
    options.database = database;
    options.now_s = processor::unix_seconds;
    for (const std::string& host : settings.list("api-hosts"))
        options.hosts.push_back(to_lower(host));
    options.token_folder = token_folder(database);
    options.version = APIARIST_VERSION;
    options.dashboard = api::dashboard();
    options.ingest = std::move(ingest);
    options.on_trouble = [log](const std::string& what) { log.warn(what); };
    auto made = api::ApiServer::make(std::move(options));
    if (!made && !chosen) {
        log.warn(fmt::format("no API at {}: {} (--api)", address, made.error().what));
        return std::unique_ptr<api::ApiServer>();
    }
    if (!made) return std::move(made).error().context("--api");
    log.info(fmt::format("API at {}/api/v1", (*made)->url()));
    if (!address.starts_with("127.") && !address.starts_with("[::1]") && !address.starts_with("localhost:"))
        log.warn("the API is served without TLS, and tokens travel in clear: put a proxy with TLS before it");
    for (const std::string& file : (*made)->token_files())
        log.info("a token for the API is in " + file);
    return made;
}

}  // namespace apiarist::app
