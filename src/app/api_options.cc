// SPDX-License-Identifier: Apache-2.0
#include "app/api_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "app/log.h"
#include "base/text.h"
#include "processor/kafka_consumer.h"
#include "store/queries.h"

namespace apiarist::app {
namespace {

std::string counted(std::int64_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// The dashboard first: it is what people look at.
void say_where(const Log& log, const api::ApiServer& server, const std::string& folder) {
    const std::string token = folder + "/admin.token";
    const std::string how = ::access(token.c_str(), F_OK) == 0
                                ? fmt::format("token: cat {}", token)
                                : "its tokens are where it was first served (admin.token)";
    if (!api::dashboard().empty()) log.info(fmt::format("dashboard at {}/ , {}", server.url(), how));
    log.info(fmt::format("API at {}/api/v1{}", server.url(), api::dashboard().empty() ? " , " + how : ""));
}

}  // namespace

std::string token_folder(const store::DatabaseOptions& database) {
    if (store::is_postgres(database.location)) return "apiarist-inventory";
    const std::string folder = std::filesystem::path(database.location).parent_path().string();
    return folder.empty() ? "." : folder;
}

Result<std::unique_ptr<api::ApiServer>> serve_api(const Settings& settings, const store::DatabaseOptions& database,
                                                  const std::string& fallback, ApiSources sources) {
    const Log log(settings);
    const bool chosen = settings.value("api").origin != Origin::kDefault;
    const std::string address = chosen ? settings.text("api") : fallback;
    if (address.empty()) return std::unique_ptr<api::ApiServer>();
    const std::string folder = token_folder(database);
    const auto make = [&](const std::string& at) {
        api::ApiOptions options;
        options.address = at;
        options.database = database;
        options.now_s = processor::unix_seconds;
        for (const std::string& host : settings.list("api-hosts"))
            options.hosts.push_back(to_lower(host));
        options.token_folder = folder;
        options.version = APIARIST_VERSION;
        options.dashboard = api::dashboard();
        options.ingest = sources.ingest;
        options.collector = sources.collector;
        options.live = sources.live;
        options.on_trouble = [log](const std::string& what) { log.warn(what); };
        return api::ApiServer::make(std::move(options));
    };
    auto made = make(address);
    if (!made && !chosen && made.error().code == std::errc::address_in_use) {
        log.info(fmt::format("{} is taken, so another port is used (--api ADDRESS:PORT says which)", address));
        made = make(address.substr(0, address.rfind(':')) + ":0");
    }
    if (!made && !chosen) {
        log.warn(fmt::format("no dashboard and no API: {}", made.error().what));
        return std::unique_ptr<api::ApiServer>();
    }
    if (!made) return std::move(made).error().context("--api");
    say_where(log, **made, folder);
    if (!address.starts_with("127.") && !address.starts_with("[::1]") && !address.starts_with("localhost:"))
        log.warn("the API is served without TLS, and tokens travel in clear: put a proxy with TLS before it");
    return made;
}

void say_inventory(const Settings& settings, const store::DatabaseOptions& database) {
    const Log log(settings);
    if (!log.wants(Level::kInfo)) return;
    store::DatabaseOptions to_read = database;
    to_read.read_only = true;
    const auto opened = store::open_database(to_read);
    if (!opened) return;  // who could not store has said so
    const auto status = store::read_status(**opened);
    if (!status) return;
    const std::string place = store::is_postgres(database.location)
                                  ? "POSTGRESQL-URL"
                                  : std::filesystem::path(database.location).parent_path().string();
    log.info(fmt::format("the inventory has {} in {}; to look at it: apiarist processor --inventory {}",
                         counted(status->endpoints, "endpoint"), counted(status->collections, "collection"), place));
}

}  // namespace apiarist::app
