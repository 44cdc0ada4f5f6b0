// SPDX-License-Identifier: Apache-2.0
#include "app/inventory_options.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "app/log.h"
#include "app/record_options.h"
#include "policy/redaction.h"
#include "policy/redaction_mark.h"
#include "processor/inventory_sink.h"

namespace apiarist::app {
namespace {

Result<inventory::Networks> networks(const Settings& settings, const char* name,
                                     const std::vector<std::string>& fallback) {
    const auto& list = settings.list(name);
    auto parsed = inventory::Networks::parse(list.empty() ? fallback : list);
    if (!parsed) return std::move(parsed).error().context(fmt::format("--{}", name));
    return parsed;
}

}  // namespace

Result<store::DatabaseOptions> inventory_database(const Settings& settings, const std::string& fallback) {
    const std::string given = settings.text("inventory");
    const std::string& place = given.empty() ? fallback : given;
    if (store::is_postgres(place)) return store::DatabaseOptions{place};
    if (::mkdir(place.c_str(), 0700) != 0 && errno != EEXIST) return Error::from_errno(errno, "--inventory " + place);
    return store::DatabaseOptions{place + "/inventory.db"};
}

inventory::CatalogLimits inventory_limits(const Settings& settings) {
    inventory::CatalogLimits limits;
    limits.collections = settings.count("inventory-collections");
    limits.tree.endpoints = settings.count("inventory-endpoints");
    limits.tree.failed_endpoints = limits.tree.endpoints / 10;
    return limits;
}

Result<processor::IngestOptions> ingest_options(const Settings& settings) {
    processor::IngestOptions options;
    auto own = networks(settings, "private-networks", inventory::private_networks());
    if (!own) return std::move(own).error();
    auto partner = networks(settings, "partner-networks", {});
    if (!partner) return std::move(partner).error();
    options.networks = {std::move(*own), std::move(*partner)};
    const auto redaction = policy::parse_redaction(settings.text("redact"));
    if (!redaction) return Error{std::errc::invalid_argument, "--redact: off, samples or all"};
    options.samples.redact = *redaction != policy::Redaction::kOff;
    options.samples.redaction_key = settings.text("redact-key");
    if (options.samples.redaction_key.empty()) options.samples.redaction_key = policy::random_key();
    return options;
}

Result<std::unique_ptr<policy::Sink>> make_inventory_sink(const Settings& settings, const std::string& instance_id) {
    auto database = inventory_database(settings, {});
    if (!database) return std::move(database).error();
    auto ingest = ingest_options(settings);
    if (!ingest) return std::move(ingest).error();
    processor::InventorySinkOptions options{.database = std::move(*database),
                                            .limits = inventory_limits(settings),
                                            .ingest = std::move(*ingest),
                                            .record = record_options(settings, instance_id)};
    options.batch_time = std::chrono::nanoseconds(settings.duration_ns("inventory-batch-time"));
    options.queue_bytes = settings.count("inventory-queue-bytes");
    options.on_trouble = [log = Log(settings)](const std::string& what) { log.warn(what); };
    auto sink = processor::InventorySink::make(options);
    if (!sink) return std::move(sink).error().context("--inventory");
    return std::unique_ptr<policy::Sink>(std::move(*sink));
}

}  // namespace apiarist::app
