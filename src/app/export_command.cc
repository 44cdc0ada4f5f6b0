// SPDX-License-Identifier: Apache-2.0
// `apiarist export`: a collection of an inventory as a document.

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "app/commands.h"
#include "app/inventory_options.h"
#include "app/outputs.h"
#include "store/migrations.h"
#include "store/openapi_export.h"

namespace apiarist::app {
namespace {

Result<std::unique_ptr<store::Database>> open_inventory(const Settings& settings) {
    auto options = existing_inventory(settings);
    if (!options) return std::move(options).error();
    auto database = store::open_database(*options);
    if (!database) return std::move(database).error();
    APIARIST_TRY(store::check_version(**database));
    return database;
}

// The one that was named, or the only one.
Result<std::string> collection_of(const Settings& settings, store::Database& database) {
    auto names = store::collection_names(database);
    if (!names) return std::move(names).error();
    if (names->empty()) return Error{std::errc::invalid_argument, "the inventory is empty"};
    std::string wanted = settings.text("collection");
    if (wanted.empty() && names->size() == 1) return std::move((*names)[0]);
    for (const std::string& name : *names)
        if (name == wanted) return wanted;
    std::string list;
    for (const std::string& name : *names)
        list += (list.empty() ? " " : ", ") + name;
    return Error{std::errc::invalid_argument,
                 fmt::format("{}; there are, for --collection:{}",
                             wanted.empty() ? "several collections" : "no collection " + wanted, list)};
}

}  // namespace

int export_inventory(const Settings& settings) {
    auto database = open_inventory(settings);
    if (!database) return fail(2, database.error().what);
    const auto collection = collection_of(settings, **database);
    if (!collection) return fail(2, collection.error().what);
    const auto document = store::export_openapi(**database, *collection);
    if (!document) return fail(1, document.error().what);
    if (std::fwrite(document->data(), 1, document->size(), stdout) != document->size() || std::fflush(stdout) != 0)
        return fail(1, "standard output cannot be written");
    return 0;
}

}  // namespace apiarist::app
