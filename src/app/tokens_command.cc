// SPDX-License-Identifier: Apache-2.0
// `apiarist tokens`: new tokens of the API of an inventory.

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "api/tokens.h"
#include "app/api_options.h"
#include "app/commands.h"
#include "app/inventory_options.h"
#include "app/outputs.h"
#include "app/printable.h"
#include "processor/kafka_consumer.h"
#include "store/migrations.h"

namespace apiarist::app {
namespace {

Result<std::vector<std::string>> replace(const Settings& settings) {
    auto options = existing_inventory(settings);
    if (!options) return std::move(options).error();
    options->read_only = false;
    auto database = store::open_database(*options);
    if (!database) return std::move(database).error();
    APIARIST_TRY(store::check_version(**database));
    return api::replace_tokens(**database, token_folder(*options), processor::unix_seconds());
}

}  // namespace

int tokens(const Settings& settings) {
    const auto written = replace(settings);
    if (!written) return fail(2, written.error().what);
    for (const std::string& path : *written)
        fmt::print("{}\n", printable(std::filesystem::absolute(path).string()));
    return 0;
}

}  // namespace apiarist::app
