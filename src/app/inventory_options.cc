// SPDX-License-Identifier: Apache-2.0
#include "app/inventory_options.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "app/log.h"
#include "app/printable.h"
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

// [{"id": "employee", "title": "Employee number", "value": "EMP-[0-9]{6}", "name": "employee", "responses_only":
// false}]
Result<sensitive::Scanner> sensitive_scanner(const Settings& settings) {
    const std::string text = settings.text("sensitive-patterns");
    std::vector<sensitive::CustomPattern> patterns;
    if (!text.empty()) {
        simdjson::dom::parser parser;
        simdjson::dom::array list;
        if (parser.parse(text).get(list) != simdjson::SUCCESS)
            return Error{std::errc::invalid_argument, "no list of JSON objects"};
        for (const simdjson::dom::element one : list) {
            const auto member = [&one](std::string_view key) {
                std::string_view value;
                return one[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
            };
            bool responses = false;
            if (one["responses_only"].get(responses) != simdjson::SUCCESS) responses = false;
            patterns.push_back({member("id"), member("title"), member("value"), member("name"),
                                responses ? sensitive::Where::kResponses : sensitive::Where::kAnywhere});
        }
    }
    return sensitive::Scanner::compile(patterns);
}

}  // namespace

Result<store::DatabaseOptions> inventory_database(const Settings& settings, const std::string& fallback) {
    const std::string given = settings.text("inventory");
    const std::string& place = given.empty() ? fallback : given;
    if (store::is_postgres(place)) return store::DatabaseOptions{place};
    if (::mkdir(place.c_str(), 0700) != 0 && errno != EEXIST) return Error::from_errno(errno, "--inventory " + place);
    return store::DatabaseOptions{place + "/inventory.db"};
}

Result<store::DatabaseOptions> existing_inventory(const Settings& settings) {
    const std::string place = settings.text("inventory");
    if (place.empty()) return Error{std::errc::invalid_argument, "which inventory: --inventory FOLDER, or URL"};
    if (store::is_postgres(place)) return store::DatabaseOptions{place, true};
    const std::string file = place + "/inventory.db";
    if (::access(file.c_str(), R_OK) != 0) return Error::from_errno(errno, "--inventory " + file);
    return store::DatabaseOptions{file, true};
}

inventory::CatalogLimits inventory_limits(const Settings& settings) {
    inventory::CatalogLimits limits;
    limits.collections = settings.count("inventory-collections");
    limits.tree.endpoints = settings.count("inventory-endpoints");
    limits.tree.failed_endpoints = limits.tree.endpoints / 10;
    limits.tree.endpoints_in_all = settings.count("inventory-total-endpoints");
    limits.tree.failed_in_all = limits.tree.endpoints_in_all / 10;
    return limits;
}

Result<processor::IngestOptions> ingest_options(const Settings& settings) {
    processor::IngestOptions options;
    auto own = networks(settings, "private-networks", inventory::private_networks());
    if (!own) return std::move(own).error();
    auto partner = networks(settings, "partner-networks", {});
    if (!partner) return std::move(partner).error();
    options.batch_records = settings.count("inventory-batch-records");
    options.keep_days = static_cast<std::int64_t>(settings.count("inventory-days"));
    options.networks = {std::move(*own), std::move(*partner)};
    const auto redaction = policy::parse_redaction(settings.text("redact"));
    if (!redaction) return Error{std::errc::invalid_argument, "--redact: off, samples or all"};
    options.samples.redact = *redaction != policy::Redaction::kOff;
    options.samples.redaction_key = settings.text("redact-key");
    if (options.samples.redaction_key.empty()) options.samples.redaction_key = policy::random_key();
    auto scanner = sensitive_scanner(settings);
    if (!scanner) return std::move(scanner).error().context("--sensitive-patterns");
    options.scanner = std::make_unique<sensitive::Scanner>(std::move(*scanner));
    return options;
}

Result<std::unique_ptr<policy::Sink>> make_inventory_sink(const Settings& settings, const std::string& instance_id,
                                                          live::Feed* live) {
    auto database = inventory_database(settings, {});
    if (!database) return std::move(database).error();
    auto ingest = ingest_options(settings);
    if (!ingest) return std::move(ingest).error();
    processor::InventorySinkOptions options;
    options.database = std::move(*database);
    options.limits = inventory_limits(settings);
    options.ingest = std::move(*ingest);
    options.ingest.live = live;
    options.record = record_options(settings, instance_id);
    options.batch_time = std::chrono::nanoseconds(settings.duration_ns("inventory-batch-time"));
    options.queue_bytes = settings.count("inventory-queue-bytes");
    options.on_trouble = [log = Log(settings)](const std::string& what) { log.warn(printable(what)); };
    auto sink = processor::InventorySink::make(std::move(options));
    if (!sink) return std::move(sink).error().context("--inventory");
    return std::unique_ptr<policy::Sink>(std::move(*sink));
}

}  // namespace apiarist::app
